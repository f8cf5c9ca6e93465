import type { IDBPObjectStore } from 'idb';
import { deliver, type Delivery } from '../corrections/deliver';
import type { Message } from '../corrections/message';
import { Outbox, SETTLES } from '../corrections/outbox';
import { aside, forgetAside, isAside, putAside } from './aside';
import { allKept, isWhole, openDatabase, type Database, type Schema, type UseDatabase } from './database';
import { newId, type Correction, type Entry } from './entry';

type Drawings = IDBPObjectStore<Schema, ['drawings', 'outbox'], 'drawings', 'readwrite'>;

/** Milliseconds after which a database that did not open is tried again: the page may have waited ten seconds for it. */
export const REOPEN_AFTER = 60_000;

/** Older drawings make room for newer ones, but for those whose corrections the server has: by them they can be taken back. */
export const MOST_ENTRIES = 200;

/** Whether the drawings of earlier visits have been read. */
export type Past = 'unknown' | 'read' | 'unreachable';

/**
 * The last drawings and what was read in them, kept in this browser. Where a
 * browser keeps its storage from a page they are there until the page is closed.
 */
export class History {
  #entries: readonly Entry[] = [];
  /** Ids of drawings of which the database does not hold, or not yet, what is shown. */
  readonly #unwritten = new Set<string>();
  /** Ids of drawings that are nowhere but on this page. */
  readonly #fleeting = new Set<string>();
  #past: Past = 'unknown';
  #database: Promise<Database | null> | null = null;
  readonly #listeners = new Set<() => void>();

  /** What the server is to be told. */
  readonly outbox: Outbox;

  constructor(send: (message: Message) => Promise<Delivery> = deliver, settles = SETTLES) {
    this.outbox = new Outbox(this.#use, send, (key) => this.#notShared(key), settles);
  }

  /** Newest first. */
  readonly entries = (): readonly Entry[] => this.#entries;

  /** Whether there are drawings that will be gone with the page. */
  readonly isFleeting = (): boolean => this.#fleeting.size > 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What is known of earlier visits. */
  readonly past = (): Past => this.#past;

  /** Read what earlier visits, and other tabs, have left. */
  async load(): Promise<void> {
    const known = this.#entries;
    // Before they are shown: what waits is not called sent.
    await this.outbox.load();
    const stored = await this.#stored();
    if (this.#entries !== known) return this.load();
    void this.outbox.hurry();
    this.#past = stored ? 'read' : 'unreachable';
    // Another tab may have written since, so what is stored holds; what could not be written stays.
    this.#show(stored ? newest(byId([...stored, ...known.filter(({ id }) => this.#unwritten.has(id))])) : known);
    const fleeting = this.#entries.filter(({ id }) => this.#fleeting.has(id));
    for (const entry of [...fleeting, ...aside()]) {
      // It takes a while, in which they may be deleted.
      if (this.#fleeting.has(entry.id) || isAside(entry.id)) await this.keep(entry);
    }
  }

  /** Keep a drawing, or what has become of one that is kept already; a correction stays with it. */
  async keep(entry: Entry): Promise<void> {
    const { id } = entry;
    const before = this.#entries.find((one) => one.id === id);
    const unwritten = this.#unwritten.has(id);
    // What was put aside may have been corrected since it was stored.
    const speaks = entry.correction !== null || entry.sharedAs !== undefined;
    const shown = { ...entry, ...said(speaks ? entry : before ?? entry) };
    this.#unwritten.add(id);
    const all = [shown, ...this.#entries.filter((one) => one.id !== id)];
    const stay = newest(all);
    this.#show(stay);
    for (const one of all) if (!stay.includes(one)) this.#settled(one.id);
    const written = await this.#use(async (database) => {
      const { store, done } = database.transaction('drawings', 'readwrite');
      const write = async (): Promise<Entry> => {
        const kept = { ...entry, ...said(speaks ? entry : (unwritten ? before : await store.get(id)) ?? entry) };
        await store.put(kept);
        if ((await store.count()) > MOST_ENTRIES) {
          const all = await store.index('time').getAll();
          const stay = new Set(newest(all).map((one) => one.id));
          for (const one of all) if (!stay.has(one.id)) await store.delete(one.id);
        }
        return kept;
      };
      return (await Promise.all([write(), done]))[0];
    });
    if (!written) {
      this.#putAside(id);
      return;
    }
    this.#settled(id);
    if (said(written).correction !== shown.correction || written.sharedAs !== shown.sharedAs) {
      this.#show(this.#entries.map((one) => (one === shown ? written : one)));
    }
  }

  /**
   * Say what a drawing was, or with null that it was read rightly.
   *
   * @param share whether the server may be told
   * @returns whether the drawing is still there: this tab, or another, may have deleted it
   */
  async correct(id: string, correction: Correction | null, share: boolean): Promise<boolean> {
    const seen = this.#entries.find((one) => one.id === id);
    if (!seen) return false;
    const unwritten = this.#unwritten.has(id);
    // What was not sent yet is sent once, as what was said last.
    const key = seen.sharedAs !== undefined && this.outbox.unsent(seen.sharedAs) ? seen.sharedAs : newId();
    const sharedAs = share && correction !== null ? key : undefined;
    if (sharedAs !== undefined) this.outbox.expect(sharedAs);
    this.#show(this.#entries.map((one) => (one.id === id ? { ...one, correction, sharedAs } : one)));
    let there = true as boolean;
    const written = await this.#change(async (drawings) => {
      const entry = unwritten || !drawings ? seen : await drawings.get(id);
      there = entry !== undefined;
      if (!entry) return [];
      await drawings?.put({ ...entry, correction, sharedAs });
      const messages = takenBack([entry]).filter((message) => message.key !== sharedAs);
      return sharedAs === undefined || correction === null ? messages : [...messages, keepOf(entry, correction, sharedAs)];
    });
    if (!there) this.#show(this.#entries.filter((one) => one.id !== id));
    if (written) this.#settled(id);
    else {
      this.#unwritten.add(id);
      this.#putAside(id);
    }
    return there;
  }

  /** Delete a drawing; what the server was told of it is taken back. */
  async remove(id: string): Promise<void> {
    await this.#remove((one) => one.id === id, async (drawings) => {
      const stored = await drawings.get(id);
      await drawings.delete(id);
      return stored ? [stored] : [];
    });
  }

  /** Delete all, those of earlier visits and of other tabs too. */
  async removeAll(): Promise<void> {
    for (const { id } of aside()) forgetAside(id);
    await this.#remove(() => true, async (drawings) => {
      const stored = await drawings.getAll();
      await drawings.clear();
      return stored;
    });
  }

  /** @param work deletes what is stored, and tells what it was */
  async #remove(which: (entry: Entry) => boolean, work: (drawings: Drawings) => Promise<Entry[]>): Promise<void> {
    const seen = this.#entries.filter(which);
    this.#show(this.#entries.filter((entry) => !which(entry)));
    await this.#change(async (drawings) => {
      const all = [...seen, ...(drawings ? await work(drawings) : [])];
      for (const { id } of all) this.#settled(id);
      return takenBack(all);
    });
  }

  /**
   * Drawings and messages are written both or neither.
   *
   * @param work changes the drawings, null where there is no database, and tells what the server is to be told
   * @returns whether they were written
   */
  async #change(work: (drawings: Drawings | null) => Promise<Message[]>): Promise<boolean> {
    const written = await this.#use(async (database) => {
      const transaction = database.transaction(['drawings', 'outbox'], 'readwrite');
      const outbox = transaction.objectStore('outbox');
      const write = async (): Promise<Message[]> => {
        const messages = await work(transaction.objectStore('drawings'));
        await Promise.all(messages.map((message) => outbox.put(message)));
        return messages;
      };
      return (await Promise.all([write(), transaction.done]))[0];
    });
    const messages = written ?? await work(null);
    if (messages.length > 0) void this.outbox.post(messages, written !== undefined);
    return written !== undefined;
  }

  /** The page may be gone before a drawing is kept. What was read of it before it could not be read any more stands. */
  leave(entry: Entry): void {
    const { id, time, picture, digit } = entry;
    const before = this.#entries.find((one) => one.id === id) ?? entry;
    putAside(digit === null ? { ...before, time, picture } : { ...entry, ...said(before) });
  }

  /** It may be written at the next visit. One that was deleted meanwhile, or has made room, stays away. */
  #putAside(id: string): void {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry) this.#settled(id);
    else if (!putAside(entry)) {
      this.#fleeting.add(id);
      this.#show(this.#entries);
    }
  }

  /** In the database, or not wanted any more. */
  #settled(id: string): void {
    this.#unwritten.delete(id);
    this.#fleeting.delete(id);
    forgetAside(id);
  }

  /** The server does not have the correction of this key, and will not have it. */
  async #notShared(key: string): Promise<void> {
    this.#show(this.#entries.map((entry) => (entry.sharedAs === key ? { ...entry, sharedAs: undefined } : entry)));
    await this.#use(async (database) => {
      const { store, done } = database.transaction('drawings', 'readwrite');
      for (const entry of await store.getAll()) {
        if (entry.sharedAs === key && isWhole(entry)) await store.put({ ...entry, sharedAs: undefined });
      }
      await done;
    });
  }

  #stored(): Promise<Entry[] | undefined> {
    return this.#use((database) => allKept(database, 'drawings'));
  }

  /**
   * What fails, the disk being full for one, leaves what is shown as it is. It is tried a second time with
   * the database opened anew: browsers close it under a page that lies in the background.
   */
  readonly #use: UseDatabase = async (work) => {
    for (let attempt = 1; ; attempt++) {
      const opened = (this.#database ??= openDatabase().catch(() => this.#closed()));
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

  /** It did not open; it may at another time: another tab may have held it. */
  #closed(): null {
    setTimeout(() => { this.#database = null; }, REOPEN_AFTER);
    return null;
  }

  #show(entries: readonly Entry[]): void {
    this.#entries = entries;
    for (const listener of this.#listeners) listener();
  }
}

/** What a person has said of a drawing. */
function said({ correction, sharedAs }: Entry): Pick<Entry, 'correction' | 'sharedAs'> {
  return { correction, sharedAs };
}

/** One of each name, the last. */
function byId(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
}

/** Those that stay, newest first. */
function newest(entries: readonly Entry[]): Entry[] {
  let room = MOST_ENTRIES;
  return [...entries]
    .sort((one, other) => other.time - one.time)
    .filter(({ sharedAs }) => sharedAs !== undefined || room-- > 0);
}

/** What tells the server to forget what it was told of drawings. */
function takenBack(entries: readonly Entry[]): Message[] {
  const keys = new Set(entries.flatMap(({ sharedAs }) => sharedAs ?? []));
  return [...keys].map((key) => ({ kind: 'forget', key, time: Date.now() }));
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
