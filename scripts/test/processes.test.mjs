import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { windows } from '../lib/places.mjs';
import { temporaryFolder } from './temporary.mjs';

const library = (name) => new URL(`../lib/${name}.mjs`, import.meta.url).href;
const onPosix = { timeout: 10_000, skip: windows && 'Windows has no signals' };

// A script of ours whose child says its process id and ends with 7 when it is asked to.
const CHILD = `
  process.on('SIGTERM', () => process.exit(7));
  console.log(process.pid);
  setInterval(() => {}, 1000);
`;

// `call` starts the child: `child` in it is the child's file.
function script(t, call = 'run(process.execPath, [child])') {
  const { write } = temporaryFolder(t);
  const child = write('child.cjs', CHILD);
  return write(
    'script.mjs',
    `import { runMain } from '${library('main')}';
     import { run } from '${library('processes')}';
     const child = ${JSON.stringify(child)};
     runMain(() => ${call});`,
  );
}

const options = { stdio: ['ignore', 'pipe', 'inherit'] };

async function firstNumber(stream) {
  const [data] = await once(stream, 'data');
  return Number(String(data));
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a signal is passed on, and the code is the child’s', onPosix, async (t) => {
  const parent = spawn(process.execPath, [script(t)], options);
  const child = await firstNumber(parent.stdout);
  parent.kill('SIGTERM');
  assert.deepEqual(await once(parent, 'exit'), [7, null]);
  assert.ok(!isRunning(child));
});

test('under npm, the end of its shell stops the child too', onPosix, async (t) => {
  const env = { ...process.env, npm_lifecycle_event: 'serve' };
  // The shell stays in between, as npm's does, and dies of the signal without passing it on.
  const command = `"${process.execPath}" "${script(t)}"; true`;
  const shell = spawn('/bin/sh', ['-c', command], { ...options, env });
  const child = await firstNumber(shell.stdout);
  shell.kill('SIGTERM');
  await once(shell.stdout, 'close'); // the last process that holds it has ended
  assert.ok(!isRunning(child));
});

test('a child that is a group of its own is stopped with what it started', onPosix, async (t) => {
  const shell = 'run("/bin/sh", ["-c", `"${process.execPath}" "${child}"; true`], { detached: true })';
  const parent = spawn(process.execPath, [script(t, shell)], options);
  await firstNumber(parent.stdout);
  parent.kill('SIGTERM');
  await once(parent.stdout, 'close'); // the last process that holds it has ended
});

test('a failure for a person is its sentence alone, and exit code 1', async (t) => {
  const { write } = temporaryFolder(t);
  const file = write(
    'script.mjs',
    `import { Explained } from '${library('explained')}';
     import { runMain } from '${library('main')}';
     runMain(() => { throw new Explained('One sentence.'); });`,
  );
  const parent = spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  parent.stderr.on('data', (data) => (said += data));
  assert.deepEqual(await once(parent, 'close'), [1, null]);
  assert.equal(said, 'One sentence.\n');
});
