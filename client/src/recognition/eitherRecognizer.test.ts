import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EitherRecognizer, LOOK_DELAYS, SERVER_PATIENCE } from './eitherRecognizer';
import { answerOf, pictureNamed } from './examples';
import { RecognitionFailure, type Answer, type Recognizer } from './recognizer';

/** What this device reads with, and the server unless a test says something else. */
const OWN = 'digits 1.0.0';

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

  answer(place: Answer['place'], model = OWN): void { this.#settle?.resolve({ ...answerOf(7, 0.9, { place }), model }); }
  fail(kind: RecognitionFailure['kind']): void { this.#settle?.reject(new RecognitionFailure(kind)); }
}

let server: Fake;
let device: Fake;
let either: EitherRecognizer;
const serversModel = vi.fn<() => Promise<string | null>>();

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
  serversModel.mockReset().mockResolvedValue(null);
  either = new EitherRecognizer(server, device, serversModel, OWN);
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
    expect(serversModel).not.toHaveBeenCalled();
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
      const looks = serversModel.mock.calls.length;
      await wait(delay - 1);
      expect(serversModel).toHaveBeenCalledTimes(looks);
      await wait(1);
      expect(serversModel).toHaveBeenCalledTimes(looks + 1);
    }
    serversModel.mockResolvedValue(OWN);
    await wait(LOOK_DELAYS.at(-1) ?? 0);
    void ask();
    expect(server.asked).toBe(2);
    await wait(100_000);
    expect(serversModel).toHaveBeenCalledTimes(LOOK_DELAYS.length + 1);
  });

  it('looks at once when the network is said to be back', async () => {
    serversModel.mockResolvedValue(OWN);
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

describe('a server that reads with another model', () => {
  const OTHER = 'lenet 1.0.0';

  const hearOf = async (model: string): Promise<void> => {
    const question = ask();
    server.answer('server', model);
    await question;
  };

  it.each([[OTHER, OTHER], ['digits 1.0.1', 'digits 1.0.1'], [OWN, null], ['digits-int8 1.0.0', null]])('is known by its answer: %s', async (model, other) => {
    const told = vi.fn(either.otherModel);
    either.subscribe(told);
    await hearOf(model);
    expect(told).toHaveLastReturnedWith(other);
  });

  it('is not taken for the same one when this device reads', async () => {
    await hearOf(OTHER);
    await loseServer();
    expect(either.otherModel()).toBe(OTHER);
  });

  it('is waited for though it is late', async () => {
    await hearOf(OTHER);
    const question = ask();
    await wait(10 * SERVER_PATIENCE);
    expect(device.asked).toBe(0);
    server.answer('server', OTHER);
    expect((await question).place).toBe('server');
  });

  it('is not waited for where it is away', async () => {
    await hearOf(OTHER);
    await loseServer();
    void ask();
    expect([server.asked, device.asked]).toEqual([2, 2]);
  });

  it('is known when it is looked for, too', async () => {
    await loseServer();
    serversModel.mockResolvedValue(OTHER);
    await wait(LOOK_DELAYS[0] ?? 0);
    expect(either.otherModel()).toBe(OTHER);
  });

  it('is remembered where something else answers when it is looked for', async () => {
    await hearOf(OTHER);
    await loseServer();
    serversModel.mockResolvedValue('');
    await wait(LOOK_DELAYS[0] ?? 0);
    expect(either.otherModel()).toBe(OTHER);
  });

  it('is forgotten when the server has the same one again', async () => {
    await hearOf(OTHER);
    await hearOf(OWN);
    expect(either.otherModel()).toBeNull();
  });
});

it('does not ask a server through a network that is said to be gone', () => {
  either.networkChanged(false);
  void ask();
  expect([server.asked, device.asked]).toEqual([0, 1]);
});

describe('where one place is chosen', () => {
  it('looks for no server until either may read again, and then at once', async () => {
    serversModel.mockResolvedValue(null);
    either.networkChanged(false);
    either.networkChanged(true);
    await wait(0);
    const before = serversModel.mock.calls.length;
    expect(before).toBeGreaterThan(0);
    either.prefer('device');
    await wait(600_000);
    expect(serversModel).toHaveBeenCalledTimes(before);
    either.prefer('automatic');
    await wait(0);
    expect(serversModel).toHaveBeenCalledTimes(before + 1);
  });

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
