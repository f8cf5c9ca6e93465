import { RecognitionFailure, type Answer, type FailureKind, type Picture, type Recognizer } from './recognizer';

export interface Recognition {
  /** What the newest drawing that was read says; null before that, and after a failure. */
  readonly answer: Answer | null;
  readonly failure: RecognitionFailure | null;
  /** Whether a drawing still waits for its answer. */
  readonly asking: boolean;
}

export const NOTHING_RECOGNIZED: Recognition = { answer: null, failure: null, asking: false };

/** Milliseconds before the next attempt, for each failure in a row; the last one for all further ones. */
export const RETRY_DELAYS: readonly number[] = [500, 1000, 2000, 4000];

/** Milliseconds from one question to the next: faster than an eye reads, and kind to server and battery. */
export const SHORTEST_INTERVAL = 60;

/** What may be over when the same picture is tried again. */
const PASSING: readonly FailureKind[] = ['unreachable', 'neither', 'notLoaded', 'busy'];

type MakePicture = () => Picture;

/**
 * Keeps the answer in step with a drawing that changes all the time. One
 * question is under way at once; when it is answered the newest drawing is
 * asked about and those between are skipped.
 */
export class RecognitionScheduler {
  #state = NOTHING_RECOGNIZED;
  #wanted: MakePicture | null = null;
  /** What was wanted last. */
  #newest: MakePicture | null = null;
  #underWay: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #askedAt = -Infinity;
  #failures = 0;
  readonly #recognizer: Recognizer;
  readonly #listeners = new Set<() => void>();

  constructor(recognizer: Recognizer) {
    this.#recognizer = recognizer;
  }

  readonly snapshot = (): Recognition => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The drawing has grown: what is being read of it still holds for a part of it. */
  follow(makePicture: MakePicture): void {
    this.#wanted = makePicture;
    this.#newest = makePicture;
    this.#show({ asking: true });
    this.#askSoon();
  }

  /** The drawing is another one: an answer still to come is about what is no longer there. */
  replace(makePicture: MakePicture): void {
    this.#abandon();
    this.follow(makePicture);
  }

  /** The pen has been lifted: what is wanted now is what will stay. */
  hurry(): void {
    if (!this.#wanted || this.#underWay || this.#failures > 0) return;
    clearTimeout(this.#timer);
    void this.#ask();
  }

  /** There is no drawing: nothing to ask, nothing to show. */
  clear(): void {
    this.#abandon();
    clearTimeout(this.#timer);
    this.#wanted = null;
    this.#newest = null;
    this.#failures = 0;
    this.#show(NOTHING_RECOGNIZED);
  }

  /** The network is said to be back: do not wait for the next attempt. */
  retryNow(): void {
    if (!this.#wanted || this.#underWay) return;
    this.#failures = 0;
    this.#askSoon();
  }

  /** Others are asked from now on: what has no answer may have one from them. */
  askOthers(): void {
    if (!this.#newest || (!this.#state.asking && !this.#state.failure)) return;
    this.#failures = 0;
    this.replace(this.#newest);
  }

  #abandon(): void {
    this.#underWay?.abort();
    this.#underWay = null;
  }

  #askSoon(): void {
    if (this.#underWay) return;
    clearTimeout(this.#timer);
    const due = this.#askedAt + this.#interval() - performance.now();
    if (due <= 0) void this.#ask();
    else this.#timer = setTimeout(() => void this.#ask(), due);
  }

  #interval(): number {
    if (this.#failures === 0) return SHORTEST_INTERVAL;
    return RETRY_DELAYS[Math.min(this.#failures, RETRY_DELAYS.length) - 1] ?? SHORTEST_INTERVAL;
  }

  async #ask(): Promise<void> {
    const makePicture = this.#wanted;
    if (!makePicture) return;
    const question = new AbortController();
    this.#underWay = question;
    this.#wanted = null;
    this.#askedAt = performance.now();
    try {
      const answer = await this.#recognizer.recognize(makePicture(), question.signal);
      if (this.#underWay === question) this.#answered(answer);
    } catch (error) {
      if (this.#underWay === question) this.#failed(error, makePicture);
    }
  }

  #answered(answer: Answer): void {
    this.#underWay = null;
    this.#failures = 0;
    this.#show({ answer, failure: null, asking: this.#wanted !== null });
    if (this.#wanted) this.#askSoon();
  }

  #failed(error: unknown, makePicture: MakePicture): void {
    const failure = error instanceof RecognitionFailure ? error : new RecognitionFailure('failed');
    this.#underWay = null;
    const worthRetrying = PASSING.includes(failure.kind);
    this.#failures = worthRetrying ? this.#failures + 1 : 0;
    if (worthRetrying) {
      this.#wanted ??= makePicture;
      // The wait counts from the failure, which a time-out can place well after the question.
      this.#askedAt = performance.now();
    }
    this.#show({ answer: null, failure, asking: this.#wanted !== null });
    if (this.#wanted) this.#askSoon();
  }

  #show(change: Partial<Recognition>): void {
    const next = { ...this.#state, ...change };
    if (isSame(next, this.#state)) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

function isSame(one: Recognition, other: Recognition): boolean {
  return one.answer === other.answer && one.failure === other.failure && one.asking === other.asking;
}
