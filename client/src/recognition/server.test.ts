import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import { pictureNamed } from './examples';
import { RecognitionFailure } from './recognizer';
import { SERVER_TIMEOUT, serverRecognizer, serversModel } from './server';

const picture = pictureNamed('data:image/png;base64,AAAA');
const body = {
  text: '7',
  digits: [{ digit: 7, confidence: 0.9, is_digit: 0.99, probabilities: [0, 0, 0, 0, 0, 0, 0, 0.9, 0, 0.1] }],
  model: 'digits 1.0.0',
  engine: 'torch',
  elapsed_ms: 1.9,
};

let network: Mock<typeof fetch>;
beforeEach(() => {
  network = vi.fn<typeof fetch>();
  vi.stubGlobal('fetch', network);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const respond = (status: number, value: unknown): void => {
  network.mockResolvedValue(new Response(typeof value === 'string' ? value : JSON.stringify(value), { status }));
};
const ask = (signal = new AbortController().signal) => serverRecognizer.recognize(picture, signal);

async function failure(): Promise<RecognitionFailure> {
  const error: unknown = await ask().catch((reason: unknown) => reason);
  if (!(error instanceof RecognitionFailure)) throw new Error(`not a failure: ${String(error)}`);
  return error;
}

/** A network that says nothing until it is told to stop. */
function silence(): void {
  network.mockImplementation((_, init) => new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => { reject(new DOMException('stopped', 'AbortError')); });
  }));
}

describe('asking the server', () => {
  it('posts the picture as JSON and asks for what the network saw and why', async () => {
    respond(200, body);
    await ask();
    const [address, init] = network.mock.calls[0] ?? [];
    expect(address).toBe('/api/recognize?include=seen,evidence');
    expect(init?.method).toBe('POST');
    expect(new Headers(init?.headers).get('Content-Type')).toBe('application/json');
    expect(init?.body).toBe('{"image":"data:image/png;base64,AAAA"}');
  });

  it('brings the answer', async () => {
    respond(200, body);
    expect((await ask()).text).toBe('7');
  });

  it.each([401, 403, 404, 405, 407, 408, 502, 503, 504])('counts the server as away at status %i', async (status) => {
    respond(status, '<html>Bad gateway</html>');
    expect((await failure()).kind).toBe('unreachable');
  });

  it('counts the server as away when the network fails', async () => {
    network.mockRejectedValue(new TypeError('Failed to fetch'));
    expect((await failure()).kind).toBe('unreachable');
  });

  it('counts the server as away when it says nothing for five seconds', async () => {
    vi.useFakeTimers();
    silence();
    const outcome = failure();
    await vi.advanceTimersByTimeAsync(SERVER_TIMEOUT);
    expect((await outcome).kind).toBe('unreachable');
  });

  it.each([400, 413, 415, 422])('passes on what the server says to a refusal with status %i', async (status) => {
    respond(status, { type: 'about:blank', title: 'Refused', status, detail: 'The picture is too large.' });
    const refusal = await failure();
    expect([refusal.kind, refusal.detail]).toEqual(['refused', 'The picture is too large.']);
  });

  it('knows a refusal without a reason', async () => {
    respond(422, '');
    expect(await failure()).toMatchObject({ kind: 'refused', detail: null });
  });

  it.each([429, 503])('hears that the server itself has too much to do: status %i', async (status) => {
    respond(status, { detail: 'Too many pictures.' });
    expect(await failure()).toMatchObject({ kind: 'busy', detail: 'Too many pictures.' });
  });

  it.each([['no JSON', 'hello'], ['no answer', { text: 7 }]])('calls a success with %s broken', async (_, value) => {
    respond(200, value);
    expect((await failure()).kind).toBe('broken');
  });

  it('is silent when it is abandoned: the reason of the abort comes back, not a failure', async () => {
    silence();
    const question = new AbortController();
    const outcome = ask(question.signal);
    question.abort();
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' });
    await expect(outcome).rejects.not.toBeInstanceOf(RecognitionFailure);
  });

  it('does not ask at all when it is abandoned beforehand', async () => {
    await expect(ask(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(network).not.toHaveBeenCalled();
  });
});

describe('looking for the server', () => {
  it.each([
    [200, { status: 'ok', model: 'digits 1.0.0', engine: 'torch' }, 'digits 1.0.0'],
    [200, '<html>Welcome to this network</html>', ''],
    [502, '<html>Bad gateway</html>', null],
  ])('finds what it reads with: status %i', async (status, answer, model) => {
    respond(status, answer);
    expect(await serversModel()).toBe(model);
  });

  it('finds nothing where nothing answers', async () => {
    network.mockRejectedValue(new TypeError('Failed to fetch'));
    expect(await serversModel()).toBeNull();
  });
});
