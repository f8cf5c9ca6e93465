import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { Explained } from '../lib/explained.mjs';
import { takeLock } from '../lib/lock.mjs';
import { createLog, runLogged } from '../lib/log.mjs';
import { createProgress } from '../lib/progress.mjs';
import { createStamps } from '../lib/stamps.mjs';
import { runSteps } from '../lib/steps.mjs';
import { temporaryFolder } from './temporary.mjs';

// The set-up's own tools, writing into a folder of the test's.
function toolsIn(t) {
  const { folder } = temporaryFolder(t);
  const output = new PassThrough().setEncoding('utf8');
  const log = path.join(folder, 'setup.log');
  const lock = path.join(folder, 'setup.lock');
  const tools = {
    stamps: () => createStamps(folder),
    openLog: () => createLog(log),
    progress: () => createProgress(output),
    lock: () => takeLock(lock),
  };
  return { tools, lock, said: () => output.read() ?? '', logged: () => readFileSync(log, 'utf8') };
}

/** A step that runs a piece of JavaScript in a process of its own, and counts how often. */
function step(name, code, extra = {}) {
  const made = {
    name,
    title: `Step ${name}`,
    runs: 0,
    inputs: () => ({ words: [name] }),
    products: () => [],
    async work(tools) {
      made.runs += 1;
      return (await runLogged(tools, process.execPath, ['-e', code])) === 0;
    },
    ...extra,
  };
  return made;
}

test('a step is done once and not again', async (t) => {
  const { tools, said, logged } = toolsIn(t);
  const one = step('one', 'console.log("a tool says this")');
  await runSteps([one], tools);
  assert.match(said(), /^1\/1 Step one …\n1\/1 Step one … done in \d+ s\n$/);
  assert.match(logged(), /a tool says this/);
  await runSteps([one], tools);
  assert.equal(one.runs, 1);
});

test('what changes while a step is at work does it again', async (t) => {
  const { tools } = toolsIn(t);
  let version = '1';
  const work = async () => {
    one.runs += 1;
    version = '2';
    return true;
  };
  const one = step('one', '', { inputs: () => ({ words: [version] }), work });
  await runSteps([one], tools);
  await runSteps([one], tools);
  await runSteps([one], tools);
  assert.equal(one.runs, 2);
});

test('while one set-up is at work there is no other', async (t) => {
  const { tools, lock } = toolsIn(t);
  const one = step('one', '');
  writeFileSync(lock, `${process.ppid}`); // which lives
  await assert.rejects(runSteps([one], tools), (error) => {
    assert.ok(error instanceof Explained);
    assert.match(error.message, new RegExp(`process ${process.ppid}.*wait`));
    return true;
  });
  assert.equal(one.runs, 0);
  assert.ok(existsSync(lock));
  writeFileSync(lock, ''); // which is just being taken
  await assert.rejects(runSteps([one], tools), Explained);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(lock, `${pid}`); // which has ended
  await runSteps([one], tools);
  assert.equal(one.runs, 1);
  assert.ok(!existsSync(lock));
  writeFileSync(lock, `${process.ppid}`);
  await runSteps([one], tools); // there is nothing to do
});

test('changed inputs do the step again', async (t) => {
  const { tools } = toolsIn(t);
  let version = '1';
  const one = step('one', '', { inputs: () => ({ words: [version] }) });
  await runSteps([one], tools);
  version = '2';
  await runSteps([one], tools);
  assert.equal(one.runs, 2);
});

test('a failed step tells its last lines, leaves no stamp and stops the steps after it', async (t) => {
  const { tools, said } = toolsIn(t);
  const bad = step('bad', 'console.error("the reason"); process.exit(3)');
  const next = step('next', '');
  for (const runs of [1, 2]) {
    await assert.rejects(runSteps([bad, next], tools), (error) => {
      assert.ok(error instanceof Explained);
      assert.match(error.message, /the reason\nStep bad: this did not work\./);
      return true;
    });
    assert.equal(bad.runs, runs);
  }
  assert.equal(next.runs, 0);
  assert.match(said(), /1\/2 Step bad … failed after/);
});

test('a tool that is not there is a failure, not a crash', async (t) => {
  const { tools } = toolsIn(t);
  const work = async (given) => (await runLogged(given, 'no-such-tool-anywhere', [])) === 0;
  await assert.rejects(runSteps([step('one', '', { work })], tools), /ENOENT[^]*did not work/);
});

test('a larger step that is fresh makes the smaller one unnecessary', async (t) => {
  const { tools } = toolsIn(t);
  const larger = step('larger', '');
  const smaller = step('smaller', '', { coveredBy: [larger] });
  await runSteps([larger], tools);
  await runSteps([smaller], tools);
  assert.equal(smaller.runs, 0);
});
