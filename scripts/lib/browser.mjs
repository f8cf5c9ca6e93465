import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

import { client } from './places.mjs';
import { run } from './processes.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where Chromium or Chrome may lie outside the PATH. */
function usualPlaces({ PROGRAMFILES, LOCALAPPDATA }) {
  const windowsChrome = ['Google', 'Chrome', 'Application', 'chrome.exe'];
  const folders = [PROGRAMFILES, LOCALAPPDATA].filter(Boolean);
  return [
    ...NAMES.map((name) => `/usr/bin/${name}`),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ...folders.map((folder) => path.join(folder, ...windowsChrome)),
  ];
}

/** A Chromium of this system: CHROMIUM_PATH, else a usual place, else the PATH; or undefined. */
export function systemChromium(environment = process.env, exists = existsSync) {
  if (environment.CHROMIUM_PATH) return environment.CHROMIUM_PATH;
  const folders = (environment.PATH ?? '').split(path.delimiter).filter(Boolean);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  return [...usualPlaces(environment), ...onPath].find(exists);
}

/** A Chromium for the browser tests, Playwright's own installed if need be; or undefined. */
export async function ensureChromium() {
  const found = systemChromium() ?? playwrightChromium();
  if (found) return found;
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const tool = path.join(client, 'node_modules', '@playwright', 'test', 'cli.js');
  const args = [tool, 'install', 'chromium', ...(asRoot ? ['--with-deps'] : [])];
  console.log('No Chromium here: installing the one that Playwright brings …');
  await run(process.execPath, args, { cwd: client });
  return playwrightChromium();
}

export const NO_BROWSER =
  'The browser tests need Chromium, and it could not be installed with what it needs: install it ' +
  '(on Debian: sudo apt-get install chromium) or set CHROMIUM_PATH to a Chromium or Chrome.';

function playwrightChromium() {
  const ask = "import('@playwright/test').then((p) => process.stdout.write(p.chromium.executablePath()))";
  const options = { cwd: client, encoding: 'utf8', windowsHide: true };
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', ask], options);
  // It may be there, and lack libraries of the system.
  return stdout && existsSync(stdout) && spawnSync(stdout, ['--version']).status === 0 ? stdout : undefined;
}
