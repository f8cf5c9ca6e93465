import { expect, it } from 'vitest';
import { texts } from './texts';

it.each([[14, '14 ms'], [14.03, '14 ms'], [3.26, '3.3 ms'], [0, '0 ms']])('tells %d milliseconds as %s', (elapsedMs, told) => {
  expect(texts.seen.byLine('digits', 'torch', elapsedMs)).toBe(`digits, torch, ${told}`);
});

it('tells no guess as certain', () => {
  expect(texts.reading.guess(5, 0.998)).toBe('At a guess a 5, 99%');
});
