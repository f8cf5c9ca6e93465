import type { IDBPObjectStore } from 'idb';
import { deliver, type Delivery } from '../corrections/deliver';
import type { Message } from '../corrections/message';
import { Outbox } from '../corrections/outbox';
import { aside, forgetAside } from './aside';
import { openDatabase, type Database, type Schema } from './database';
import { newId, type Correction, type Entry } from './entry';

type Drawings = IDBPObjectStore<Schema, ['drawings', 'outbox'], 'drawings', 'readwrite'>;

/** Older drawings make room for newer ones. */
export const MOST_ENTRIES = 200;

/**
 * The last drawings and what was read in them, kept in this browser. Where a
 * browser keeps its storage from a page they are there until the page is closed.
 */
export class History {
  #entries: readonly Entry[] = [];
  #database: Promise<Database | null> | null = null;
  readonly #listeners = new Set<() => void>();

  /** What the server is to be told. */
  readonly outbox: Outbox;

  constructor(send: (message: Message) => Promise<Delivery> = deliver) {
    this.outbox = new Outbox(() => this.#open(), send);
  }

  /** Newest first. */
  readonly entries = (): readonly Entry[] => this.#entries;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Read what earlier visits have left. */
  async load(): Promise<void> {
    const database = await this.#open();
    const stored = (await database?.getAllFromIndex('drawings', 'time')) ?? [];
    const known = new Set(this.#entries.map(({ id }) => id));
    this.#show([...this.#entries, ...stored.reverse().filter(({ id }) => !known.has(id))]);
    for (const entry of aside()) await this.keep(entry);
  }

  /** Keep a drawing, or what has become of one that is kept already; a correction stays with it. */
  async keep(entry: Entry): Promise<void> {
    const before = this.#entries.find(({ id }) => id === entry.id);
    const kept = { ...entry, correction: before?.correction ?? entry.correction, sharedAs: before?.sharedAs };
    const all = [kept, ...this.#entries.filter(({ id }) => id !== entry.id)];
    const dropped = all.slice(MOST_ENTRIES);
    this.#show(all.slice(0, MOST_ENTRIES));
    await this.#write(async (database) => {
      await database.put('drawings', kept);
      for (const { id } of dropped) await database.delete('drawings', id);
    });
    forgetAside(entry.id);
  }

  /**
   * Say what a drawing was, or with null that it was read rightly.
   *
   * @param share whether the server may be told
   */
  async correct(id: string, correction: Correction | null, share: boolean): Promise<void> {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry) return;
    const messages = takenBack([entry]);
    const sharedAs = share && correction !== null ? newId() : undefined;
    if (sharedAs !== undefined && correction !== null) messages.push(keepOf(entry, correction, sharedAs));
    const corrected = { ...entry, correction, sharedAs };
    this.#show(this.#entries.map((one) => (one.id === id ? corrected : one)));
    await this.#change(messages, (drawings) => drawings.put(corrected));
  }

  /** Delete a drawing; what the server was told of it is taken back. */
  async remove(id: string): Promise<void> {
    const messages = takenBack(this.#entries.filter((one) => one.id === id));
    this.#show(this.#entries.filter((one) => one.id !== id));
    await this.#change(messages, (drawings) => drawings.delete(id));
  }

  async removeAll(): Promise<void> {
    const messages = takenBack(this.#entries);
    this.#show([]);
    await this.#change(messages, (drawings) => drawings.clear());
  }

  /** Drawings and messages are written both or neither. */
  async #change(messages: readonly Message[], work: (drawings: Drawings) => Promise<unknown>): Promise<void> {
    await this.#write(async (database) => {
      const transaction = database.transaction(['drawings', 'outbox'], 'readwrite');
      const outbox = transaction.objectStore('outbox');
      await Promise.all([
        work(transaction.objectStore('drawings')),
        ...messages.map((message) => outbox.put(message)),
        transaction.done,
      ]);
    });
    if (messages.length > 0) void this.outbox.post(messages);
  }

  #open(): Promise<Database | null> {
    this.#database ??= openDatabase().catch(() => null);
    return this.#database;
  }

  /** A write that fails, the disk being full for one, leaves what is shown as it is. */
  async #write(work: (database: Database) => Promise<void>): Promise<void> {
    const database = await this.#open();
    if (!database) return;
    try {
      await work(database);
    } catch (error) {
      console.warn('A drawing could not be kept.', error);
    }
  }

  #show(entries: readonly Entry[]): void {
    this.#entries = entries;
    for (const listener of this.#listeners) listener();
  }
}

/** What tells the server to forget what it was told of drawings. */
function takenBack(entries: readonly Entry[]): Message[] {
  return entries.flatMap(({ sharedAs }): Message[] => (
    sharedAs === undefined ? [] : [{ kind: 'forget', key: sharedAs, time: Date.now() }]
  ));
}

function keepOf({ picture, digit, isDigit, model }: Entry, correction: Correction, key: string): Message {
  return {
    kind: 'keep',
    key,
    time: Date.now(),
    read: isDigit >= 0.5 ? digit : null,
    was: correction === 'noDigit' ? null : correction,
    model,
    picture,
  };
}
