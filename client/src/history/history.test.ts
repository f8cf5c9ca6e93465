import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Delivery } from '../corrections/deliver';
import type { Message } from '../corrections/message';
import { answerOf } from '../recognition/examples';
import { aside, putAside } from './aside';
import { entryOf, newId, type Entry } from './entry';
import { History, MOST_ENTRIES, REOPEN_AFTER } from './history';

const PNG = 'data:image/png;base64,QUJD';
const entry = (id: string, time = 0): Entry => entryOf(id, time, PNG, answerOf(7));
const ids = (history: History) => history.entries().map(({ id }) => id);

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  localStorage.clear();
});

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

  it('are said to be none only once it is known', async () => {
    const history = new History();
    expect(history.past()).toBe('unknown');
    await history.load();
    expect(history.past()).toBe('read');
    vi.stubGlobal('indexedDB', undefined);
    const without = new History();
    await without.load();
    expect(without.past()).toBe('unreachable');
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

  it('make room for newer ones over visits that never look at them', async () => {
    const first = new History();
    for (let index = 0; index < MOST_ENTRIES; index++) await first.keep(entry(String(index), index));
    await new History().keep(entry('new', MOST_ENTRIES));
    const kept = ids(await later());
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([MOST_ENTRIES, 'new', '1']);
  });

  it('are as another tab has left them', async () => {
    const [history, other] = [new History(), new History()];
    await history.keep(entry('a', 1));
    await other.load();
    await other.correct('a', 4, false);
    await other.keep(entry('b', 2));
    await history.load();
    expect(history.entries()).toMatchObject([{ id: 'b' }, { id: 'a', correction: 4 }]);
  });

  it('are kept after the browser has closed the database under the page', async () => {
    const history = new History();
    const open = vi.spyOn(indexedDB, 'open');
    await history.keep(entry('a', 1));
    (open.mock.results[0]?.value as IDBOpenDBRequest).result.close();
    await history.keep(entry('b', 2));
    expect(ids(await later())).toEqual(['b', 'a']);
  });

  it('stay put aside where they cannot be written, until they are deleted', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    putAside(entry('a', 2));
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError'); });
    const history = await later();
    expect(aside()).toHaveLength(1);
    put.mockRestore();
    await history.remove('a');
    expect(aside()).toEqual([]);
  });

  it('that an earlier page had no time to keep are kept when they are looked at', async () => {
    putAside(entry('a', 2));
    const history = await later();
    expect(history.entries()).toMatchObject([{ id: 'a', digit: 7, time: 2, picture: PNG }]);
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

  it('wait aside for a database that does not open, with what was said of them', async () => {
    const closed = vi.spyOn(indexedDB, 'open').mockImplementation(() => { throw new DOMException('no', 'SecurityError'); });
    const history = new History();
    await history.keep(entry('a', 1));
    await history.correct('a', 4, false);
    expect(history.isFleeting()).toBe(false);
    closed.mockRestore();
    await history.keep(entry('b', 2));
    expect((await later()).entries()).toMatchObject([{ id: 'b' }, { id: 'a', correction: 4 }]);
    expect(aside()).toEqual([]);
  });

  it('are said to go with the page where the browser keeps nothing for it', async () => {
    vi.stubGlobal('indexedDB', { open: () => { throw new DOMException('no', 'SecurityError'); } });
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError'); });
    const history = new History();
    const told = vi.fn(history.isFleeting);
    history.subscribe(told);
    await history.keep(entry('a'));
    expect(told).toHaveLastReturnedWith(true);
    await history.remove('a');
    expect(history.isFleeting()).toBe(false);
    full.mockRestore();
  });

  it('that were corrected while nothing could be written are as they were corrected', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const history = new History();
    await history.keep(entry('a', 1));
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError'); });
    await history.correct('a', 4, false);
    history.leave(entry('a', 2));
    full.mockRestore();
    expect((await later()).entries()).toMatchObject([{ id: 'a', correction: 4, time: 2 }]);
    expect(aside()).toEqual([]);
  });

  it('that nobody could read in the end are as they were read before', async () => {
    const history = new History();
    await history.keep(entry('a', 1));
    await history.correct('a', 4, false);
    history.leave(entryOf('a', 2, `${PNG}RA==`, null));
    history.leave(entryOf('b', 3, PNG, null));
    expect((await later()).entries()).toMatchObject([
      { id: 'b', digit: null, correction: null },
      { id: 'a', digit: 7, correction: 4, time: 2, picture: `${PNG}RA==` },
    ]);
  });

  it('that were put aside are deleted with all others, also while they are looked at', async () => {
    for (const id of ['a', 'b', 'c']) putAside(entry(id, id.charCodeAt(0)));
    await new History().removeAll();
    expect(aside()).toEqual([]);
    for (const id of ['a', 'b', 'c']) putAside(entry(id, id.charCodeAt(0)));
    const history = new History();
    const loaded = history.load();
    await history.removeAll();
    await loaded;
    expect([ids(history), aside(), ids(await later())]).toEqual([[], [], []]);
  });

  it('that make room for newer ones wait nowhere', async () => {
    vi.stubGlobal('indexedDB', { open: () => { throw new DOMException('no', 'SecurityError'); } });
    const history = new History();
    for (let index = 0; index < MOST_ENTRIES + 3; index++) await history.keep(entry(String(index), index));
    expect(aside()).toHaveLength(MOST_ENTRIES);
  });

  it('are stored in a database that opens at another time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const closed = vi.spyOn(indexedDB, 'open').mockImplementation(() => { throw new DOMException('no', 'SecurityError'); });
    const history = new History();
    await history.keep(entry('a', 1));
    await history.keep(entry('b', 2));
    expect(closed).toHaveBeenCalledTimes(1);
    closed.mockRestore();
    vi.advanceTimersByTime(REOPEN_AFTER);
    vi.useRealTimers();
    await history.load();
    expect(aside()).toEqual([]);
    expect(ids(await later())).toEqual(['b', 'a']);
  });

  it('that were deleted while they were written stay deleted', async () => {
    vi.stubGlobal('indexedDB', { open: () => { throw new DOMException('no', 'SecurityError'); } });
    const history = new History();
    const kept = history.keep(entry('a'));
    await history.remove('a');
    await kept;
    expect(aside()).toEqual([]);
  });
});

describe('corrections', () => {
  const sent: Message[] = [];
  let delivery: Delivery;

  beforeEach(() => {
    sent.length = 0;
    delivery = 'done';
  });

  async function opened(settles = 0): Promise<History> {
    const history = new History((message) => {
      sent.push(message);
      return Promise.resolve(delivery);
    }, settles);
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

  it('go to the server where the browser denies the page its locks, too', async () => {
    vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(new DOMException('denied', 'SecurityError')) } });
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await settled();
    expect(sent).toMatchObject([{ kind: 'keep', was: 1 }]);
    vi.unstubAllGlobals();
  });

  it('are not said to be sent while they are still being written', async () => {
    const history = await opened();
    await history.keep(entry('a'));
    const corrected = history.correct('a', 1, true);
    expect(history.outbox.unsent(history.entries()[0]?.sharedAs ?? '')).toBe(true);
    await corrected;
    await settled();
    expect(history.outbox.unsent(history.entries()[0]?.sharedAs ?? '')).toBe(false);
  });

  it('of another tab, whose server was away, are sent when they are looked at', async () => {
    const other = await opened();
    await other.keep(entry('a'));
    const history = await opened();
    delivery = 'later';
    await other.correct('a', 1, true);
    await settled();
    sent.length = 0;
    delivery = 'done';
    await history.load();
    await settled();
    expect(sent).toMatchObject([{ kind: 'keep', was: 1 }]);
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
    expect((await later()).entries()).toMatchObject([{ correction: 1, sharedAs: undefined }]);
  });

  it('that wait are dropped when the person does not agree any more, and forgotten where they arrived', async () => {
    delivery = 'later';
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await settled();
    const key = history.entries()[0]?.sharedAs;
    await history.outbox.allow(false);
    sent.length = 0;
    // At the next visit, before anything was shown.
    const next = new History((message) => {
      sent.push(message);
      return Promise.resolve<Delivery>('done');
    }, 0);
    await next.outbox.allow(false);
    expect(sent).toEqual([]);
    await next.outbox.dropKeeps();
    await settled();
    expect(sent).toMatchObject([{ kind: 'forget', key }]);
    expect((await later()).entries()).toMatchObject([{ correction: 1, sharedAs: undefined }]);
  });

  it('are taken back also when the person does not agree any more', async () => {
    const history = await opened();
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await settled();
    await history.outbox.allow(false);
    await history.outbox.dropKeeps();
    await history.remove('a');
    await settled();
    expect(sent.map(({ kind }) => kind)).toEqual(['keep', 'forget']);
    expect(sent[1]?.key).toBe(sent[0]?.key);
  });

  it('of other tabs are taken back too when all is deleted', async () => {
    const [history, other] = [await opened(), await opened()];
    await other.keep(entry('a'));
    await other.correct('a', 1, true);
    await settled();
    await history.removeAll();
    await settled();
    expect(sent.map(({ kind }) => kind)).toEqual(['keep', 'forget']);
  });

  it('are taken back where another tab has sent them', async () => {
    const [history, other] = [await opened(), await opened()];
    await history.keep(entry('a'));
    await other.load();
    await other.correct('a', 4, true);
    await settled();
    await history.correct('a', 5, true);
    await settled();
    expect(sent.map(({ kind }) => kind)).toEqual(['keep', 'forget', 'keep']);
    expect(sent[1]?.key).toBe(sent[0]?.key);
    await other.correct('a', 6, true);
    await history.remove('a');
    await settled();
    const held = new Set<string>();
    for (const { kind, key } of sent) {
      if (kind === 'keep') held.add(key);
      else held.delete(key);
    }
    expect([...held]).toEqual([]);
  });

  it('outlast what another tab draws on the same sheet', async () => {
    const [history, other] = [await opened(), await opened()];
    await history.keep(entry('a', 1));
    await other.load();
    await other.correct('a', 4, true);
    await history.keep(entry('a', 2));
    expect(history.entries()).toMatchObject([{ time: 2, correction: 4, sharedAs: other.entries()[0]?.sharedAs }]);
    expect((await later()).entries()).toMatchObject([{ time: 2, correction: 4 }]);
  });

  it('do not bring back what another tab has deleted', async () => {
    const [history, other] = [await opened(), await opened()];
    await history.keep(entry('a', 1));
    await history.keep(entry('b', 2));
    await other.removeAll();
    expect(await history.correct('a', 4, true)).toBe(false);
    await settled();
    expect(sent).toEqual([]);
    expect(ids(history)).toEqual(['b']);
    await history.load();
    expect(ids(history)).toEqual([]);
    expect(ids(await later())).toEqual([]);
  });

  it('that wait are not sent once another tab has taken them back', async () => {
    delivery = 'later';
    const [history, other] = [await opened(), await opened()];
    await history.keep(entry('a'));
    await history.correct('a', 4, true);
    await settled();
    await other.load();
    await settled();
    sent.length = 0;
    delivery = 'done';
    await other.remove('a');
    await settled();
    await history.outbox.hurry();
    expect(sent.map(({ kind }) => kind)).toEqual(['forget']);
    expect(history.outbox.waiting()).toEqual([]);
  });

  it('do not hold up what is to be forgotten', async () => {
    const history = await opened();
    await history.keep(entry('a'));
    await history.keep(entry('b'));
    await history.correct('a', 1, true);
    await settled();
    delivery = 'later';
    await history.correct('b', 1, true);
    await settled();
    sent.length = 0;
    await history.remove('a');
    await settled();
    expect(sent[0]?.kind).toBe('forget');
  });

  it('are sent once they are settled, and what was passed over on the way never', async () => {
    const history = await opened(200);
    await history.keep(entry('a'));
    for (const was of [0, 1, 2, 3]) await history.correct('a', was, true);
    await settled();
    expect(sent).toEqual([]);
    await vi.waitFor(() => { expect(sent).not.toEqual([]); });
    expect(sent).toMatchObject([{ kind: 'keep', was: 3 }]);
    await settled();
    await history.correct('a', null, true);
    await settled();
    expect(sent).toMatchObject([{ kind: 'keep' }, { kind: 'forget', key: sent[0]?.key }]);
  });

  it('stay when newer drawings come, so that they can be taken back', async () => {
    const history = await opened();
    await history.keep(entry('a', 1));
    await history.correct('a', 4, true);
    await settled();
    for (let index = 0; index <= MOST_ENTRIES; index++) await history.keep(entry(String(index), 2 + index));
    expect(history.entries()).toHaveLength(MOST_ENTRIES + 1);
    expect(ids(await later()).slice(-2)).toEqual(['1', 'a']);
  });

  it('that cannot be written are shown and sent all the same', async () => {
    const history = await opened();
    await history.keep(entry('a'));
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => { throw new DOMException('full', 'QuotaExceededError'); });
    await history.correct('a', 4, true);
    await history.load();
    expect(history.entries()).toMatchObject([{ correction: 4 }]);
    await settled();
    expect(sent).toMatchObject([{ kind: 'keep', was: 4 }]);
    full.mockRestore();
  });

  it('go though a deletion is refused, which waits', async () => {
    const history = new History((message) => {
      sent.push(message);
      return Promise.resolve(message.kind === 'forget' ? 'refused' : 'done');
    }, 0);
    await history.outbox.allow(true);
    await history.keep(entry('a'));
    await history.correct('a', 1, true);
    await settled();
    await history.remove('a');
    await history.keep(entry('b'));
    await history.correct('b', 2, true);
    await settled();
    expect(sent.map(({ kind }) => kind).filter((kind) => kind === 'keep')).toHaveLength(2);
    expect(history.outbox.waiting()).toMatchObject([{ kind: 'forget' }]);
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
