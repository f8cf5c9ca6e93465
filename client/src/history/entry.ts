import type { Answer, Place } from '../recognition/recognizer';

/** What a person says that a drawing was: a digit, or none at all. */
export type Correction = number | 'noDigit';

/** A drawing that was read. */
export interface Entry {
  readonly id: string;
  /** When it was read, in milliseconds since 1970. */
  readonly time: number;
  /** A PNG, as a data address: WebKit loses a Blob that is written once more, and in private windows keeps none. */
  readonly picture: string;
  /** The best guess; null where nothing was seen. */
  readonly digit: number | null;
  readonly confidence: number;
  readonly isDigit: number;
  readonly model: string;
  readonly place: Place;
  /** Null where nobody has said that the reading was wrong. */
  readonly correction: Correction | null;
  /** The key under which the correction was handed on to the server, where it was. */
  readonly sharedAs?: string | undefined;
}

export function entryOf(id: string, time: number, picture: string, { digits: [first], model, place }: Answer): Entry {
  return {
    id,
    time,
    picture,
    digit: first?.digit ?? null,
    confidence: first?.confidence ?? 0,
    isDigit: first?.isDigit ?? 0,
    model,
    place,
    correction: null,
  };
}

/** Names that do not repeat, on pages without TLS too, where the browser has no randomUUID. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
