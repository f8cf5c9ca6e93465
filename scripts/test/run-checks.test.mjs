import assert from 'node:assert/strict';
import { writeSync } from 'node:fs';
import { mock, test } from 'node:test';

import { Explained } from '../lib/explained.mjs';
import { runChecks } from '../lib/run-checks.mjs';

/** A check that notes when it begins and ends, and ends when it is told to. */
function slow(title, events, more = {}) {
  const gate = Promise.withResolvers?.() ?? deferred();
  const work = async (output) => {
    events.push(`${title} begins`);
    if (typeof output === 'number') writeSync(output, `${title} says\n`);
    const code = await gate.promise;
    events.push(`${title} ends`);
    return code;
  };
  return { title, work, end: gate.resolve, ...more };
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

const quick = (title, events, code = 0, more = {}) => ({
  title,
  work: async () => {
    events.push(title);
    return code;
  },
  ...more,
});

test('a check for one core runs beside those that follow, up to one for every core', async (t) => {
  const said = mock.method(console, 'log', () => {});
  t.after(() => said.mock.restore());
  const events = [];
  const types = slow('types', events, { beside: true });
  const last = quick('last', events, 0, { everyCore: true });
  const running = runChecks([types, quick('lint', events), quick('build', events, 3), last]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(events, ['types begins', 'lint', 'build']);
  types.end(0);
  const results = await running;
  assert.deepEqual(events.slice(3), ['types ends', 'last']);
  assert.deepEqual(
    results.map(({ title, passed }) => [title, passed]),
    [['lint', true], ['build', false], ['types', true], ['last', true]],
  );
  const lines = said.mock.calls.map(({ arguments: [line] }) => line);
  assert.ok(lines.indexOf('\n── types ──\ntypes says') > lines.indexOf('\n── build ──'));
});

test('a check that is left alone is waited for, and what cannot be done is a failure', async (t) => {
  for (const name of ['log', 'error']) {
    const said = mock.method(console, name, () => {});
    t.after(() => said.mock.restore());
  }
  const work = async () => {
    throw new Explained('There is no browser.');
  };
  const results = await runChecks([{ title: 'types', beside: true, work: async () => 1 }, { title: 'browser', work }]);
  assert.deepEqual(results.map(({ title, passed }) => [title, passed]), [['browser', false], ['types', false]]);
});
