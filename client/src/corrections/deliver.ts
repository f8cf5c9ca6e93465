import type { components, paths } from '../api/schema';
import type { Message } from './message';

/** What became of a message: the server has it, may have it later, refused it now, or will never take it. */
export type Delivery = 'done' | 'later' | 'refused' | 'never';

const ADDRESS: keyof paths = '/api/corrections';

/** A server that says nothing for so long, in milliseconds, counts as away. */
const PATIENCE = 10_000;

/** Timeouts, a login before the server, and one that is older than this page: all may be over another time. */
const PASSING: readonly number[] = [401, 403, 404, 405, 407, 408];

export async function deliver(message: Message): Promise<Delivery> {
  try {
    const response = await (message.kind === 'keep' ? keep(message) : forget(message));
    if (response.ok) return 'done';
    if (response.status >= 500 || response.status === 429) return 'later';
    // What a person has deleted is not given up, though a wall before the server may let no deletion through.
    if (message.kind === 'forget') return 'refused';
    return PASSING.includes(response.status) ? 'later' : 'never';
  } catch {
    return 'later';
  }
}

function keep({ key, time, read, was, model, picture }: Extract<Message, { kind: 'keep' }>): Promise<Response> {
  const correction: components['schemas']['CorrectionBody'] = {
    key, image: picture, read, was, model, made: new Date(time).toISOString(), consent: true,
  };
  return fetch(ADDRESS, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(correction),
    signal: AbortSignal.timeout(PATIENCE),
  });
}

function forget({ key }: Message): Promise<Response> {
  return fetch(`${ADDRESS}/${key}`, { method: 'DELETE', signal: AbortSignal.timeout(PATIENCE) });
}
