import { allKept, type UseDatabase } from '../history/database';
import type { Delivery } from './deliver';
import type { Message } from './message';

/** Milliseconds after which what could not be delivered is tried again. */
export const RETRY_AFTER = 30_000;

/** Milliseconds that a correction has to itself before it is sent: arrow keys pass over others on their way to it. */
export const SETTLES = 1000;

/**
 * Messages to the server, in this browser until the server has them: they
 * outlast a page that is closed and a network that is lost. A message may be
 * delivered twice, its answer having been lost; by its key the server knows it.
 */
export class Outbox {
  #waiting: readonly Message[] = [];
  /** Keys of what was never sent. */
  readonly #unsent = new Set<string>();
  /** What the database does not hold: there may be none, or the disk be full. */
  readonly #unstored = new Set<Message>();
  #allowed = false;
  #delivering = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly use: UseDatabase,
    private readonly deliver: (message: Message) => Promise<Delivery>,
    /** Told of each correction that the server will not have. */
    private readonly givenUp: (key: string) => Promise<void>,
    private readonly settles: number,
  ) {}

  /** What the server does not have yet. */
  readonly waiting = (): readonly Message[] => this.#waiting;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Deliver, beginning with what earlier visits have left.
   *
   * @param allowed whether corrections may be sent; what the server is to forget is sent in any case
   */
  async allow(allowed: boolean): Promise<void> {
    this.#allowed = allowed;
    await this.reload();
  }

  /** Deliver what other tabs have left, too. */
  async reload(): Promise<void> {
    await this.load();
    await this.hurry();
  }

  /** A message of this key is about to be posted. */
  expect(key: string): void {
    this.#unsent.add(key);
  }

  /** Whether the server has certainly not heard of what has this key. */
  unsent(key: string): boolean {
    return this.#unsent.has(key);
  }

  /**
   * Messages are to be delivered.
   *
   * @param stored whether the database holds them already
   */
  async post(messages: readonly Message[], stored: boolean): Promise<void> {
    const replaced = new Set(messages.map(({ key }) => key));
    for (const message of messages) {
      if (!stored) this.#unstored.add(message);
      if (message.kind === 'keep') this.#unsent.add(message.key);
    }
    this.#show([...this.#waiting.filter(({ key }) => !replaced.has(key)), ...messages]);
    await this.hurry();
  }

  /**
   * The person does not agree any more: what has not been sent is not sent. The
   * server is told to forget it all the same: it may have it, and its answer have been lost.
   */
  async dropKeeps(): Promise<void> {
    await this.load();
    const keys = this.#waiting.filter(({ kind }) => kind === 'keep').map(({ key }) => key);
    if (keys.length === 0) return;
    const messages = keys.map((key): Message => ({ kind: 'forget', key, time: Date.now() }));
    const stored = await this.use(async (database) => {
      for (const message of messages) await database.put('outbox', message);
      return true;
    });
    for (const key of keys) await this.givenUp(key);
    await this.post(messages, stored ?? false);
  }

  /** Try now. */
  async hurry(): Promise<void> {
    if (this.#delivering) return;
    this.#delivering = true;
    clearTimeout(this.#timer);
    let later = false;
    // What the server answers, but will not do now, keeps nothing else waiting.
    const refused = new Set<Message>();
    try {
      for (let next = this.#next(refused); next && !later; next = this.#next(refused)) {
        const message = next;
        const delivery = await inOneTabAtOnce(() => this.#send(message));
        if (delivery === 'refused') refused.add(message);
        later = delivery === 'later';
      }
    } finally {
      this.#delivering = false;
    }
    const unsettled = !later && this.#allowed && this.#waiting.some(({ kind }) => kind === 'keep');
    if (later || unsettled || refused.size > 0) {
      this.#timer = setTimeout(() => void this.hurry(), unsettled ? this.settles : RETRY_AFTER);
    }
  }

  async #send(message: Message): Promise<Delivery> {
    this.#unsent.delete(message.key);
    if (!(await this.#holds(message))) return 'done';
    const delivery = await this.deliver(message);
    if (delivery === 'later' || delivery === 'refused') return delivery;
    await this.#drop(message);
    if (delivery === 'never' && message.kind === 'keep') await this.givenUp(message.key);
    return delivery;
  }

  /** Whether a message still holds: another tab may have delivered it, or put another in its place. */
  async #holds(message: Message): Promise<boolean> {
    if (!this.#unstored.has(message)) {
      const found = await this.use(async (database) => ({ stored: await database.get('outbox', message.key) }));
      if (found && !isSame(found.stored, message)) {
        this.#show(this.#waiting.flatMap((one) => (one === message ? found.stored ?? [] : one)));
        return false;
      }
    }
    return this.#waiting.includes(message);
  }

  /** What is to be forgotten goes first: it may make room for what is to be kept. */
  #next(refused: ReadonlySet<Message>): Message | undefined {
    return this.#waiting.find((message) => message.kind === 'forget' && !refused.has(message))
      ?? this.#waiting.find((message) => message.kind === 'keep' && this.#allowed && this.#hasSettled(message));
  }

  #hasSettled({ time }: Message): boolean {
    const age = Date.now() - time;
    // A clock may be set back, and a page that is hidden may not be seen again.
    return age < 0 || age >= this.settles || document.visibilityState === 'hidden';
  }

  /** Know of what earlier visits and other tabs have left. */
  async load(): Promise<void> {
    const stored = (await this.use((database) => allKept(database, 'outbox'))) ?? [];
    const known = new Set(this.#waiting.map(({ key }) => key));
    this.#show([...stored.filter(({ key }) => !known.has(key)), ...this.#waiting]);
  }

  async #drop(message: Message): Promise<void> {
    // A message that has taken this one's place meanwhile stays.
    if (!this.#waiting.includes(message)) return;
    this.#show(this.#waiting.filter((one) => one !== message));
    this.#unstored.delete(message);
    await this.use(async (database) => {
      const { store, done } = database.transaction('outbox', 'readwrite');
      const work = async (): Promise<void> => {
        if (isSame(await store.get(message.key), message)) await store.delete(message.key);
      };
      await Promise.all([work(), done]);
    });
  }

  #show(messages: readonly Message[]): void {
    this.#waiting = messages;
    for (const listener of this.#listeners) listener();
  }
}

function isSame(one: Message | undefined, other: Message): boolean {
  return one?.kind === other.kind && one.time === other.time;
}

/** Where the browser has locks: of two tabs one would tell of a correction that the other has taken back. */
function inOneTabAtOnce<Result>(work: () => Promise<Result>): Promise<Result> {
  // Typed as always there, which it is not on a page without TLS.
  const locks = navigator.locks as LockManager | undefined;
  // A browser that may store nothing for the page gives no locks either. What `work` does itself does not fail.
  return locks ? locks.request('outbox', work).catch(work) : work();
}
