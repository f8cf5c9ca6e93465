import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Delivery } from '../corrections/deliver';
import type { Message } from '../corrections/message';
import { answerOf } from '../recognition/examples';
import { aside, putAside } from './aside';
import { entryOf, newId, type Entry } from './entry';
import { History, MOST_ENTRIES } from './history';

const entry = (id: string, time = 0): Entry => entryOf(id, time, new Blob([id]), answerOf(7));
const ids = (history: History) => history.entries().map(({ id }) => id);

beforeEach(() => { vi.stubGlobal('indexedDB', new IDBFactory()); });

/** What a page that is opened later finds. */
async function later(): Promise<History> {
  const history = new History();
  await history.load();
  return history;
}

describe('the last drawings', () => {
  it('are there at the next visit, newest first', async () => {
    const history = new History();
    await history.keep(entry('a', 1));
    await history.keep(entry('b', 2));
    expect(ids(history)).toEqual(['b', 'a']);
    expect(ids(await later())).toEqual(['b', 'a']);
  });

  it('hold one entry of a sheet that goes on changing', async () => {
    const history = new History();
    await history.keep(entry('a', 1));
    await history.keep({ ...entry('a', 2), digit: 9 });
    expect(history.entries()).toHaveLength(1);
    expect((await later()).entries()[0]).toMatchObject({ digit: 9, time: 2 });
  });

  it('keep what a person said of them, also when the sheet changes afterwards', async () => {
    const history = new History();
    await history.keep(entry('a', 1));
    await history.correct('a', 1, false);
    await history.keep(entry('a', 2));
    expect((await later()).entries()[0]).toMatchObject({ correction: 1, time: 2 });
    await history.correct('a', null, false);
    expect((await later()).entries()[0]).toMatchObject({ correction: null });
  });

  it('can be deleted, one or all', async () => {
    const history = new History();
    for (const id of ['a', 'b', 'c']) await history.keep(entry(id, id.charCodeAt(0)));
    await history.remove('b');
    expect(ids(await later())).toEqual(['c', 'a']);
    await history.removeAll();
    expect(ids(history)).toEqual([]);
    expect(ids(await later())).toEqual([]);
  });

  it('make room for newer ones', async () => {
    const history = new History();
    for (let index = 0; index <= MOST_ENTRIES; index++) await history.keep(entry(String(index), index));
    expect(history.entries()).toHaveLength(MOST_ENTRIES);
    const kept = ids(await later());
    expect([kept.length, kept.at(-1)]).toEqual([MOST_ENTRIES, '1']);
  });

  it('that an earlier page had no time to keep are kept when they are looked at', async () => {
    putAside({ ...entry('a', 2), picture: 'data:image/png;base64,QUJD' });
    const history = await later();
    expect(history.entries()).toMatchObject([{ id: 'a', digit: 7, time: 2 }]);
    expect(await history.entries()[0]?.picture.text()).toBe('ABC');
    expect(aside()).toEqual([]);
    expect(ids(await later())).toEqual(['a']);
  });

  it('tell of every change', async () => {
    const history = new History();
    const changed = vi.fn();
    history.subscribe(changed);
    await history.keep(entry('a'));
    await history.correct('a', 'noDigit', false);
    await history.remove('a');
    expect(changed).toHaveBeenCalledTimes(3);
  });

  it('are kept until the page is closed where the browser has no storage for it', async () => {
    vi.stubGlobal('indexedDB', { open: () => { throw new DOMException('no', 'SecurityError'); } });
    const history = new History();
    await history.keep(entry('a'));
    await history.load();
    expect(ids(history)).toEqual(['a']);
  });
});

describe('corrections', () => {
  const sent: Message[] = [];
  let delivery: Delivery;

  beforeEach(() => {
    sent.length = 0;
    delivery = 'done';
  });

  async function opened(): Promise<History> {
    const history = new History((message) => {
      sent.push(message);
      return Promise.resolve(delivery);
    });
    await history.load();
    await history.outbox.allow(true);
    return history;
  }

  async function settled(): Promise<void> { await new Promise((resolve) => { setTimeout(resolve, 20); }); }

  it('go to the server where the person agrees, each under a key of its own', async () => {
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await settled();
    expect(sent).toMatchObject([{ kind: 'keep', read: 7, was: 1, model: 'digits 1.0.0' }]);
    expect(sent[0]?.key).toBe(history.entries()[0]?.sharedAs);
    expect(history.outbox.waiting()).toEqual([]);
  });

  it('stay here where the person does not', async () => {
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, false);
    await settled();
    expect(sent).toEqual([]);
    expect(history.entries()[0]).toMatchObject({ correction: 1, sharedAs: undefined });
  });

  it('wait for the server, over visits, and go once', async () => {
    delivery = 'later';
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 'noDigit', true);
    await settled();
    expect(history.outbox.waiting()).toHaveLength(1);
    delivery = 'done';
    const next = await opened();
    await settled();
    expect(next.outbox.waiting()).toEqual([]);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    sent.length = 0;
    await opened();
    await settled();
    expect(sent).toEqual([]);
  });

  it('are taken back where they are changed, and where the drawing is deleted', async () => {
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await history.correct('a', 4, true);
    await settled();
    const [first, forget, second] = sent;
    expect(sent.map(({ kind }) => kind)).toEqual(['keep', 'forget', 'keep']);
    expect([forget?.key, second?.key === first?.key]).toEqual([first?.key, false]);
    await history.removeAll();
    await settled();
    expect(sent.at(-1)).toMatchObject({ kind: 'forget', key: second?.key });
  });

  it('that the server will never take are not sent again', async () => {
    delivery = 'never';
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await settled();
    expect(history.outbox.waiting()).toEqual([]);
    expect((await later()).entries()).toHaveLength(1);
  });

  it('that wait are dropped when the person does not agree any more', async () => {
    delivery = 'later';
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await settled();
    await history.outbox.dropKeeps();
    delivery = 'done';
    sent.length = 0;
    await opened();
    await settled();
    expect(sent).toEqual([]);
  });

  it('go without a storage too', async () => {
    vi.stubGlobal('indexedDB', { open: () => { throw new DOMException('no', 'SecurityError'); } });
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await settled();
    expect(sent).toHaveLength(1);
  });
});

it('names of entries do not repeat', () => {
  expect(new Set(Array.from({ length: 100 }, newId)).size).toBe(100);
});
