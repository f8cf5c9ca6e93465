// Describe the API anew, and make the client's types from the description: after a change of the API.
import path from 'node:path';

import { runMain } from './lib/main.mjs';
import { npm } from './lib/npm.mjs';
import { client, server, venvPython } from './lib/places.mjs';
import { run } from './lib/processes.mjs';
import { setUp } from './lib/setup.mjs';

runMain(async () => {
  await setUp('test');
  const described = await run(venvPython, ['-m', 'app.openapi', path.join(client, 'openapi.json')], { cwd: server });
  if (described !== 0) return described;
  const call = npm(['run', '--silent', 'api']);
  return run(call.command, call.args, { ...call.options, cwd: client });
});
