import type { components, paths } from '../api/schema';
import { isFields, parseAnswer } from './answer';
import { RecognitionFailure, type Answer, type Picture, type Recognizer } from './recognizer';

const RECOGNIZE: keyof paths = '/api/recognize';
const HEALTH: keyof paths = '/api/health';

const ADDRESS = `${RECOGNIZE}?include=seen,evidence`;

/** A server that says nothing for so long, in milliseconds, counts as away. */
export const SERVER_TIMEOUT = 5000;

/** What a login or a wall before the server answers, a host without it, and a proxy while it is away. */
const AWAY_STATUSES: readonly number[] = [401, 403, 404, 405, 407, 408, 502, 503, 504];

export const serverRecognizer: Recognizer = { recognize };

/** Name and version of what the server reads with, empty where it does not tell; null where it does not answer soon. */
export async function serversModel(): Promise<string | null> {
  try {
    const response = await fetch(HEALTH, { cache: 'no-store', signal: AbortSignal.timeout(SERVER_TIMEOUT) });
    if (!response.ok) return null;
    const health = decode(await response.text());
    return isFields(health) && typeof health.model === 'string' ? health.model : '';
  } catch {
    return null;
  }
}

async function recognize(picture: Picture, signal: AbortSignal): Promise<Answer> {
  const body: components['schemas']['PictureBody'] = { image: picture.pngDataUrl() };
  const patience = new AbortController();
  const timer = setTimeout(() => { patience.abort(); }, SERVER_TIMEOUT);
  const giveUp = (): void => { patience.abort(); };
  signal.addEventListener('abort', giveUp);
  try {
    signal.throwIfAborted();
    const answer = parseAnswer(await ask(JSON.stringify(body), patience.signal), picture);
    if (!answer) throw new RecognitionFailure('broken');
    return answer;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RecognitionFailure ? error : new RecognitionFailure('unreachable');
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** The body of the answer, decoded. Rejects with fetch's own error where the network or the patience fails. */
async function ask(body: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(ADDRESS, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, application/problem+json' },
    body,
    signal,
  });
  const text = await response.text();
  if (!response.ok) throw failureOf(response.status, decode(text));
  return decode(text);
}

function failureOf(status: number, problem: unknown): RecognitionFailure {
  const detail = isFields(problem) && typeof problem.detail === 'string' ? problem.detail : null;
  // A server that has too much to do says so itself; a proxy says it without a word.
  if (status === 429 || (status === 503 && detail !== null)) return new RecognitionFailure('busy', detail);
  if (AWAY_STATUSES.includes(status)) return new RecognitionFailure('unreachable');
  return status < 500 ? new RecognitionFailure('refused', detail) : new RecognitionFailure('broken', detail);
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
