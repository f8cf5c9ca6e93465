import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';

import { root } from '../lib/places.mjs';
import { hasNvidia, indexAnswers, missingPins, pinOf, wantsCpuIndex } from '../lib/torch.mjs';

async function serveIndex(t, status) {
  const server = http.createServer((request, response) => response.writeHead(status).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/whl/cpu`;
}

test('only a Linux without an NVIDIA GPU asks for the builds for CPUs', () => {
  assert.ok(wantsCpuIndex('linux', false));
  assert.ok(!wantsCpuIndex('linux', true));
  assert.ok(!wantsCpuIndex('darwin', false));
  assert.ok(!wantsCpuIndex('win32', false));
});

test('the driver or its tool tells of a GPU', () => {
  const found = (file) => hasNvidia({ PATH: ['/usr/bin', '/opt/bin'].join(path.delimiter) }, (name) => name === file);
  assert.ok(found('/proc/driver/nvidia'));
  assert.ok(found(path.join('/opt/bin', 'nvidia-smi')));
  assert.ok(!found('/usr/bin/ls'));
});

test('an index answers, refuses or is not there', async (t) => {
  assert.ok(await indexAnswers(await serveIndex(t, 200), {}));
  assert.ok(!(await indexAnswers(await serveIndex(t, 404), {})));
  assert.ok(!(await indexAnswers('http://127.0.0.1:9/whl/cpu', {})));
});

test('behind a proxy pip finds out', async () => {
  assert.ok(await indexAnswers('http://127.0.0.1:9', { HTTPS_PROXY: 'http://proxy:3128' }));
});

test('torch and torchvision are pinned in the requirements', () => {
  assert.match(pinOf('torch', path.join(root, 'requirements.txt')), /^torch==\d+\.\d+\.\d+$/);
  assert.match(pinOf('torchvision', path.join(root, 'requirements-train.txt')), /^torchvision==/);
  assert.equal(pinOf('torchvision', path.join(root, 'requirements.txt')), undefined);
});

test('a pin is met by the same version, built for CPUs or not', () => {
  const pins = ['torch==2.13.0', 'torchvision==0.28.0'];
  assert.deepEqual(missingPins(pins, []), pins);
  assert.deepEqual(missingPins(pins, ['torch-2.13.0+cpu.dist-info']), ['torchvision==0.28.0']);
  assert.deepEqual(missingPins(pins, ['torch-2.13.0.dist-info', 'torchvision-0.28.0.dist-info']), []);
  assert.deepEqual(missingPins(['torch==2.13.0'], ['torch-2.13.01.dist-info']), ['torch==2.13.0']);
});
