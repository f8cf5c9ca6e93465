import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Explained } from './explained.mjs';
import { cache } from './places.mjs';

/**
 * Take a lock that one process has at a time; the function that gives it back.
 * Throws Explained where another process that lives has it.
 */
export function takeLock(file = path.join(cache, 'setup.lock')) {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    writeFileSync(file, `${process.pid}`, { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner !== process.pid && lives(owner)) {
      throw new Explained(
        `Another set-up is at work (process ${owner}): wait until it has ended. ` +
          `If there is none, remove ${file}.`,
      );
    }
    writeFileSync(file, `${process.pid}`); // of one that was killed
  }
  return () => rmSync(file, { force: true });
}

function lives(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM'; // somebody else's
  }
}
