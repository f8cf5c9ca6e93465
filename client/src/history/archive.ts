import { strToU8, zipSync, type Zippable } from 'fflate';
import type { Entry } from './entry';

const COLUMNS = ['file', 'time', 'read', 'confidence', 'is_digit', 'correction', 'model', 'place'];

/** A ZIP's dates are local ones from 1980 to 2107, and a library may stop at 2099. */
const FIRST_MOMENT = Date.UTC(1980, 0, 2);
const LAST_MOMENT = Date.UTC(2099, 11, 30);

/** A ZIP with a PNG of each drawing and a table, readings.csv, of what was read. */
export function archiveOf(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const files: Zippable = {};
  const rows = [COLUMNS];
  for (const entry of entries) {
    const file = `${nameOf(entry)}.png`;
    // A PNG is compressed already.
    files[file] = [bytesOf(entry.picture), { level: 0, mtime: inTime(entry.time) }];
    const isRead = entry.digit !== null;
    rows.push([
      file,
      new Date(entry.time).toISOString(),
      isRead ? String(entry.digit) : '',
      isRead ? entry.confidence.toFixed(4) : '',
      isRead ? entry.isDigit.toFixed(4) : '',
      entry.correction === null ? '' : String(entry.correction === 'noDigit' ? 'no digit' : entry.correction),
      entry.model,
      entry.place ?? '',
    ]);
  }
  files['readings.csv'] = [strToU8(rows.map((row) => row.join(',')).join('\r\n') + '\r\n'), { mtime: inTime(Date.now()) }];
  return zipSync(files);
}

/** The nearest moment that a ZIP can tell: a clock may have been wrong. */
function inTime(time: number): number {
  return Math.min(Math.max(time, FIRST_MOMENT), LAST_MOMENT);
}

/** Those of a data address. */
function bytesOf(address: string): Uint8Array {
  return Uint8Array.from(atob(address.split(',')[1] ?? ''), (letter) => letter.charCodeAt(0));
}

/** By time, and by a piece of the id where two are of the same second. */
function nameOf({ time, id }: Entry): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(':', '-')}-${id.slice(0, 6)}`;
}
