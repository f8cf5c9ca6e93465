import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

import { advice } from '../lib/advice.mjs';
import { systemChromium } from '../lib/browser.mjs';
import { chosenChecks, groups } from '../lib/checks.mjs';
import { clientBuildStep } from '../lib/client.mjs';
import { npm } from '../lib/npm.mjs';
import { root } from '../lib/places.mjs';

const titles = (named) => chosenChecks(named).map(({ title }) => title);

test('all checks are run, each once, and none is in no group', () => {
  assert.deepEqual(titles([]), [
    'Ruff: lint', 'Ruff: format', 'mypy', 'Scripts: tests', 'Client: lint', 'Client: types of the API', 'Client: types',
    'Client: Vitest', 'Client: build', 'pytest: side by side', 'pytest: by itself', 'Browser: Playwright',
  ]);
  assert.deepEqual(groups, ['python', 'scripts', 'client', 'e2e']);
});

test('a change of the page, or of the network that it brings along, has it built anew', () => {
  const { files } = clientBuildStep.inputs();
  for (const name of ['client/src/App.tsx', 'client/index.html', 'client/vite.config.ts', 'server/model/weights/digits.onnx']) {
    assert.ok(files.includes(path.join(root, name)), name);
  }
  assert.ok(!files.some((file) => file.includes('node_modules')));
});

test('a port that is taken is told of before anything is set up', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address();
  const env = { ...process.env, HOST: '', PORT: String(port) };
  const ended = spawnSync(process.execPath, [path.join(root, 'scripts', 'start.mjs')], { env, encoding: 'utf8', timeout: 30_000 });
  assert.equal(ended.status, 1);
  assert.match(ended.stderr, new RegExp(`Port ${port} is in use`));
  assert.equal(ended.stdout, '');
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
