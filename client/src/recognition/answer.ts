import type { Answer, Evidence, RecognizedDigit } from './recognizer';

type Fields = Record<string, unknown>;

/** The server's answer in a decoded JSON body; null where it is not one. */
export function parseAnswer(body: unknown): Answer | null {
  if (!isFields(body) || typeof body.text !== 'string' || !Array.isArray(body.digits)) return null;
  const digits = body.digits.map(parseDigit);
  if (!digits.every((digit) => digit !== null)) return null;
  return {
    text: body.text,
    digits,
    place: 'server',
    model: textOr(body.model, ''),
    engine: textOr(body.engine, ''),
    elapsedMs: typeof body.elapsed_ms === 'number' ? body.elapsed_ms : 0,
  };
}

function parseDigit(value: unknown): RecognizedDigit | null {
  if (!isFields(value)) return null;
  const { digit, confidence, is_digit: isDigit, probabilities, seen } = value;
  if (typeof digit !== 'number' || typeof confidence !== 'number' || typeof isDigit !== 'number') return null;
  if (!isNumbers(probabilities, 10)) return null;
  const evidence = parseEvidence(value);
  return { digit, confidence, isDigit, probabilities, seen: pictureAddress(seen), evidence };
}

function parseEvidence({ evidence, frame }: Fields): Evidence | null {
  if (!Array.isArray(evidence) || !isNumbers(frame, 4)) return null;
  const maps: unknown = evidence.flat(2);
  const [left = 0, top = 0, right = 0, bottom = 0] = frame;
  return isNumbers(maps, 490) ? { maps, frame: [left, top, right, bottom] } : null;
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
