import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Correction, Entry } from './entry';

interface Schema extends DBSchema {
  drawings: { key: string; value: Entry; indexes: { time: number } };
}

const DATABASE = 'digit-recognizer';

/** Older drawings make room for newer ones. */
export const MOST_ENTRIES = 200;

/**
 * The last drawings and what was read in them, kept in this browser. Where a
 * browser keeps its storage from a page they are there until the page is closed.
 */
export class History {
  #entries: readonly Entry[] = [];
  #database: Promise<IDBPDatabase<Schema> | null> | null = null;
  readonly #listeners = new Set<() => void>();

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
  }

  /** Keep a drawing, or what has become of one that is kept already; a correction stays with it. */
  async keep(entry: Entry): Promise<void> {
    const before = this.#entries.find(({ id }) => id === entry.id);
    const kept = { ...entry, correction: before?.correction ?? entry.correction };
    const all = [kept, ...this.#entries.filter(({ id }) => id !== entry.id)];
    const dropped = all.slice(MOST_ENTRIES);
    this.#show(all.slice(0, MOST_ENTRIES));
    await this.#write(async (database) => {
      await database.put('drawings', kept);
      for (const { id } of dropped) await database.delete('drawings', id);
    });
  }

  async correct(id: string, correction: Correction | null): Promise<void> {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry) return;
    const corrected = { ...entry, correction };
    this.#show(this.#entries.map((one) => (one.id === id ? corrected : one)));
    await this.#write(async (database) => { await database.put('drawings', corrected); });
  }

  async remove(id: string): Promise<void> {
    this.#show(this.#entries.filter((one) => one.id !== id));
    await this.#write((database) => database.delete('drawings', id));
  }

  async removeAll(): Promise<void> {
    this.#show([]);
    await this.#write((database) => database.clear('drawings'));
  }

  #open(): Promise<IDBPDatabase<Schema> | null> {
    this.#database ??= openDatabase().catch(() => null);
    return this.#database;
  }

  /** A write that fails, the disk being full for one, leaves what is shown as it is. */
  async #write(work: (database: IDBPDatabase<Schema>) => Promise<void>): Promise<void> {
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

// Asynchronous, so that a browser that throws at the very word rejects as well.
async function openDatabase(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(DATABASE, 1, {
    upgrade: (database) => {
      database.createObjectStore('drawings', { keyPath: 'id' }).createIndex('time', 'time');
    },
  });
}
