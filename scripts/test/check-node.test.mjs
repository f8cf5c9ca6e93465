import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const { isSupported, nodeSentence } = createRequire(import.meta.url)('../check-node.cjs');
const manifest = new URL('../../package.json', import.meta.url);

test('the versions that Vite runs on are supported, and no others', () => {
  for (const version of ['20.19.0', '20.20.2', 'v22.12.0', '24.0.0', '25.1.0']) {
    assert.ok(isSupported(version), version);
  }
  for (const version of ['12.22.1', '18.20.4', '20.18.1', '21.7.3', '22.11.0']) {
    assert.ok(!isSupported(version), version);
  }
});

test('package.json names the same versions', () => {
  assert.equal(JSON.parse(readFileSync(manifest, 'utf8')).engines.node, '^20.19.0 || >=22.12.0');
});

test('the sentence names what is needed and what was found', () => {
  assert.match(nodeSentence('18.20.4'), /Node\.js 20\.19 or newer is needed.*this is 18\.20\.4/);
});

test('every script of package.json looks at the version before anything else', () => {
  const { scripts } = JSON.parse(readFileSync(manifest, 'utf8'));
  for (const command of Object.values(scripts)) {
    assert.match(command, /^node -r \.\/scripts\/check-node\.cjs scripts\/\w+\.mjs/);
  }
});

test('the check itself is written for Node.js of any age', () => {
  const source = readFileSync(new URL('../check-node.cjs', import.meta.url), 'utf8');
  const code = source.replace(/^\s*\/\/.*$/gm, '');
  assert.doesNotMatch(code, /=>|`|\?\.|\?\?|\b(const|let|class|async|await)\b/);
});
