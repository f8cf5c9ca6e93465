// Run `python -m model.<name>` in the virtual environment, the other arguments passed on.
import { runMain } from './lib/main.mjs';
import { server, venvPython } from './lib/places.mjs';
import { run } from './lib/processes.mjs';
import { setUp } from './lib/setup.mjs';

runMain(async ([name, ...args]) => {
  await setUp('train');
  return run(venvPython, ['-m', `model.${name}`, ...args], { cwd: server });
});
