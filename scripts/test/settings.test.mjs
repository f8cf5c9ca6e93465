import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { address, readSettings } from '../lib/settings.mjs';
import { temporaryFolder } from './temporary.mjs';

test('settings come from .env, and the environment goes before it', (t) => {
  const { write } = temporaryFolder(t);
  const file = write('.env', '# a comment\nPORT=8080\nHOST="0.0.0.0" # every address\n');
  const settings = readSettings({ PORT: '9000' }, file);
  assert.deepEqual(address(settings), { host: '0.0.0.0', port: 9000 });
});

test('a byte-order mark, as Windows writes it, hides no setting', (t) => {
  const file = temporaryFolder(t).write('.env', '\uFEFFPORT=8080\n');
  assert.equal(address(readSettings({}, file)).port, 8080);
});

test('without settings it is port 5000 of this machine alone', (t) => {
  const none = path.join(temporaryFolder(t).folder, '.env');
  assert.deepEqual(address(readSettings({}, none)), { host: '127.0.0.1', port: 5000 });
  assert.deepEqual(address({ HOST: ' ', PORT: '' }), { host: '127.0.0.1', port: 5000 });
});

test('a PORT that is none is said so', () => {
  for (const PORT of ['abc', '0', '65536', '5000.5', '-1', '0x1388']) {
    assert.throws(() => address({ PORT }), /PORT must be a whole number/, PORT);
  }
});
