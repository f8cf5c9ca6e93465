import type { Answer, RecognizedDigit } from './recognizer';

type Fields = Record<string, unknown>;

/** The answer in a decoded JSON body; null where it is not one. */
export function parseAnswer(body: unknown): Answer | null {
  if (!isFields(body) || typeof body.text !== 'string' || !Array.isArray(body.digits)) return null;
  const digits = body.digits.map(parseDigit);
  if (!digits.every((digit) => digit !== null)) return null;
  return {
    text: body.text,
    digits,
    model: textOr(body.model, ''),
    engine: textOr(body.engine, ''),
    elapsedMs: typeof body.elapsed_ms === 'number' ? body.elapsed_ms : 0,
  };
}

function parseDigit(value: unknown): RecognizedDigit | null {
  if (!isFields(value)) return null;
  const { digit, confidence, is_digit: isDigit, probabilities, seen } = value;
  if (typeof digit !== 'number' || typeof confidence !== 'number' || typeof isDigit !== 'number') return null;
  if (!isTenNumbers(probabilities)) return null;
  return { digit, confidence, isDigit, probabilities, seen: pictureAddress(seen) };
}

function isTenNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length === 10 && value.every((item) => typeof item === 'number');
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
