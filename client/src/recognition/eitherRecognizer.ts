import { RecognitionFailure, type Answer, type FailureKind, type Picture, type Place, type Recognizer } from './recognizer';

export type Preference = 'automatic' | Place;

/** Milliseconds that the server has to itself before the device reads the same picture too. */
export const SERVER_PATIENCE = 150;

/** Milliseconds between two looks whether the server is back; the last one for all further looks. */
export const LOOK_DELAYS: readonly number[] = [500, 1000, 2000, 5000, 10_000];

/**
 * Asks the server while it answers, and this device while it does not. A
 * server that is late or away is looked for in the background, so that no
 * drawing has to wait for it, and is asked again once it is back. For a server
 * that is known to read with another model, this device answers only where it is away.
 */
export class EitherRecognizer implements Recognizer {
  #preference: Preference = 'automatic';
  #serverAway = false;
  #looks = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #otherModel: string | null = null;
  readonly #server: Recognizer;
  readonly #device: Recognizer;
  readonly #serversModel: () => Promise<string | null>;
  readonly #ownModel: string;
  readonly #listeners = new Set<() => void>();

  constructor(server: Recognizer, device: Recognizer, serversModel: () => Promise<string | null>, ownModel: string) {
    this.#server = server;
    this.#device = device;
    this.#serversModel = serversModel;
    this.#ownModel = ownModel;
  }

  /** The server's model, where it is known to be another one than this device's. */
  readonly otherModel = (): string | null => this.#otherModel;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly recognize = async (picture: Picture, signal: AbortSignal): Promise<Answer> => {
    const answer = await this.#ask(picture, signal);
    if (answer.place === 'server') this.#heardOf(answer.model);
    return answer;
  };

  #ask(picture: Picture, signal: AbortSignal): Promise<Answer> {
    if (this.#preference === 'server') return this.#server.recognize(picture, signal);
    if (this.#preference === 'device') return this.#device.recognize(picture, signal);
    return this.#serverAway ? this.#deviceFirst(picture, signal) : this.#serverFirst(picture, signal);
  }

  /** From the next picture on; one that this device cannot read goes nowhere else either. */
  prefer(preference: Preference): void {
    this.#preference = preference;
    if (this.#serverAway) this.#lookSoon(0);
  }

  /** The network is said to be there again, or gone. */
  networkChanged(online: boolean): void {
    if (!online) this.#lost();
    else if (this.#serverAway) this.#lookSoon(0);
  }

  async #serverFirst(picture: Picture, signal: AbortSignal): Promise<Answer> {
    const abandoned = new AbortController();
    signal.addEventListener('abort', () => { abandoned.abort(signal.reason); }, { once: true });
    const asked = this.#server.recognize(picture, abandoned.signal);
    try {
      // Who waits for one model's answer is not served by another's.
      const inTime = await (this.#otherModel === null ? within(SERVER_PATIENCE, asked) : asked);
      if (inTime) return inTime;
    } catch (error) {
      // What the server will not read, or nobody wants to know any more.
      if (signal.aborted || isOf('refused', error)) throw error;
    }
    const answer = await firstToAnswer(asked, this.#device.recognize(picture, signal));
    signal.throwIfAborted();
    if (answer.place === 'device') {
      abandoned.abort();
      this.#lost();
    }
    return answer;
  }

  async #deviceFirst(picture: Picture, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#device.recognize(picture, signal);
    } catch (onDevice) {
      signal.throwIfAborted();
      // It may have been chosen meanwhile that no drawing leaves the device.
      if (this.#preference === 'device') throw onDevice;
      try {
        const answer = await this.#server.recognize(picture, signal);
        this.#found();
        return answer;
      } catch (byServer) {
        throw failureOf(byServer, onDevice);
      }
    }
  }

  #lost(): void {
    if (this.#serverAway) return;
    this.#serverAway = true;
    this.#looks = 0;
    this.#lookSoon();
  }

  #found(): void {
    this.#serverAway = false;
    clearTimeout(this.#timer);
  }

  #lookSoon(delay = LOOK_DELAYS[Math.min(this.#looks, LOOK_DELAYS.length - 1)]): void {
    clearTimeout(this.#timer);
    // Nobody waits for it where it has been chosen who reads.
    if (this.#preference !== 'automatic') return;
    this.#timer = setTimeout(() => void this.#look(), delay);
  }

  async #look(): Promise<void> {
    this.#looks++;
    const model = await this.#serversModel();
    if (model === null) this.#lookSoon();
    else {
      this.#heardOf(model);
      this.#found();
    }
  }

  #heardOf(model: string): void {
    if (model === '') return;
    // A model in eight bits is the same one.
    const isOwn = model.replace('-int8 ', ' ') === this.#ownModel;
    this.#otherModel = isOwn ? null : model;
    for (const listener of this.#listeners) listener();
  }
}

/** What is promised, or null where it takes longer than so many milliseconds. */
async function within(milliseconds: number, promised: Promise<Answer>): Promise<Answer | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<null>((resolve) => { timer = setTimeout(() => { resolve(null); }, milliseconds); });
  try {
    return await Promise.race([promised, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

async function firstToAnswer(server: Promise<Answer>, device: Promise<Answer>): Promise<Answer> {
  try {
    return await Promise.any([server, device]);
  } catch (error) {
    const [byServer, onDevice] = (error as AggregateError).errors as unknown[];
    throw failureOf(byServer, onDevice);
  }
}

/** What is said where both fail: what the server said, but where both may answer a little later. */
function failureOf(byServer: unknown, onDevice: unknown): Error {
  const isLate = isOf('unreachable', byServer) && isOf('notLoaded', onDevice);
  return isLate ? new RecognitionFailure('neither') : (byServer as Error);
}

function isOf(kind: FailureKind, error: unknown): boolean {
  return error instanceof RecognitionFailure && error.kind === kind;
}
