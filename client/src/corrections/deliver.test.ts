import { afterEach, describe, expect, it, vi } from 'vitest';
import { deliver } from './deliver';
import type { Message } from './message';

const KEEP: Message = { kind: 'keep', key: 'k', time: 0, read: 7, was: 1, model: 'digits 1.0.0', picture: 'data:image/png;base64,QUJD' };
const FORGET: Message = { kind: 'forget', key: 'k', time: 0 };

afterEach(() => { vi.unstubAllGlobals(); });

const answerWith = (status: number): void => {
  vi.stubGlobal('fetch', vi.fn<typeof fetch>().mockResolvedValue(new Response(null, { status })));
};

describe('what becomes of a correction', () => {
  it.each([
    [201, 'done'], [204, 'done'],
    [401, 'later'], [403, 'later'], [404, 'later'], [407, 'later'], [408, 'later'], [429, 'later'], [500, 'later'], [503, 'later'],
    [400, 'never'], [413, 'never'], [422, 'never'],
  ])('at status %i: %s', async (status, delivery) => {
    answerWith(status);
    expect(await deliver(KEEP)).toBe(delivery);
  });

  it('is sent later where there is no network', async () => {
    vi.stubGlobal('fetch', vi.fn<typeof fetch>().mockRejectedValue(new TypeError('Failed to fetch')));
    expect(await deliver(KEEP)).toBe('later');
  });

  it.each([
    [204, 'done'], [400, 'refused'], [403, 'refused'], [404, 'refused'], [429, 'later'], [503, 'later'],
  ])('is never given up where it is taken back: status %i, %s', async (status, delivery) => {
    answerWith(status);
    expect(await deliver(FORGET)).toBe(delivery);
  });
});
