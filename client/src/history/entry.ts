import type { Answer, Place } from '../recognition/recognizer';

/** What a person says that a drawing was: a digit, or none at all. */
export type Correction = number | 'noDigit';

/** A drawing that was read, or that nobody could read. */
export interface Entry {
  readonly id: string;
  /** When it was read, or left unread, in milliseconds since 1970. */
  readonly time: number;
  /** A PNG, as a data address: WebKit loses a Blob that is written once more, and in private windows keeps none. */
  readonly picture: string;
  /** The best guess; null where it was not read. */
  readonly digit: number | null;
  readonly confidence: number;
  readonly isDigit: number;
  /** Empty where it was not read. */
  readonly model: string;
  /** Null where it was not read. */
  readonly place: Place | null;
  /** Null where nobody has said that the reading was wrong. */
  readonly correction: Correction | null;
  /** The key under which the correction was handed on to the server, where it was. */
  readonly sharedAs?: string | undefined;
}

/** @param answer null where nobody could read it */
export function entryOf(id: string, time: number, picture: string, answer: Answer | null): Entry {
  const [first] = answer?.digits ?? [];
  return {
    id,
    time,
    picture,
    digit: first?.digit ?? null,
    confidence: first?.confidence ?? 0,
    isDigit: first?.isDigit ?? 0,
    model: answer?.model ?? '',
    place: answer?.place ?? null,
    correction: null,
  };
}

/** Names that do not repeat, on pages without TLS too, where the browser has no randomUUID. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
