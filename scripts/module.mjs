// Run a module of the server, `python -m <name>`, in the virtual environment, arguments passed on.
import path from 'node:path';

import { runMain } from './lib/main.mjs';
import { root, server, venvPython } from './lib/places.mjs';
import { run } from './lib/processes.mjs';
import { setUp } from './lib/setup.mjs';

runMain(async ([name, ...args]) => {
  await setUp('train');
  // From the checkout's root, so that paths among the arguments mean what they say in the README.
  const found = [server, process.env.PYTHONPATH].filter(Boolean).join(path.delimiter);
  const env = { ...process.env, PYTHONPATH: found };
  return run(venvPython, ['-m', name, ...args], { cwd: root, env });
});
