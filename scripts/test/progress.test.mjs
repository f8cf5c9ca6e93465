import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createProgress } from '../lib/progress.mjs';

test('a log gets a line of bearable length every quarter of a minute', (context) => {
  context.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const written = [];
  const progress = createProgress({ isTTY: false, write: (text) => written.push(text) });
  progress.start('1/2 Packages');
  progress.hint('Installing '.padEnd(1000, 'x'));
  context.mock.timers.tick(15_000);
  progress.done();
  assert.equal(written.length, 3);
  assert.equal(written[0], '1/2 Packages …\n');
  assert.match(written[1], /^ {4}15 s {2}Installing x+\n$/);
  assert.equal(written[1].length, 121);
  assert.equal(written[2], '1/2 Packages … done in 15 s\n');
});
