// Flask with reload and Vite with hot reload, which sends the API's requests on to Flask.
import { runMain } from './lib/main.mjs';
import { npm } from './lib/npm.mjs';
import { client, server, venvPython } from './lib/places.mjs';
import { checkPort } from './lib/port.mjs';
import { ended, start, stop } from './lib/processes.mjs';
import { address, readSettings } from './lib/settings.mjs';
import { setUp } from './lib/setup.mjs';

runMain(async () => {
  const { port } = address(readSettings());
  // Whatever HOST says: the debugger of a development server runs any code that it is sent.
  const host = '127.0.0.1';
  await checkPort({ host, port });
  await setUp('develop');
  // Vite's proxy reads PORT too, and knows nothing of .env.
  const env = { ...process.env, PORT: String(port) };
  const flaskArgs = ['-m', 'flask', 'run', '--debug', '--host', host, '--port', String(port)];
  const vite = npm(['run', 'dev']);
  const unattended = { stdio: ['ignore', 'inherit', 'inherit'] };
  const both = [
    start(venvPython, flaskArgs, { cwd: server, env }),
    start(vite.command, vite.args, { ...vite.options, ...unattended, cwd: client, env }),
  ];
  const ends = both.map(ended);
  const code = await Promise.race(ends);
  both.forEach((child) => stop(child));
  await Promise.all(ends);
  return code;
});
