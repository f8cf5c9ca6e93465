// Measure the built page with Lighthouse, as a phone and as a desktop sees it: scores and reports.
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { ensureChromium, NO_BROWSER } from './lib/browser.mjs';
import { Explained } from './lib/explained.mjs';
import { runMain } from './lib/main.mjs';
import { npm } from './lib/npm.mjs';
import { root, server, venvPython } from './lib/places.mjs';
import { checkPort } from './lib/port.mjs';
import { run, start, stop } from './lib/processes.mjs';
import { setUp } from './lib/setup.mjs';

// Newer ones want Node 22.
const LIGHTHOUSE = 'lighthouse@12.8.2';
const PORT = 5280;
const ADDRESS = `http://localhost:${PORT}/`;
const FOLDER = path.join(root, 'runs', 'lighthouse');
const FLAGS = '--headless=new --no-sandbox --disable-gpu';

runMain(async () => {
  await setUp('serve');
  const browser = await ensureChromium();
  if (!browser) throw new Explained(NO_BROWSER);
  await checkPort({ host: '127.0.0.1', port: PORT });
  mkdirSync(FOLDER, { recursive: true });
  const env = { ...process.env, HOST: '127.0.0.1', PORT: String(PORT), RATELIMIT_ENABLED: 'false' };
  const serving = start(venvPython, ['-m', 'app.serve'], { cwd: server, env, stdio: 'ignore' });
  try {
    await answers();
    for (const kind of ['phone', 'desktop']) await measure(kind, browser);
  } finally {
    stop(serving);
  }
});

async function answers() {
  for (let attempt = 0; attempt < 300; attempt++) {
    const found = await fetch(`${ADDRESS}api/health`).catch(() => null);
    if (found?.ok) return;
    await pause(200);
  }
  throw new Explained('The server did not start.');
}

async function measure(kind, browser) {
  const report = path.join(FOLDER, kind);
  const preset = kind === 'desktop' ? ['--preset=desktop'] : [];
  const output = ['--output=json', '--output=html', `--output-path=${report}`, '--quiet'];
  const call = npm(['exec', '--yes', '--', LIGHTHOUSE, ADDRESS, ...preset, ...output, `--chrome-flags=${FLAGS}`]);
  const env = { ...process.env, CHROME_PATH: browser };
  const code = await run(call.command, call.args, { ...call.options, cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (code !== 0) throw new Explained(`Lighthouse ended with code ${code}.`);
  const { categories } = JSON.parse(readFileSync(`${report}.report.json`, 'utf8'));
  const scores = Object.values(categories).map(({ title, score }) => `${title} ${Math.round(100 * score)}`);
  console.log(`${kind}: ${scores.join(', ')}; ${path.relative(root, report)}.report.html`);
}
