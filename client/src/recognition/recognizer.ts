/** Left, top, right and bottom. */
export type Edges = readonly [number, number, number, number];

/** What is to be read. */
export interface Picture {
  /** A recogniser takes this or the other, before it first waits. */
  readonly pngDataUrl: () => string;
  readonly pixels: () => ImageData;
  /** From pixels of the picture to shares of the sheet, of which it may show a part. */
  readonly onSheet: (edges: Edges) => Edges;
}

/** Where a picture was read. */
export type Place = 'server' | 'device';

/** What speaks for and against each digit, and where. */
export interface Evidence {
  /** For each of the ten digits 7 rows of 7: positive speaks for it, negative against it. */
  readonly maps: readonly number[];
  /** Those of the square that the maps cover, in shares of the sheet. */
  readonly frame: Edges;
}

export interface RecognizedDigit {
  readonly digit: number;
  /** 0..1, calibrated: of the answers given with 0.9, nine in ten are right. */
  readonly confidence: number;
  /** 0..1, whether this is a digit at all. */
  readonly isDigit: number;
  /** Ten, one for each digit, 0..1. */
  readonly probabilities: readonly number[];
  /** Address of the 28×28 picture that the network saw, where the recogniser gives it. */
  readonly seen: string | null;
  /** Where the recogniser gives it. */
  readonly evidence: Evidence | null;
}

export interface Answer {
  /** What is read, left to right; empty where nothing is drawn. */
  readonly text: string;
  readonly digits: readonly RecognizedDigit[];
  readonly place: Place;
  readonly model: string;
  readonly engine: string;
  readonly elapsedMs: number;
}

export interface Recognizer {
  /** Rejects with a RecognitionFailure, or with whatever the signal was aborted with. */
  readonly recognize: (picture: Picture, signal: AbortSignal) => Promise<Answer>;
}

export type FailureKind =
  /** Nothing answers: the same picture may well be read a little later. */
  | 'unreachable'
  /** Nor has this device got its engine and its network yet. */
  | 'neither'
  /** This device has not got its engine and its network yet. */
  | 'notLoaded'
  /** This device never will: the browser has no WebAssembly. */
  | 'unable'
  /** It answers, and asks for fewer pictures. */
  | 'busy'
  /** It answers that it will not read this picture. */
  | 'refused'
  /** It answers something that cannot be understood. */
  | 'broken'
  /** Something went wrong on this device. */
  | 'failed'
  /** The browser keeps what is drawn from the page. */
  | 'hidden';

export class RecognitionFailure extends Error {
  override readonly name = 'RecognitionFailure';

  constructor(
    readonly kind: FailureKind,
    /** A sentence from the recogniser itself, where it gave one. */
    readonly detail: string | null = null,
  ) {
    super(detail ?? kind);
  }
}
