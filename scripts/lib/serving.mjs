import { existsSync } from 'node:fs';

import { Explained } from './explained.mjs';
import { server, venvPython } from './places.mjs';
import { run } from './processes.mjs';

/** Serve until stopped; the server's exit code. It says by itself where it is to be found. */
export function serve() {
  if (!existsSync(venvPython)) {
    throw new Explained('Nothing is set up here yet; `npm start` does that and serves.');
  }
  return run(venvPython, ['-m', 'app.serve'], { cwd: server });
}
