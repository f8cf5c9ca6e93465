import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Message } from '../corrections/message';
import type { Entry } from './entry';

export interface Schema extends DBSchema {
  drawings: { key: string; value: Entry; indexes: { time: number } };
  outbox: { key: string; value: Message; indexes: { time: number } };
}

export type Database = IDBPDatabase<Schema>;

/** Does something with the database; undefined where there is none, or where it fails. */
export type UseDatabase = <Result>(work: (database: Database) => Promise<Result>) => Promise<Result | undefined>;

const NAME = 'digit-recognizer';
const VERSION = 2;

/** A browser that says nothing for so long, in milliseconds, keeps nothing. */
const PATIENCE = 10_000;

/** What this browser keeps for the page. Rejects where a browser keeps its storage from it. */
export async function openDatabase(): Promise<Database> {
  const tooLate = new Promise<never>((_, reject) => {
    setTimeout(() => { reject(new Error('The database does not open.')); }, PATIENCE);
  });
  return Promise.race([open(), tooLate]);
}

// Asynchronous, so that a browser that throws at the very word rejects as well.
async function open(): Promise<Database> {
  return openDB<Schema>(NAME, VERSION, {
    upgrade: (database, before) => {
      if (before < 1) database.createObjectStore('drawings', { keyPath: 'id' }).createIndex('time', 'time');
      if (before < 2) database.createObjectStore('outbox', { keyPath: 'key' }).createIndex('time', 'time');
    },
    // Another tab has a newer page: it may have the database, and this one reads on without.
    blocking: (_before, _after, event) => { (event.target as IDBDatabase).close(); },
  });
}

/** All that is kept in one place, oldest first. */
export async function allKept<Name extends 'drawings' | 'outbox'>(database: Database, name: Name): Promise<Schema[Name]['value'][]> {
  const all = await database.getAllFromIndex(name, 'time');
  if (all.every(isWhole)) return all;
  await withAddresses(database, name);
  return (await database.getAllFromIndex(name, 'time')).filter(isWhole);
}

/** Pictures were Blobs once. One that the browser does not give away now, it may at the next visit. */
async function withAddresses(database: Database, name: 'drawings' | 'outbox'): Promise<void> {
  for (const key of await database.getAllKeys(name)) {
    const old = pictureOf(await database.get(name, key));
    const picture = old instanceof Blob && await addressOf(old).catch(() => null);
    if (!picture) continue;
    const { store, done } = database.transaction(name, 'readwrite');
    const write = async (): Promise<void> => {
      const now = await store.get(key);
      if (now && !isWhole(now)) await store.put({ ...now, picture });
    };
    await Promise.all([write(), done]);
  }
}

function addressOf(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => { resolve(reader.result as string); };
    reader.onerror = () => { reject(reader.error ?? new Error('unreadable')); };
    reader.readAsDataURL(picture);
  });
}

/** Whether what is kept can be written again: its picture is no Blob. */
export function isWhole(kept: Entry | Message): boolean {
  return !(pictureOf(kept) instanceof Blob);
}

function pictureOf(kept: Entry | Message | undefined): unknown {
  return kept && 'picture' in kept ? kept.picture : null;
}
