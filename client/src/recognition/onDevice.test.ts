import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pictureNamed } from './examples';
import { LOADING_PATIENCE, OnDeviceRecognizer, type Reader } from './onDevice';
import type { Message, Outputs, Question } from './readingWorker';

const OUTPUTS: Outputs = {
  probabilities: Float32Array.from([0, 0, 0, 0.75, 0, 0.25, 0, 0, 0, 0]),
  isDigit: 0.875,
  box: [1, 2, 3, 4],
  seen: new Float32Array(784),
  evidence: new Float32Array(490).fill(0.5),
  frame: [0, 1, 28, 29],
  model: 'digits 1.0.0',
  elapsedMs: 3,
};

class FakeReader implements Reader {
  readonly questions: Question[] = [];
  readonly transfers: unknown[] = [];
  readonly terminate = vi.fn();
  onmessage: Reader['onmessage'] = null;
  onerror: Reader['onerror'] = null;
  postMessage(question: Question, transfer?: unknown): void {
    this.questions.push(question);
    this.transfers.push(transfer);
  }
  say(message: Message): void {
    this.onmessage?.call(this as unknown as Worker, new MessageEvent('message', { data: message }));
  }
}

let readers: FakeReader[];
let device: OnDeviceRecognizer;

const start = (): FakeReader => {
  const reader = new FakeReader();
  readers.push(reader);
  return reader;
};
const ask = (signal = new AbortController().signal) => device.recognize(pictureNamed('a'), signal);

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
beforeEach(() => {
  vi.useFakeTimers();
  readers = [];
  device = new OnDeviceRecognizer(start, () => 'data:image/png;base64,AAAA');
});

describe('reading on this device', () => {
  it('loads nothing before it is told to, and once', () => {
    expect(readers).toHaveLength(0);
    device.warmUp();
    device.warmUp();
    void ask();
    expect(readers).toHaveLength(1);
  });

  it('answers as the server does, and says that it was here', async () => {
    const answer = ask();
    readers[0]?.say({ kind: 'answer', id: 1, outputs: OUTPUTS });
    expect(await answer).toEqual({
      text: '3',
      digits: [{
        digit: 3,
        confidence: 0.75,
        isDigit: 0.875,
        probabilities: [0, 0, 0, 0.75, 0, 0.25, 0, 0, 0, 0],
        seen: 'data:image/png;base64,AAAA',
        evidence: { maps: Array(490).fill(0.5), frame: [0, 0.5, 14, 14.5] },
      }],
      place: 'device',
      model: 'digits 1.0.0',
      engine: 'onnxruntime-web',
      elapsedMs: 3,
    });
  });

  it('reads nothing where nothing is drawn', async () => {
    const answer = ask();
    readers[0]?.say({ kind: 'answer', id: 1, outputs: { ...OUTPUTS, box: null } });
    expect(await answer).toMatchObject({ text: '', digits: [] });
  });

  it('hands the pixels over instead of copying them', () => {
    void ask();
    expect(readers[0]?.questions[0]).toMatchObject({ id: 1, width: 2, height: 2 });
    expect(readers[0]?.questions[0]?.pixels).toBeInstanceOf(ArrayBuffer);
    expect(readers[0]?.transfers[0]).toEqual([readers[0]?.questions[0]?.pixels]);
  });

  it('gives each question its own answer', async () => {
    const [first, second] = [ask(), ask()];
    const four = { ...OUTPUTS, probabilities: Float32Array.from([0, 0, 0, 0, 1, 0, 0, 0, 0, 0]) };
    readers[0]?.say({ kind: 'answer', id: 2, outputs: four });
    readers[0]?.say({ kind: 'answer', id: 1, outputs: OUTPUTS });
    expect([(await first).text, (await second).text]).toEqual(['3', '4']);
  });

  it('keeps to itself what nobody wants to know any more', async () => {
    const abandoned = new AbortController();
    const answer = ask(abandoned.signal);
    abandoned.abort();
    readers[0]?.say({ kind: 'answer', id: 1, outputs: OUTPUTS });
    await expect(answer).rejects.toThrow();
  });

  it('says so where a picture cannot be read, and reads the next with a new engine', async () => {
    const first = ask();
    readers[0]?.say({ kind: 'refused', id: 1 });
    await expect(first).rejects.toMatchObject({ kind: 'failed' });
    expect(readers[0]?.terminate).toHaveBeenCalled();
    const second = ask();
    expect(readers).toHaveLength(2);
    // What was under way already when the old engine ended ends no other.
    readers[0]?.say({ kind: 'refused', id: 1 });
    readers[1]?.say({ kind: 'answer', id: 2, outputs: OUTPUTS });
    expect((await second).text).toBe('3');
  });

  it('says so where there is no WebAssembly, and starts nothing', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    await expect(ask()).rejects.toMatchObject({ kind: 'unable' });
    device.warmUp();
    expect(readers).toHaveLength(0);
  });

  it('says so where its files are long in coming, and goes on loading them', async () => {
    const first = ask();
    const failed = expect(first).rejects.toMatchObject({ kind: 'notLoaded' });
    await vi.advanceTimersByTimeAsync(LOADING_PATIENCE);
    await failed;
    expect(readers[0]?.terminate).not.toHaveBeenCalled();
    const second = ask();
    readers[0]?.say({ kind: 'ready' });
    await vi.advanceTimersByTimeAsync(2 * LOADING_PATIENCE);
    readers[0]?.say({ kind: 'answer', id: 1, outputs: OUTPUTS });
    readers[0]?.say({ kind: 'answer', id: 2, outputs: OUTPUTS });
    expect((await second).text).toBe('3');
    expect(readers).toHaveLength(1);
  });

  it('says so where its files cannot be had, and tries anew the next time', async () => {
    const first = ask();
    readers[0]?.say({ kind: 'failed' });
    await expect(first).rejects.toMatchObject({ kind: 'notLoaded' });
    expect(readers[0]?.terminate).toHaveBeenCalled();
    void ask();
    expect(readers).toHaveLength(2);
  });
});
