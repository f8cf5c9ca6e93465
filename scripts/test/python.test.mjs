import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { Explained } from '../lib/explained.mjs';
import { windows } from '../lib/places.mjs';
import { candidates, findPython, isUsable, probe, pythonSentence } from '../lib/python.mjs';
import { compareVersions, parseVersion } from '../lib/version.mjs';
import { temporaryFolder } from './temporary.mjs';

// Programs that answer as a Python of that kind would, alone on the PATH.
function pathWith(t, pythons) {
  const { folder, write } = temporaryFolder(t);
  for (const [name, answer] of Object.entries(pythons)) {
    write(name, `#!/bin/sh\nprintf '${answer}'\n`, 0o755);
  }
  return { PATH: folder };
}

const onPosix = { skip: windows && 'the programs are shell scripts' };

test('a version is read from what Python says of itself', () => {
  assert.deepEqual(parseVersion('Python 3.11.7'), [3, 11, 7]);
  assert.deepEqual(parseVersion('3.12'), [3, 12, 0]);
  assert.equal(parseVersion('no version'), null);
});

test('versions compare as numbers, not as text', () => {
  assert.ok(compareVersions([3, 9, 18], [3, 11]) < 0);
  assert.ok(compareVersions([3, 11, 0], [3, 11]) === 0);
  assert.ok(compareVersions([3, 12, 1], [3, 11, 9]) > 0);
});

test('3.11 to 3.14 will do, if they can make environments', () => {
  const usable = (version, able = true) => isUsable({ version, able });
  assert.ok(usable([3, 11, 0]));
  assert.ok(usable([3, 14, 9]));
  assert.ok(!usable([3, 10, 14]));
  assert.ok(!usable([3, 15, 0]));
  assert.ok(!usable([3, 11, 2], false));
});

test('Windows asks its launcher first', () => {
  assert.deepEqual(candidates({}, 'win32')[0], ['py', '-3']);
  assert.deepEqual(candidates({}, 'win32').at(-1), ['py', '-3.11']);
  assert.deepEqual(candidates({}, 'linux').slice(0, 3), [['python3'], ['python'], ['python3.14']]);
  assert.deepEqual(candidates({ PYTHON: '/opt/python' }, 'linux'), [['/opt/python']]);
});

test('a command that is not there is no Python', () => {
  assert.equal(probe([path.join('nowhere', 'python3')]), null);
});

test('an old python3 is passed over for a newer one beside it', onPosix, (t) => {
  const environment = pathWith(t, { python3: '3.9.2 yes', 'python3.12': '3.12.4 yes' });
  assert.deepEqual(findPython(environment, 'linux').command, ['python3.12']);
});

test('nothing but old ones are named in one sentence', onPosix, (t) => {
  const environment = pathWith(t, { python3: '3.9.2 yes', python: '2.7.18 no' });
  assert.throws(
    () => findPython(environment, 'linux'),
    (error) =>
      error instanceof Explained &&
      /3\.11 to 3\.14 is needed, and what was found is 3\.9\.2 \(python3\), 2\.7\.18 \(python\)/.test(
        error.message,
      ),
  );
});

test('a missing Python is said to be missing', (t) => {
  const { folder } = temporaryFolder(t);
  assert.throws(() => findPython({ PATH: folder }, 'linux'), /no Python was found/);
});

test('a Debian without its venv package is told the name of the package', onPosix, (t) => {
  const environment = pathWith(t, { python3: '3.11.2 no' });
  assert.throws(() => findPython(environment, 'linux'), /apt-get install python3\.11-venv/);
});

test('a Python that does not answer in time is not taken for none', onPosix, (t) => {
  const { write } = temporaryFolder(t);
  const slow = write('python3', '#!/bin/sh\nexec sleep 60\n', 0o755);
  assert.throws(
    () => probe([slow], process.env, 100),
    (error) => error instanceof Explained && /could not be asked .*ETIMEDOUT.* nothing was changed/.test(error.message),
  );
});

test('a PYTHON that does not run is named', () => {
  assert.match(pythonSentence([], '/opt/none'), /PYTHON=\/opt\/none does not run/);
});
