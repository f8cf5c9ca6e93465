import { strFromU8, unzipSync } from 'fflate';
import { afterEach, expect, it, vi } from 'vitest';
import { answerOf } from '../recognition/examples';
import { archiveOf } from './archive';
import { entryOf } from './entry';

afterEach(() => { vi.useRealTimers(); });

it('an archive holds every picture and a table of what was read', () => {
  const noon = Date.UTC(2026, 0, 2, 12, 0, 5);
  const first = entryOf('aaaaaaaa', noon, `data:image/png;base64,${btoa('first')}`, answerOf(7, 0.998));
  const second = { ...entryOf('bbbbbbbb', noon, `data:image/png;base64,${btoa('second')}`, answerOf(1, 0.5, { isDigit: 0.25, place: 'device' })), correction: 4 };
  const unread = entryOf('cccccccc', noon, `data:image/png;base64,${btoa('third')}`, null);
  const files = unzipSync(archiveOf([first, second, unread]));
  expect(Object.keys(files).sort()).toEqual(['2026-01-02T12-00-05-aaaaaa.png', '2026-01-02T12-00-05-bbbbbb.png', '2026-01-02T12-00-05-cccccc.png', 'readings.csv']);
  expect(strFromU8(files['2026-01-02T12-00-05-aaaaaa.png'] ?? new Uint8Array())).toBe('first');
  expect(strFromU8(files['readings.csv'] ?? new Uint8Array()).split('\r\n')).toEqual([
    'file,time,read,confidence,is_digit,correction,model,place',
    '2026-01-02T12-00-05-aaaaaa.png,2026-01-02T12:00:05.000Z,7,0.9980,0.9900,,digits 1.0.0,server',
    '2026-01-02T12-00-05-bbbbbb.png,2026-01-02T12:00:05.000Z,1,0.5000,0.2500,4,digits 1.0.0,device',
    '2026-01-02T12-00-05-cccccc.png,2026-01-02T12:00:05.000Z,,,,,,',
    '',
  ]);
});

it.each([0, Date.UTC(2200, 0, 1)])('an archive holds a drawing of a clock that was wrong (%d)', (time) => {
  vi.setSystemTime(time);
  const files = unzipSync(archiveOf([entryOf('aaaaaaaa', time, `data:image/png;base64,${btoa('one')}`, answerOf(7))]));
  expect(Object.keys(files)).toHaveLength(2);
});
