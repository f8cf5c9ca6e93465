import type { Answer } from './recognizer';

/** Answers for tests: a digit, how sure, and what little else differs from a clean reading. */
export function answerOf(
  digit: number,
  confidence = 0.998,
  { isDigit = 0.99, secondDigit = (digit + 1) % 10, seen = null as string | null } = {},
): Answer {
  const probabilities = Array<number>(10).fill(0);
  probabilities[digit] = confidence;
  probabilities[secondDigit] = 1 - confidence;
  return {
    text: String(digit),
    digits: [{ digit, confidence, isDigit, probabilities, seen }],
    model: 'digits 1.0.0',
    engine: 'torch',
    elapsedMs: 1.9,
  };
}

export const EMPTY_ANSWER: Answer = { text: '', digits: [], model: 'digits 1.0.0', engine: 'torch', elapsedMs: 0.4 };
