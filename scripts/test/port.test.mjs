import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';

import { checkPort } from '../lib/port.mjs';

async function listen(t, host) {
  const listener = net.createServer().listen(0, host);
  await once(listener, 'listening');
  t.after(() => listener.close());
  return listener.address().port;
}

test('a port where a program listens is in use, and another is proposed', async (t) => {
  const port = await listen(t, '127.0.0.1');
  const expected = new RegExp(`Port ${port} is in use.*PORT=\\d+`);
  await assert.rejects(checkPort({ host: '127.0.0.1', port }), expected);
  await assert.rejects(checkPort({ host: 'localhost', port }), expected);
});

test('so is one that a program holds on every address', async (t) => {
  const port = await listen(t, '0.0.0.0');
  await assert.rejects(checkPort({ host: '127.0.0.1', port }), /is in use/);
});

test('a port is free again when the program has gone', async () => {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  await checkPort({ host: '127.0.0.1', port });
});

test('an address of another machine is refused', async () => {
  // 192.0.2.0/24 is set aside for examples and belongs to nobody (RFC 5737).
  await assert.rejects(checkPort({ host: '192.0.2.1', port: 5000 }), /HOST=192\.0\.2\.1 is no address/);
});
