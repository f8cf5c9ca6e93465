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
const VERSION = 3;

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
  let before = VERSION;
  const database = await openDB<Schema>(NAME, VERSION, {
    upgrade: (database, old) => {
      before = old;
      if (before < 1) database.createObjectStore('drawings', { keyPath: 'id' }).createIndex('time', 'time');
      if (before < 2) database.createObjectStore('outbox', { keyPath: 'key' }).createIndex('time', 'time');
    },
    // Another tab has a newer page: it may have the database, and this one reads on without.
    blocking: (_before, _after, event) => { (event.target as IDBDatabase).close(); },
  });
  if (before === 1 || before === 2) await withAddresses(database);
  return database;
}

/** Pictures were Blobs once. One that the browser does not give away now is left, and not shown. */
async function withAddresses(database: Database): Promise<void> {
  for (const name of ['drawings', 'outbox'] as const) {
    for (const key of await database.getAllKeys(name)) {
      const old: object | undefined = await database.get(name, key);
      if (!old || !('picture' in old) || !(old.picture instanceof Blob)) continue;
      const picture = await addressOf(old.picture).catch(() => null);
      if (picture !== null) await database.put(name, { ...old, picture } as never);
    }
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

/** Whether what was kept can be used: it has no picture, or one that the browser has given away. */
export function isWhole(kept: Entry | Message): boolean {
  return !('picture' in kept) || typeof kept.picture === 'string';
}
