import type { components } from '../api/schema';
import type { Answer, Evidence, Picture, RecognizedDigit } from './recognizer';

type Fields = Record<string, unknown>;

/** The API's own names, with values that are still to be looked at. */
type Unchecked<Name extends keyof components['schemas']> = Partial<Record<keyof components['schemas'][Name], unknown>>;

/** The server's answer to a picture, in a decoded JSON body; null where it is not one. */
export function parseAnswer(body: unknown, picture: Pick<Picture, 'onSheet'>): Answer | null {
  if (!isFields(body)) return null;
  const answer: Unchecked<'Answer'> = body;
  if (typeof answer.text !== 'string' || !Array.isArray(answer.digits)) return null;
  const digits = answer.digits.map((digit) => parseDigit(digit, picture));
  if (!digits.every((digit) => digit !== null)) return null;
  return {
    text: answer.text,
    digits,
    place: 'server',
    model: textOr(answer.model, ''),
    engine: textOr(answer.engine, ''),
    elapsedMs: typeof answer.elapsed_ms === 'number' ? answer.elapsed_ms : 0,
  };
}

function parseDigit(value: unknown, picture: Pick<Picture, 'onSheet'>): RecognizedDigit | null {
  if (!isFields(value)) return null;
  const found: Unchecked<'Digit'> = value;
  const { digit, confidence, is_digit: isDigit, probabilities, seen } = found;
  if (typeof digit !== 'number' || typeof confidence !== 'number' || typeof isDigit !== 'number') return null;
  if (!isNumbers(probabilities, 10)) return null;
  const evidence = parseEvidence(found, picture);
  return { digit, confidence, isDigit, probabilities, seen: pictureAddress(seen), evidence };
}

function parseEvidence({ evidence, frame }: Unchecked<'Digit'>, { onSheet }: Pick<Picture, 'onSheet'>): Evidence | null {
  if (!Array.isArray(evidence) || !isNumbers(frame, 4)) return null;
  const maps: unknown = evidence.flat(2);
  const [left = 0, top = 0, right = 0, bottom = 0] = frame;
  return isNumbers(maps, 490) ? { maps, frame: onSheet([left, top, right, bottom]) } : null;
}

function isNumbers(value: unknown, count: number): value is number[] {
  return Array.isArray(value) && value.length === count && value.every((item) => typeof item === 'number');
}

function pictureAddress(value: unknown): string | null {
  return typeof value === 'string' && value.startsWith('data:image/') ? value : null;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
