import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Content } from '../canvas/drawing';
import { DrawingStore } from '../canvas/drawingStore';
import { answerOf, EMPTY_ANSWER, pictureNamed } from '../recognition/examples';
import { RecognitionFailure, type Answer } from '../recognition/recognizer';
import { RecognitionScheduler, SHORTEST_INTERVAL } from '../recognition/scheduler';
import { aside } from './aside';
import type { Entry } from './entry';
import { History } from './history';
import { PAUSE, Recorder } from './recorder';

let store: DrawingStore;
let scheduler: RecognitionScheduler;
/** Null where nothing answers. */
let answer: Answer | null;
let drawn: Content[];
let noRoom: boolean;
let kept: Entry[];
let history: History;
let recorder: Recorder;
let stop: () => void;

const wait = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  answer = answerOf(7);
  noRoom = false;
  [drawn, kept] = [[], []];
  store = new DrawingStore();
  scheduler = new RecognitionScheduler({
    recognize: () => (answer ? Promise.resolve({ ...answer }) : Promise.reject(new RecognitionFailure('unreachable'))),
  });
  history = new History();
  vi.spyOn(history, 'keep').mockImplementation((entry) => {
    kept.push(entry);
    return Promise.resolve();
  });
  recorder = new Recorder(store, scheduler, history, (content) => {
    if (noRoom) throw new Error('no room for a canvas');
    drawn.push(content);
    return 'data:image/png;base64,AAAA';
  });
  stop = recorder.start();
});
afterEach(() => {
  stop();
  localStorage.clear();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A stroke that is read while it is drawn. */
async function stroke(): Promise<void> {
  store.dispatch({ type: 'begin', point: { x: 0.5, y: 0.5 }, width: 0.05 });
  scheduler.follow(() => pictureNamed('a'));
  await wait(SHORTEST_INTERVAL);
  store.dispatch({ type: 'finish' });
}

function leave(): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('recording', () => {
  it('keeps a drawing and its reading when the pen has rested', async () => {
    await stroke();
    await wait(PAUSE - 1);
    expect(kept).toHaveLength(0);
    await wait(1);
    expect(kept).toMatchObject([{ digit: 7, correction: null }]);
    expect(drawn[0]?.strokes).toHaveLength(1);
  });

  it('waits while one draws on, and keeps the whole', async () => {
    await stroke();
    await wait(PAUSE / 2);
    await stroke();
    await wait(PAUSE);
    expect(kept).toHaveLength(1);
    expect(drawn[0]?.strokes).toHaveLength(2);
  });

  it('keeps the next drawing though one could not be kept', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    noRoom = true;
    await stroke();
    await wait(PAUSE);
    noRoom = false;
    store.dispatch({ type: 'clear' });
    scheduler.clear();
    await stroke();
    await wait(PAUSE);
    expect(kept).toHaveLength(1);
  });

  it('gives what is added later to the same entry', async () => {
    await stroke();
    await wait(PAUSE);
    await stroke();
    await wait(PAUSE);
    expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
  });

  it('keeps at once what is cleared away, and begins another entry', async () => {
    await stroke();
    store.dispatch({ type: 'clear' });
    scheduler.clear();
    await wait(0);
    expect(kept).toHaveLength(1);
    expect(drawn[0]?.strokes).toHaveLength(1);
    await stroke();
    await wait(PAUSE);
    expect(new Set(kept.map(({ id }) => id)).size).toBe(2);
  });

  it('begins another entry with a photograph, and with a stroke on it', async () => {
    await stroke();
    await wait(PAUSE);
    store.dispatch({ type: 'lay', photo: document.createElement('canvas') });
    scheduler.replace(() => pictureNamed('photo'));
    await wait(PAUSE + SHORTEST_INTERVAL);
    await stroke();
    await wait(PAUSE);
    expect(new Set(kept.map(({ id }) => id)).size).toBe(3);
    expect(drawn.map(({ photo }) => photo !== null)).toEqual([false, true, false]);
  });

  it('gives a drawing that undo or redo brings back to the entry it had', async () => {
    await stroke();
    await wait(PAUSE);
    const first = recorder.sheet();
    store.dispatch({ type: 'clear' });
    scheduler.clear();
    store.dispatch({ type: 'undo' });
    expect(recorder.sheet()).toBe(first);
    store.dispatch({ type: 'lay', photo: document.createElement('canvas') });
    const photo = recorder.sheet();
    expect(photo).not.toBe(first);
    store.dispatch({ type: 'begin', point: { x: 0.5, y: 0.5 }, width: 0.05 });
    expect(recorder.sheet()).not.toBe(photo);
    store.dispatch({ type: 'abandon' });
    expect(recorder.sheet()).toBe(photo);
    store.dispatch({ type: 'undo' });
    expect(recorder.sheet()).toBe(first);
    scheduler.replace(() => pictureNamed('a'));
    await wait(PAUSE + SHORTEST_INTERVAL);
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set([first]));
    store.dispatch({ type: 'redo' });
    expect(recorder.sheet()).toBe(photo);
  });

  it('knows the drawing again that was cleared away under the pen', async () => {
    await stroke();
    await wait(PAUSE);
    const first = recorder.sheet();
    store.dispatch({ type: 'begin', point: { x: 0.2, y: 0.2 }, width: 0.05 });
    store.dispatch({ type: 'clear' });
    expect(recorder.sheet()).not.toBe(first);
    store.dispatch({ type: 'undo' });
    expect(recorder.sheet()).toBe(first);
  });

  it('keeps at once what is said to be wrong', async () => {
    const correct = vi.spyOn(history, 'correct').mockResolvedValue(true);
    await stroke();
    await recorder.correct(1, true);
    expect(kept).toHaveLength(1);
    expect(correct).toHaveBeenCalledExactlyOnceWith(kept[0]?.id, 1, true);
    expect(recorder.sheet()).toBe(kept[0]?.id);
    await wait(PAUSE);
    expect(kept).toHaveLength(1);
  });

  it('keeps a drawing again that was deleted from the list, when it is said what it was', async () => {
    await stroke();
    await wait(PAUSE);
    const correct = vi.spyOn(history, 'correct').mockResolvedValueOnce(false).mockResolvedValue(true);
    await recorder.correct(4, true);
    expect(kept.map(({ id }) => id)).toEqual([recorder.sheet(), recorder.sheet()]);
    expect(correct).toHaveBeenCalledTimes(2);
    expect(correct).toHaveBeenLastCalledWith(recorder.sheet(), 4, true);
  });

  it('tells of a fresh sheet', async () => {
    const listener = vi.fn();
    recorder.subscribe(listener);
    await stroke();
    const before = recorder.sheet();
    expect(listener).not.toHaveBeenCalled();
    store.dispatch({ type: 'clear' });
    expect(listener).toHaveBeenCalledOnce();
    expect(recorder.sheet()).not.toBe(before);
  });

  it('keeps a drawing that is cleared before its last stroke was read, with what was read of it', async () => {
    await stroke();
    answer = answerOf(9);
    store.dispatch({ type: 'begin', point: { x: 0.5, y: 0.5 }, width: 0.05 });
    scheduler.follow(() => pictureNamed('b'));
    store.dispatch({ type: 'finish' });
    expect(scheduler.snapshot().asking).toBe(true);
    // As the page does it: the answer is gone when the recorder hears of the clearing.
    scheduler.clear();
    store.dispatch({ type: 'clear' });
    await wait(0);
    expect(kept).toMatchObject([{ digit: 7 }]);
    expect(drawn[0]?.strokes).toHaveLength(2);
  });

  it('keeps a drawing that is cleared under the pen, as it was before', async () => {
    await stroke();
    store.dispatch({ type: 'begin', point: { x: 0.5, y: 0.5 }, width: 0.05 });
    scheduler.clear();
    store.dispatch({ type: 'clear' });
    await wait(0);
    expect(kept).toMatchObject([{ digit: 7 }]);
    expect(drawn[0]?.strokes).toHaveLength(1);
  });

  it('does not take what was read on the sheet before for what is on this one', async () => {
    await stroke();
    store.dispatch({ type: 'lay', photo: document.createElement('canvas') });
    scheduler.replace(() => pictureNamed('photo'));
    store.dispatch({ type: 'begin', point: { x: 0.5, y: 0.5 }, width: 0.05 });
    store.dispatch({ type: 'finish' });
    scheduler.clear();
    store.dispatch({ type: 'clear' });
    await wait(0);
    expect(kept).toHaveLength(1);
  });

  it('puts aside at once what is not written when the page goes', async () => {
    await stroke();
    leave();
    expect(aside()).toMatchObject([{ id: recorder.sheet(), digit: 7, picture: 'data:image/png;base64,AAAA' }]);
    await wait(0);
    expect(kept).toHaveLength(1);
  });

  it('puts aside the newest of a drawing, not what it was when it was read last', async () => {
    await stroke();
    answer = null;
    store.dispatch({ type: 'begin', point: { x: 0.2, y: 0.2 }, width: 0.05 });
    scheduler.follow(() => pictureNamed('b'));
    await wait(SHORTEST_INTERVAL);
    store.dispatch({ type: 'finish' });
    leave();
    await wait(0);
    expect(kept).toEqual([]);
    expect(aside()).toMatchObject([{ digit: 7 }]);
    expect(drawn.at(-1)?.strokes).toHaveLength(2);
  });

  it('puts aside what nobody could read when the page goes, and nothing of an empty sheet', async () => {
    answer = null;
    await stroke();
    await wait(PAUSE);
    expect(kept).toHaveLength(0);
    leave();
    expect(aside()).toMatchObject([{ id: recorder.sheet(), digit: null, model: '', place: null, picture: 'data:image/png;base64,AAAA' }]);
    expect(drawn[0]?.strokes).toHaveLength(1);
    localStorage.clear();
    store.dispatch({ type: 'clear' });
    scheduler.clear();
    leave();
    expect(aside()).toEqual([]);
  });

  it('keeps nothing where nothing was read', async () => {
    answer = EMPTY_ANSWER;
    await stroke();
    await wait(PAUSE);
    expect(kept).toHaveLength(0);
  });
});
