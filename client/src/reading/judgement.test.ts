import { describe, expect, it } from 'vitest';
import { answerOf, EMPTY_ANSWER } from '../recognition/examples';
import { certaintyOf, judge } from './judgement';

describe('judging an answer', () => {
  it('tells that there is no answer from an answer that nothing is there', () => {
    expect(judge(null)).toEqual({ kind: 'nothing' });
    expect(judge(EMPTY_ANSWER)).toEqual({ kind: 'blank' });
  });

  it('reads a clear digit without a second guess', () => {
    expect(judge(answerOf(7))).toEqual({
      kind: 'read', text: '7', confidence: 0.998, certainty: 'certain', secondGuess: null,
    });
  });

  it('names the second guess when it is close', () => {
    const judgement = judge(answerOf(7, 0.75, { secondDigit: 1 }));
    expect(judgement).toMatchObject({ certainty: 'likely', secondGuess: { digit: 1, probability: 0.25 } });
  });

  it('takes a low is_digit for no digit, however sure the digit would be', () => {
    expect(judge(answerOf(7, 0.99, { isDigit: 0.49 }))).toEqual({
      kind: 'notDigit', guess: { digit: 7, probability: 0.99 },
    });
  });

  it('takes an is_digit of one half for a digit', () => {
    expect(judge(answerOf(7, 0.99, { isDigit: 0.5 })).kind).toBe('read');
  });

  it('is no surer of several digits than of the least sure', () => {
    const two = { ...answerOf(4), text: '42', digits: [...answerOf(4).digits, ...answerOf(2, 0.7).digits] };
    expect(judge(two)).toMatchObject({ text: '42', confidence: 0.7, secondGuess: null });
  });

  it.each([[1, 'certain'], [0.98, 'certain'], [0.97, 'nearlyCertain'], [0.9, 'nearlyCertain'],
    [0.89, 'likely'], [0.6, 'likely'], [0.59, 'unsure'], [0.1, 'unsure']])('calls %d %s', (confidence, certainty) => {
    expect(certaintyOf(confidence)).toBe(certainty);
  });
});
