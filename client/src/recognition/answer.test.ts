import { describe, expect, it } from 'vitest';
import { parseAnswer as parse } from './answer';
import { pictureNamed } from './examples';

const probabilities = [0, 0, 0, 0, 0, 0, 0, 0.998, 0, 0.002];
const digit = { digit: 7, confidence: 0.998, is_digit: 0.9997, probabilities, box: [112, 40, 236, 301] };
const body = { text: '7', digits: [digit], model: 'digits 1.0.0', engine: 'torch', elapsed_ms: 1.9 };

const parseAnswer = (value: unknown) => parse(value, pictureNamed('a'));

describe('a decoded answer', () => {
  it('is told in the words of the page', () => {
    expect(parseAnswer(body)).toEqual({
      text: '7',
      digits: [{ digit: 7, confidence: 0.998, isDigit: 0.9997, probabilities, seen: null, evidence: null }],
      place: 'server',
      model: 'digits 1.0.0',
      engine: 'torch',
      elapsedMs: 1.9,
    });
  });

  it('may have no digits', () => {
    expect(parseAnswer({ ...body, text: '', digits: [] })?.digits).toEqual([]);
  });

  it('carries the picture that the network saw', () => {
    const seen = 'data:image/png;base64,AAAA';
    expect(parseAnswer({ ...body, digits: [{ ...digit, seen }] })?.digits[0]?.seen).toBe(seen);
  });

  it('carries the evidence, and where it lies', () => {
    const evidence = Array.from({ length: 10 }, (_, ten) => Array.from({ length: 7 }, () => Array<number>(7).fill(ten)));
    const frame = [1, 2, 3, 4];
    const found = parseAnswer({ ...body, digits: [{ ...digit, evidence, frame }] })?.digits[0]?.evidence;
    expect(found?.frame).toEqual([0.5, 1, 1.5, 2]);
    expect(found?.maps).toHaveLength(490);
    expect(found?.maps[3 * 49]).toBe(3);
  });

  it('carries no evidence that has another shape', () => {
    const found = parseAnswer({ ...body, digits: [{ ...digit, evidence: [[[1]]], frame: [1, 2, 3, 4] }] });
    expect(found?.digits[0]?.evidence).toBeNull();
  });

  it('does not carry a picture from elsewhere', () => {
    const seen = 'https://elsewhere.example/pixel.png';
    expect(parseAnswer({ ...body, digits: [{ ...digit, seen }] })?.digits[0]?.seen).toBeNull();
  });

  it.each([
    ['nothing', null],
    ['a text alone', 'ok'],
    ['an answer without digits', { text: '7' }],
    ['nine probabilities', { ...body, digits: [{ ...digit, probabilities: probabilities.slice(1) }] }],
    ['a digit in words', { ...body, digits: [{ ...digit, digit: 'seven' }] }],
    ['a probability that is missing', { ...body, digits: [{ ...digit, probabilities: [...probabilities.slice(1), null] }] }],
  ])('is not %s', (_, value) => {
    expect(parseAnswer(value)).toBeNull();
  });
});
