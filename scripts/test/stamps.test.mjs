import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { filesUnder, namesIn } from '../lib/files.mjs';
import { createStamps, fingerprint } from '../lib/stamps.mjs';
import { temporaryFolder } from './temporary.mjs';

test('the fingerprint follows words, contents and names', (t) => {
  const { folder, write } = temporaryFolder(t);
  const file = write('a.txt', 'one');
  const before = fingerprint({ words: ['3.11'], files: [file] });
  assert.equal(fingerprint({ words: ['3.11'], files: [file] }), before);
  assert.notEqual(fingerprint({ words: ['3.12'], files: [file] }), before);
  assert.notEqual(fingerprint({ words: ['3.11'], files: [write('b.txt', 'one')] }), before);
  writeFileSync(path.join(folder, 'a.txt'), 'two');
  assert.notEqual(fingerprint({ words: ['3.11'], files: [file] }), before);
});

test('a step is fresh once it has succeeded with these inputs', (t) => {
  const stamps = createStamps(temporaryFolder(t).folder);
  const inputs = { words: ['a'] };
  assert.ok(!stamps.isFresh('step', inputs, []));
  stamps.begin('step');
  stamps.succeed('step', fingerprint(inputs), ['product']);
  assert.ok(stamps.isFresh('step', inputs, ['product', 'another']));
  assert.ok(!stamps.isFresh('step', { words: ['b'] }, ['product']), 'changed inputs');
  assert.ok(!stamps.isFresh('step', inputs, ['another']), 'a product is gone');
});

test('a step that was cut short is known as such and is not fresh', (t) => {
  const stamps = createStamps(temporaryFolder(t).folder);
  stamps.begin('step');
  stamps.succeed('step', fingerprint({}), []);
  assert.ok(!stamps.wasCutShort('step'));
  stamps.begin('step');
  assert.ok(stamps.wasCutShort('step'));
  assert.ok(!stamps.isFresh('step', {}, []));
});

test('a damaged stamp counts as none', (t) => {
  const { folder, write } = temporaryFolder(t);
  write('step.json', '{"fingerprint": "ab');
  assert.ok(!createStamps(folder).isFresh('step', {}, []));
});

test('files are listed in order, without the folders to skip', (t) => {
  const { folder, write } = temporaryFolder(t);
  const b = write('b', '');
  const a = write('a', '');
  assert.deepEqual(filesUnder([folder]), [a, b]);
  assert.deepEqual(filesUnder([folder], ['b']), [a]);
  rmSync(folder, { recursive: true });
  assert.deepEqual(filesUnder([folder]), []);
  assert.deepEqual(namesIn(folder), []);
});
