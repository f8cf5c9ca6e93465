import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerOf, pictureNamed } from './examples';
import { RecognitionFailure, type Answer, type Picture } from './recognizer';
import { NOTHING_RECOGNIZED, RecognitionScheduler, RETRY_DELAYS, SHORTEST_INTERVAL } from './scheduler';

interface Question {
  readonly drawing: string;
  readonly signal: AbortSignal;
  readonly answer: (answer: Answer) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

let questions: Question[];
let scheduler: RecognitionScheduler;

const drawing = (name: string) => (): Picture => pictureNamed(name);
const settle = () => vi.advanceTimersByTimeAsync(0);
const wait = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const asked = () => questions.map((question) => question.drawing);
const away = () => new RecognitionFailure('unreachable');

/** The newest question put to the recogniser. */
function latest(): Question {
  const question = questions.at(-1);
  if (!question) throw new Error('nothing has been asked');
  return question;
}

beforeEach(() => {
  vi.useFakeTimers();
  questions = [];
  scheduler = new RecognitionScheduler({
    recognize: (picture, signal) => new Promise((resolve, reject) => {
      questions.push({
        drawing: picture.pngDataUrl(),
        signal,
        answer: (answer) => { resolve(answer); return settle().then(() => undefined); },
        fail: (error) => { reject(error); return settle().then(() => undefined); },
      });
    }),
  });
});
afterEach(() => { vi.useRealTimers(); });

describe('following a drawing', () => {
  it('asks at once and shows the answer', async () => {
    scheduler.follow(drawing('a'));
    expect(asked()).toEqual(['a']);
    await latest().answer(answerOf(7));
    expect(scheduler.snapshot()).toEqual({ answer: answerOf(7), failure: null, asking: false });
  });

  it('never has two questions under way', async () => {
    scheduler.follow(drawing('a'));
    scheduler.follow(drawing('b'));
    await wait(1000);
    expect(asked()).toEqual(['a']);
  });

  it('asks about the newest drawing next and skips those between', async () => {
    for (const name of ['a', 'b', 'c', 'd']) scheduler.follow(drawing(name));
    await wait(SHORTEST_INTERVAL);
    await latest().answer(answerOf(1));
    expect(asked()).toEqual(['a', 'd']);
  });

  it('shows how the reading goes on while the pen still moves', async () => {
    scheduler.follow(drawing('a'));
    scheduler.follow(drawing('b'));
    await latest().answer(answerOf(1));
    expect(scheduler.snapshot()).toMatchObject({ answer: { text: '1' }, asking: true });
  });

  it('leaves a little time between two questions, however fast the answers come', async () => {
    scheduler.follow(drawing('a'));
    await latest().answer(answerOf(1));
    scheduler.follow(drawing('b'));
    await wait(SHORTEST_INTERVAL - 1);
    expect(asked()).toEqual(['a']);
    await wait(1);
    expect(asked()).toEqual(['a', 'b']);
  });

  it('leaves none where the pen has been lifted', async () => {
    scheduler.follow(drawing('a'));
    await latest().answer(answerOf(1));
    scheduler.follow(drawing('b'));
    scheduler.hurry();
    expect(asked()).toEqual(['a', 'b']);
    await latest().answer(answerOf(2));
    scheduler.hurry();
    await wait(1000);
    expect(asked()).toEqual(['a', 'b']);
  });

  it('does not hurry past a question under way, nor a server that is away', async () => {
    scheduler.follow(drawing('a'));
    scheduler.follow(drawing('b'));
    scheduler.hurry();
    expect(asked()).toEqual(['a']);
    await latest().fail(away());
    scheduler.hurry();
    expect(asked()).toEqual(['a']);
  });

  it('makes no picture of a drawing that is skipped', async () => {
    const skipped = vi.fn(drawing('skipped'));
    scheduler.follow(drawing('a'));
    scheduler.follow(skipped);
    scheduler.follow(drawing('c'));
    await wait(SHORTEST_INTERVAL);
    await latest().answer(answerOf(1));
    expect(skipped).not.toHaveBeenCalled();
  });
});

describe('another drawing', () => {
  it('has the question under way abandoned and asks anew', async () => {
    scheduler.follow(drawing('before undo'));
    scheduler.replace(drawing('after undo'));
    expect(questions[0]?.signal.aborted).toBe(true);
    await wait(SHORTEST_INTERVAL);
    expect(asked()).toEqual(['before undo', 'after undo']);
  });

  it('never shows an answer to the one before, not even one that ignores the abort', async () => {
    scheduler.follow(drawing('before undo'));
    scheduler.replace(drawing('after undo'));
    await questions[0]?.answer(answerOf(8));
    expect(scheduler.snapshot().answer).toBeNull();
    await wait(SHORTEST_INTERVAL);
    await latest().answer(answerOf(3));
    expect(scheduler.snapshot().answer).toEqual(answerOf(3));
  });

  it('keeps the answer on the page until its own comes, so that nothing flickers', async () => {
    scheduler.follow(drawing('a'));
    await latest().answer(answerOf(8));
    scheduler.replace(drawing('b'));
    expect(scheduler.snapshot().answer).toEqual(answerOf(8));
  });
});

describe('clearing', () => {
  it('shows nothing, at once and ever after', async () => {
    scheduler.follow(drawing('a'));
    await latest().answer(answerOf(7));
    scheduler.follow(drawing('b'));
    await wait(SHORTEST_INTERVAL);
    scheduler.clear();
    expect(scheduler.snapshot()).toEqual(NOTHING_RECOGNIZED);
    await latest().answer(answerOf(7));
    expect(scheduler.snapshot()).toEqual(NOTHING_RECOGNIZED);
  });

  it('is silent about the question it abandons', async () => {
    scheduler.follow(drawing('a'));
    scheduler.clear();
    await latest().fail(new DOMException('stopped', 'AbortError'));
    expect(scheduler.snapshot()).toEqual(NOTHING_RECOGNIZED);
  });

  it('asks nothing more', async () => {
    scheduler.follow(drawing('a'));
    scheduler.follow(drawing('b'));
    scheduler.clear();
    await wait(10_000);
    expect(asked()).toEqual(['a']);
  });

  it('ends the attempts to reach a server that is away', async () => {
    scheduler.follow(drawing('a'));
    await latest().fail(away());
    scheduler.clear();
    await wait(10_000);
    expect(asked()).toEqual(['a']);
  });
});

describe('a server that is away', () => {
  it('is told of, and no older answer stays as if it were the drawing’s', async () => {
    scheduler.follow(drawing('a'));
    await latest().answer(answerOf(7));
    scheduler.follow(drawing('b'));
    await wait(SHORTEST_INTERVAL);
    await latest().fail(away());
    expect(scheduler.snapshot()).toMatchObject({ answer: null, failure: { kind: 'unreachable' }, asking: true });
  });

  it('is tried again, less and less often, then steadily', async () => {
    scheduler.follow(drawing('a'));
    for (const delay of [...RETRY_DELAYS, RETRY_DELAYS.at(-1) ?? 0]) {
      const before = questions.length;
      await latest().fail(away());
      await wait(delay - 1);
      expect(questions).toHaveLength(before);
      await wait(1);
      expect(questions).toHaveLength(before + 1);
    }
  });

  it('gets the newest drawing when it is back, and the failure goes away by itself', async () => {
    scheduler.follow(drawing('a'));
    await latest().fail(away());
    scheduler.follow(drawing('b'));
    await wait(RETRY_DELAYS[0] ?? 0);
    await latest().answer(answerOf(4));
    expect(asked()).toEqual(['a', 'b']);
    expect(scheduler.snapshot()).toEqual({ answer: answerOf(4), failure: null, asking: false });
  });

  it('is not flooded by a pen that goes on drawing', async () => {
    scheduler.follow(drawing('a'));
    await latest().fail(away());
    for (let move = 0; move < 40; move++) {
      scheduler.follow(drawing(`move ${move}`));
      await wait(10);
    }
    expect(asked()).toEqual(['a']);
  });

  it('is tried at once when the network says that it is back', async () => {
    scheduler.follow(drawing('a'));
    for (let attempt = 0; attempt < 4; attempt++) {
      await latest().fail(away());
      await wait(RETRY_DELAYS[attempt] ?? 0);
    }
    await latest().fail(away());
    const before = questions.length;
    await wait(100);
    scheduler.retryNow();
    await settle();
    expect(questions).toHaveLength(before + 1);
  });

  it('is tried quickly again after it has answered once', async () => {
    scheduler.follow(drawing('a'));
    for (const delay of RETRY_DELAYS) {
      await latest().fail(away());
      await wait(delay);
    }
    await latest().answer(answerOf(2));
    scheduler.follow(drawing('b'));
    await wait(SHORTEST_INTERVAL);
    await latest().fail(away());
    const before = questions.length;
    await wait(RETRY_DELAYS[0] ?? 0);
    expect(questions).toHaveLength(before + 1);
  });
});

describe('a refusal', () => {
  it('is shown with its reason and not repeated', async () => {
    scheduler.follow(drawing('a'));
    await latest().fail(new RecognitionFailure('refused', 'Too large.'));
    await wait(60_000);
    expect(asked()).toEqual(['a']);
    expect(scheduler.snapshot()).toMatchObject({ failure: { detail: 'Too large.' }, asking: false });
  });

  it('does not keep the next drawing from being asked about', async () => {
    scheduler.follow(drawing('a'));
    await latest().fail(new RecognitionFailure('refused'));
    await wait(SHORTEST_INTERVAL);
    scheduler.follow(drawing('b'));
    expect(asked()).toEqual(['a', 'b']);
  });

  it('is retried when the server only asks for patience', async () => {
    scheduler.follow(drawing('a'));
    await latest().fail(new RecognitionFailure('busy'));
    await wait(RETRY_DELAYS[0] ?? 0);
    expect(asked()).toEqual(['a', 'a']);
  });

  it('is what an error that nobody foresaw comes to', async () => {
    scheduler.follow(() => { throw new Error('no canvas'); });
    await settle();
    expect(scheduler.snapshot()).toMatchObject({ failure: { kind: 'failed' }, asking: false });
  });
});

describe('others who are to be asked', () => {
  it('are asked at once about a drawing that could not be read', async () => {
    scheduler.follow(drawing('a'));
    await latest().fail(new RecognitionFailure('broken'));
    await wait(SHORTEST_INTERVAL);
    scheduler.askOthers();
    expect(asked()).toEqual(['a', 'a']);
    await latest().answer(answerOf(7));
    expect(scheduler.snapshot()).toEqual({ answer: answerOf(7), failure: null, asking: false });
  });

  it('are asked in place of those who have not answered', async () => {
    scheduler.follow(drawing('a'));
    scheduler.askOthers();
    expect(questions[0]?.signal.aborted).toBe(true);
    await wait(SHORTEST_INTERVAL);
    expect(asked()).toEqual(['a', 'a']);
  });

  it('are asked at once in place of a server that is away', async () => {
    scheduler.follow(drawing('a'));
    for (const delay of RETRY_DELAYS) {
      await latest().fail(away());
      await wait(delay);
    }
    await latest().fail(away());
    const before = questions.length;
    await wait(SHORTEST_INTERVAL);
    scheduler.askOthers();
    expect(questions).toHaveLength(before + 1);
  });

  it('are not asked about what has been read, nor about an empty sheet', async () => {
    scheduler.askOthers();
    scheduler.follow(drawing('a'));
    await latest().answer(answerOf(7));
    scheduler.askOthers();
    scheduler.follow(drawing('b'));
    scheduler.clear();
    scheduler.askOthers();
    await wait(10_000);
    expect(asked()).toEqual(['a']);
  });
});

describe('those who listen', () => {
  it('hear of each change once, and nothing after they have left', async () => {
    const listener = vi.fn();
    const leave = scheduler.subscribe(listener);
    scheduler.follow(drawing('a'));
    scheduler.follow(drawing('b'));
    expect(listener).toHaveBeenCalledTimes(1);
    leave();
    await latest().answer(answerOf(1));
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
