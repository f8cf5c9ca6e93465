import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EitherRecognizer, LOOK_DELAYS, SERVER_PATIENCE } from './eitherRecognizer';
import { answerOf, pictureNamed } from './examples';
import { RecognitionFailure, type Answer, type Recognizer } from './recognizer';

/** A recogniser that answers when the test says so. */
class Fake implements Recognizer {
  asked = 0;
  signal: AbortSignal | null = null;
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;

  readonly recognize = (_: unknown, signal: AbortSignal): Promise<Answer> => {
    this.asked++;
    this.signal = signal;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      signal.addEventListener('abort', () => { reject(new DOMException('stopped', 'AbortError')); });
    });
  };

  answer(place: Answer['place']): void { this.#settle?.resolve(answerOf(7, 0.9, { place })); }
  fail(kind: RecognitionFailure['kind']): void { this.#settle?.reject(new RecognitionFailure(kind)); }
}

let server: Fake;
let device: Fake;
let either: EitherRecognizer;
const serverAnswers = vi.fn<() => Promise<boolean>>();

const ask = (signal = new AbortController().signal) => {
  const question = either.recognize(pictureNamed('a'), signal);
  // What a test does not wait for may fail unseen.
  question.catch(() => undefined);
  return question;
};
const wait = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  server = new Fake();
  device = new Fake();
  serverAnswers.mockReset().mockResolvedValue(false);
  either = new EitherRecognizer(server, device, serverAnswers);
});
afterEach(() => { vi.useRealTimers(); });

async function loseServer(): Promise<void> {
  const question = ask();
  server.fail('unreachable');
  await wait(0);
  device.answer('device');
  await question;
}

describe('while the server answers', () => {
  it('asks nobody else', async () => {
    const question = ask();
    server.answer('server');
    expect((await question).place).toBe('server');
    await wait(10_000);
    expect(device.asked).toBe(0);
    expect(serverAnswers).not.toHaveBeenCalled();
  });

  it('believes it when it will not read a picture', async () => {
    const question = ask();
    server.fail('refused');
    await expect(question).rejects.toMatchObject({ kind: 'refused' });
    expect(device.asked).toBe(0);
  });

  it('stops when nobody wants to know any more', async () => {
    const abandoned = new AbortController();
    const question = ask(abandoned.signal);
    abandoned.abort();
    await expect(question).rejects.toThrow();
    expect(device.asked).toBe(0);
  });
});

describe('when the server does not answer', () => {
  it.each(['unreachable', 'busy', 'broken'] as const)('reads here at once where it is %s', async (kind) => {
    const question = ask();
    server.fail(kind);
    await wait(0);
    device.answer('device');
    expect((await question).place).toBe('device');
  });

  it('reads here where it is late, and drops the question', async () => {
    const question = ask();
    await wait(SERVER_PATIENCE - 1);
    expect(device.asked).toBe(0);
    await wait(1);
    device.answer('device');
    expect((await question).place).toBe('device');
    expect(server.signal?.aborted).toBe(true);
  });

  it('takes a late answer where this device is later still', async () => {
    const question = ask();
    await wait(SERVER_PATIENCE);
    server.answer('server');
    expect((await question).place).toBe('server');
  });

  it('has taken over in less than 300 ms', () => {
    expect(SERVER_PATIENCE).toBeLessThan(300);
  });

  it.each([
    ['unreachable', 'notLoaded', 'neither'],
    ['unreachable', 'broken', 'unreachable'],
    ['busy', 'notLoaded', 'busy'],
  ] as const)('says why where neither can: %s and %s', async (byServer, onDevice, said) => {
    const question = ask();
    server.fail(byServer);
    await wait(0);
    device.fail(onDevice);
    await expect(question).rejects.toMatchObject({ kind: said });
  });
});

describe('while the server is away', () => {
  beforeEach(loseServer);

  it('does not wait for it', () => {
    void ask();
    expect([server.asked, device.asked]).toEqual([1, 2]);
  });

  it('looks for it less and less often, and asks it again when it is back', async () => {
    for (const delay of LOOK_DELAYS) {
      const looks = serverAnswers.mock.calls.length;
      await wait(delay - 1);
      expect(serverAnswers).toHaveBeenCalledTimes(looks);
      await wait(1);
      expect(serverAnswers).toHaveBeenCalledTimes(looks + 1);
    }
    serverAnswers.mockResolvedValue(true);
    await wait(LOOK_DELAYS.at(-1) ?? 0);
    void ask();
    expect(server.asked).toBe(2);
    await wait(100_000);
    expect(serverAnswers).toHaveBeenCalledTimes(LOOK_DELAYS.length + 1);
  });

  it('looks at once when the network is said to be back', async () => {
    serverAnswers.mockResolvedValue(true);
    either.networkChanged(true);
    await wait(0);
    void ask();
    expect(server.asked).toBe(2);
  });

  it('says so where this device cannot read either', async () => {
    const question = ask();
    device.fail('notLoaded');
    await wait(0);
    server.fail('unreachable');
    await expect(question).rejects.toMatchObject({ kind: 'neither' });
  });

  it('asks it all the same where this device cannot read', async () => {
    const question = ask();
    device.fail('notLoaded');
    await wait(0);
    server.answer('server');
    expect((await question).place).toBe('server');
    void ask();
    expect(server.asked).toBe(3);
  });
});

it('does not ask a server through a network that is said to be gone', () => {
  either.networkChanged(false);
  void ask();
  expect([server.asked, device.asked]).toEqual([0, 1]);
});

describe('where one place is chosen', () => {
  it('asks the server alone', async () => {
    either.prefer('server');
    const question = ask();
    await wait(10 * SERVER_PATIENCE);
    server.fail('unreachable');
    await expect(question).rejects.toMatchObject({ kind: 'unreachable' });
    expect(device.asked).toBe(0);
  });

  it('asks this device alone', async () => {
    either.prefer('device');
    const question = ask();
    device.fail('notLoaded');
    await expect(question).rejects.toMatchObject({ kind: 'notLoaded' });
    expect(server.asked).toBe(0);
  });

  it('gives the server nothing of what this device reads already when it is chosen', async () => {
    either.networkChanged(false);
    const question = ask();
    either.prefer('device');
    device.fail('notLoaded');
    await expect(question).rejects.toMatchObject({ kind: 'notLoaded' });
    expect(server.asked).toBe(0);
  });
});
