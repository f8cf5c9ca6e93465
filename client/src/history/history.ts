import type { IDBPObjectStore } from 'idb';
import { deliver, type Delivery } from '../corrections/deliver';
import type { Message } from '../corrections/message';
import { Outbox } from '../corrections/outbox';
import { aside, forgetAside } from './aside';
import { openDatabase, type Database, type Schema, type UseDatabase } from './database';
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
    this.outbox = new Outbox(this.#use, send, (key) => this.#notShared(key));
  }

  /** Newest first. */
  readonly entries = (): readonly Entry[] => this.#entries;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Read what earlier visits have left. */
  async load(): Promise<void> {
    const known = this.#entries;
    const stored = (await this.#stored()) ?? [];
    if (this.#entries !== known) return this.load();
    // Another tab may have written since, so what is stored holds; what could not be written stays.
    const all = new Map([...known, ...stored].map((entry) => [entry.id, entry]));
    this.#show([...all.values()].sort((one, other) => other.time - one.time).slice(0, MOST_ENTRIES));
    for (const entry of aside()) await this.keep(entry);
  }

  /** Keep a drawing, or what has become of one that is kept already; a correction stays with it. */
  async keep(entry: Entry): Promise<void> {
    const before = this.#entries.find(({ id }) => id === entry.id);
    const kept = { ...entry, correction: before?.correction ?? entry.correction, sharedAs: before?.sharedAs };
    const all = [kept, ...this.#entries.filter(({ id }) => id !== entry.id)];
    this.#show(all.slice(0, MOST_ENTRIES));
    const written = await this.#use(async (database) => {
      const { store, done } = database.transaction('drawings', 'readwrite');
      await store.put(kept);
      let tooMany = (await store.count()) - MOST_ENTRIES;
      for (let oldest = await store.index('time').openCursor(); oldest && tooMany > 0; tooMany--) {
        await oldest.delete();
        oldest = await oldest.continue();
      }
      await done;
      return true;
    });
    if (written) forgetAside(entry.id);
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
    forgetAside(id);
    await this.#change(messages, (drawings) => drawings.delete(id));
  }

  async removeAll(): Promise<void> {
    // Those of earlier visits and of other tabs too.
    const stored = (await this.#stored()) ?? [];
    const all = new Map([...stored, ...this.#entries].map((entry) => [entry.sharedAs ?? entry.id, entry]));
    const messages = takenBack([...all.values()]);
    this.#show([]);
    for (const { id } of all.values()) forgetAside(id);
    await this.#change(messages, (drawings) => drawings.clear());
  }

  /** Drawings and messages are written both or neither. */
  async #change(messages: readonly Message[], work: (drawings: Drawings) => Promise<unknown>): Promise<void> {
    await this.#use(async (database) => {
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

  /** The server does not have the correction of this key, and will not have it. */
  async #notShared(key: string): Promise<void> {
    this.#show(this.#entries.map((entry) => (entry.sharedAs === key ? { ...entry, sharedAs: undefined } : entry)));
    await this.#use(async (database) => {
      const { store, done } = database.transaction('drawings', 'readwrite');
      for (const entry of await store.getAll()) {
        if (entry.sharedAs === key) await store.put({ ...entry, sharedAs: undefined });
      }
      await done;
    });
  }

  #stored(): Promise<Entry[] | undefined> {
    return this.#use((database) => database.getAll('drawings'));
  }

  /**
   * What fails, the disk being full for one, leaves what is shown as it is. It is tried a second time with
   * the database opened anew: browsers close it under a page that lies in the background.
   */
  readonly #use: UseDatabase = async (work) => {
    for (let attempt = 1; ; attempt++) {
      const opened = (this.#database ??= openDatabase().catch(() => null));
      const database = await opened;
      if (!database) return undefined;
      try {
        return await work(database);
      } catch (error) {
        if (attempt === 2) {
          console.warn('A drawing could not be kept.', error);
          return undefined;
        }
        database.close();
        if (this.#database === opened) this.#database = null;
      }
    }
  };

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
