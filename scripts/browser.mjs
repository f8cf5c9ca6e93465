// Run one of the client's scripts that use a browser, on the app as it is now: screenshots, bench.
import { ensureChromium, NO_BROWSER } from './lib/browser.mjs';
import { Explained } from './lib/explained.mjs';
import { runMain } from './lib/main.mjs';
import { npm } from './lib/npm.mjs';
import { client } from './lib/places.mjs';
import { run } from './lib/processes.mjs';
import { setUp } from './lib/setup.mjs';

runMain(async ([script, ...args]) => {
  await setUp('test');
  await setUp('serve');
  const browser = await ensureChromium();
  if (!browser) throw new Explained(NO_BROWSER);
  const call = npm(['run', '--silent', script, '--', ...args]);
  return run(call.command, call.args, { ...call.options, cwd: client, env: { ...process.env, CHROMIUM_PATH: browser } });
});
