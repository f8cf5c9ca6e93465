import assert from 'node:assert/strict';
import { test } from 'node:test';

import { advice } from '../lib/advice.mjs';
import { systemChromium } from '../lib/browser.mjs';
import { checks, chosenChecks, groups } from '../lib/checks.mjs';
import { npm } from '../lib/npm.mjs';

const titles = (named) => chosenChecks(named).map(({ title }) => title);

test('all checks are run, each once, and none is in no group', () => {
  assert.deepEqual(new Set(titles([])), new Set(checks.map(({ title }) => title)));
  assert.equal(titles([]).length, new Set(titles([])).size);
  assert.deepEqual(groups, ['python', 'scripts', 'client', 'e2e']);
});

test('the browser tests see a client that has been built', () => {
  assert.deepEqual(titles(['e2e']), ['Client: build', 'Browser: Playwright']);
});

test('a browser is taken where it is said or found', () => {
  const at = (...files) => (file) => files.includes(file);
  assert.equal(systemChromium({ CHROMIUM_PATH: '/my/chromium' }, at()), '/my/chromium');
  assert.equal(systemChromium({}, at('/usr/bin/google-chrome')), '/usr/bin/google-chrome');
  assert.equal(systemChromium({ PATH: '/snap/bin' }, at('/snap/bin/chromium')), '/snap/bin/chromium');
  assert.equal(systemChromium({ PATH: '/usr/bin' }, at()), undefined);
});

test('npm is the one that is running, without a shell', () => {
  const { command, args } = npm(['ci'], { npm_execpath: '/lib/npm/bin/npm-cli.js' });
  assert.deepEqual([command, args], [process.execPath, ['/lib/npm/bin/npm-cli.js', 'ci']]);
  assert.match(npm(['ci'], { npm_execpath: '/lib/yarn.js' }).command, /^npm(\.cmd)?$/);
});

test('what a tool complains of becomes advice', () => {
  assert.match(advice(['OSError: [Errno 28] No space left on device']), /disk is full/);
  assert.match(advice(['npm error code ENOTFOUND']), /registry cannot be reached/);
  assert.match(advice(['ERROR: No matching distribution found for torch==2.13.0']), /Python 3\.11/);
  assert.match(advice(['EROFS']), /read-only/);
  assert.match(advice(['something else']), /Read the lines above/);
});
