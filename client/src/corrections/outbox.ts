import type { UseDatabase } from '../history/database';
import type { Delivery } from './deliver';
import type { Message } from './message';

/** Milliseconds after which what could not be delivered is tried again. */
export const RETRY_AFTER = 30_000;

/**
 * Messages to the server, in this browser until the server has them: they
 * outlast a page that is closed and a network that is lost. A message may be
 * delivered twice, its answer having been lost; by its key the server knows it.
 */
export class Outbox {
  #waiting: readonly Message[] = [];
  #allowed = false;
  #delivering = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly use: UseDatabase,
    private readonly deliver: (message: Message) => Promise<Delivery>,
    /** Told of each correction that the server will not have. */
    private readonly givenUp: (key: string) => Promise<void>,
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
    await this.#load();
    await this.hurry();
  }

  /** Messages that the database holds already are to be delivered. */
  async post(messages: readonly Message[]): Promise<void> {
    const replaced = new Set(messages.map(({ key }) => key));
    this.#show([...this.#waiting.filter(({ key }) => !replaced.has(key)), ...messages]);
    await this.hurry();
  }

  /**
   * The person does not agree any more: what has not been sent is not sent. The
   * server is told to forget it all the same: it may have it, and its answer have been lost.
   */
  async dropKeeps(): Promise<void> {
    await this.#load();
    const keys = this.#waiting.filter(({ kind }) => kind === 'keep').map(({ key }) => key);
    if (keys.length === 0) return;
    const messages = keys.map((key): Message => ({ kind: 'forget', key, time: Date.now() }));
    await this.use(async (database) => {
      for (const message of messages) await database.put('outbox', message);
    });
    for (const key of keys) await this.givenUp(key);
    await this.post(messages);
  }

  /** Try now. */
  async hurry(): Promise<void> {
    if (this.#delivering) return;
    this.#delivering = true;
    clearTimeout(this.#timer);
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        const delivery = await this.deliver(next);
        if (delivery === 'later') {
          this.#timer = setTimeout(() => void this.hurry(), RETRY_AFTER);
          break;
        }
        await this.#drop(next);
        if (delivery === 'never' && next.kind === 'keep') await this.givenUp(next.key);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #next(): Message | undefined {
    return this.#waiting.find(({ kind }) => this.#allowed || kind === 'forget');
  }

  async #load(): Promise<void> {
    const stored = (await this.use((database) => database.getAllFromIndex('outbox', 'time'))) ?? [];
    const known = new Set(this.#waiting.map(({ key }) => key));
    this.#show([...stored.filter(({ key }) => !known.has(key)), ...this.#waiting]);
  }

  async #drop(message: Message): Promise<void> {
    // A message that has taken this one's place meanwhile stays.
    if (!this.#waiting.includes(message)) return;
    this.#show(this.#waiting.filter((one) => one !== message));
    await this.use((database) => database.delete('outbox', message.key));
  }

  #show(messages: readonly Message[]): void {
    this.#waiting = messages;
    for (const listener of this.#listeners) listener();
  }
}
