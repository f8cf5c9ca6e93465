import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { cache, root } from './places.mjs';
import { ended, start } from './processes.mjs';

// Enough to hold the first words of a complaint that a tool follows with its manual.
const REMEMBERED = 200;

/** A file that takes all that the tools say, with their last lines kept at hand. */
export function createLog(file = path.join(cache, 'setup.log')) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  let last = [];
  return {
    name: path.relative(root, file),
    last: () => last,
    forget: () => (last = []),
    add(line) {
      try {
        appendFileSync(file, `${line}\n`);
      } catch {
        // The disk is full: what the tool says of it is what counts.
      }
      if (line.trim()) last = [...last, line.trimEnd()].slice(-REMEMBERED);
    },
  };
}

/** Run a tool quietly: its output goes to the log, its newest line to `hint`; the exit code. */
export function runLogged({ log, hint }, command, args, options = {}) {
  log.add(`$ ${[path.basename(command), ...args].join(' ')}`);
  const child = start(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  child.once('error', (error) => log.add(error.message));
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      log.add(line);
      if (line.trim()) hint(line.trim());
    });
  }
  return ended(child);
}
