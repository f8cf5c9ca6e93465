import type { Database } from '../history/database';
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
    private readonly open: () => Promise<Database | null>,
    private readonly deliver: (message: Message) => Promise<Delivery>,
  ) {}

  /** What the server does not have yet. */
  readonly waiting = (): readonly Message[] => this.#waiting;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Deliver, beginning with what earlier visits have left, or wait. */
  async allow(allowed: boolean): Promise<void> {
    this.#allowed = allowed;
    if (!allowed) {
      clearTimeout(this.#timer);
      return;
    }
    const database = await this.open();
    const stored = (await database?.getAllFromIndex('outbox', 'time')) ?? [];
    this.#show([...stored, ...this.#waiting.filter(({ key }) => !stored.some((one) => one.key === key))]);
    await this.hurry();
  }

  /** Messages that the database holds already are to be delivered. */
  async post(messages: readonly Message[]): Promise<void> {
    const replaced = new Set(messages.map(({ key }) => key));
    this.#show([...this.#waiting.filter(({ key }) => !replaced.has(key)), ...messages]);
    await this.hurry();
  }

  /** The person does not agree any more: what has not been sent is not sent. */
  async dropKeeps(): Promise<void> {
    for (const message of this.#waiting) if (message.kind === 'keep') await this.#drop(message);
  }

  /** Try now. */
  async hurry(): Promise<void> {
    if (this.#delivering) return;
    this.#delivering = true;
    clearTimeout(this.#timer);
    try {
      for (let [next] = this.#waiting; next && this.#allowed; [next] = this.#waiting) {
        if (await this.deliver(next) === 'later') {
          this.#timer = setTimeout(() => void this.hurry(), RETRY_AFTER);
          break;
        }
        await this.#drop(next);
      }
    } finally {
      this.#delivering = false;
    }
  }

  async #drop(message: Message): Promise<void> {
    // A message that has taken this one's place meanwhile stays.
    if (!this.#waiting.includes(message)) return;
    this.#show(this.#waiting.filter((one) => one !== message));
    await (await this.open())?.delete('outbox', message.key);
  }

  #show(messages: readonly Message[]): void {
    this.#waiting = messages;
    for (const listener of this.#listeners) listener();
  }
}
