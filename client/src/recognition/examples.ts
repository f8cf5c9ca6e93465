import type { Answer, Evidence, Picture, Place } from './recognizer';

interface Details {
  readonly isDigit?: number;
  readonly secondDigit?: number;
  readonly seen?: string | null;
  readonly place?: Place;
  readonly evidence?: Evidence | null;
}

/** Answers for tests: a digit, how sure, and what little else differs from a clean reading. */
export function answerOf(
  digit: number,
  confidence = 0.998,
  { isDigit = 0.99, secondDigit = (digit + 1) % 10, seen = null, place = 'server', evidence = null }: Details = {},
): Answer {
  const probabilities = Array<number>(10).fill(0);
  probabilities[digit] = confidence;
  probabilities[secondDigit] = 1 - confidence;
  return {
    text: String(digit),
    digits: [{ digit, confidence, isDigit, probabilities, seen, evidence }],
    place,
    model: 'digits 1.0.0',
    engine: 'torch',
    elapsedMs: 1.9,
  };
}

export const EMPTY_ANSWER: Answer = { text: '', digits: [], place: 'server', model: 'digits 1.0.0', engine: 'torch', elapsedMs: 0.4 };

/** A picture of nothing, known by what it says is its PNG. */
export function pictureNamed(name: string): Picture {
  return {
    pngDataUrl: () => name,
    pixels: () => ({ width: 2, height: 2, data: new Uint8ClampedArray(16), colorSpace: 'srgb' }),
    onSheet: ([left, top, right, bottom]) => [left / 2, top / 2, right / 2, bottom / 2],
  };
}
