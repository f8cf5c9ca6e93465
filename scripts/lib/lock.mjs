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
  while (!isTaken(file)) {
    const owner = ownerOf(file);
    if (owner === null) continue; // it has given it back meanwhile
    if (owner === '' || (owner !== `${process.pid}` && lives(Number(owner)))) {
      throw new Explained(
        `Another set-up is at work (process ${owner || 'unknown'}): wait until it has ended. ` +
          `If there is none, remove ${file}.`,
      );
    }
    rmSync(file, { force: true }); // of one that was killed
  }
  return () => {
    if (ownerOf(file) === `${process.pid}`) rmSync(file, { force: true });
  };
}

function isTaken(file) {
  try {
    writeFileSync(file, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    rmSync(file, { force: true }); // made, and not written: the disk is full
    throw error;
  }
}

/** Empty where it is just being taken; null where nobody has it. */
function ownerOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function lives(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM'; // somebody else's
  }
}
