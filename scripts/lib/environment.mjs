import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { namesIn } from './files.mjs';
import { runLogged } from './log.mjs';
import { environmentFolder, root, venvPython, windows } from './places.mjs';
import { findPython, isRightVersion, probe } from './python.mjs';
import { parseVersion } from './version.mjs';

/** The set-up's step that makes `.venv`. One that somebody made by hand and that works is kept. */
export const environmentStep = {
  name: 'environment',
  title: 'Python environment',
  isDone: (stamps) => !stamps.wasCutShort('environment') && hasRightPython() && hasPip(),
  async work(tools) {
    // `uv venv` gives none.
    if (hasRightPython() && !hasPip()) {
      if ((await runLogged(tools, venvPython, ['-m', 'ensurepip'], { cwd: root })) === 0) return true;
    }
    const { command } = findPython();
    rmSync(environmentFolder, { recursive: true, force: true });
    const args = [...command.slice(1), '-m', 'venv', environmentFolder];
    return (await runLogged(tools, command[0], args, { cwd: root })) === 0;
  },
};

/** Python's version as `.venv` was made with it, "3.11.7"; empty where there is none. */
export function environmentVersion() {
  const file = path.join(environmentFolder, 'pyvenv.cfg');
  if (!existsSync(file)) return '';
  return /^version(?:_info)?\s*=\s*(\S+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
}

/** The names in the environment's site-packages. */
export function installedNames() {
  const [major, minor] = parseVersion(environmentVersion()) ?? [];
  const folder = windows ? ['Lib'] : ['lib', `python${major}.${minor}`];
  return namesIn(path.join(environmentFolder, ...folder, 'site-packages'));
}

// The system's Python may have been taken away or replaced under the environment since.
function hasRightPython() {
  const found = existsSync(venvPython) && probe([venvPython]);
  if (!found || !isRightVersion(found.version)) return false;
  const version = found.version.slice(0, 2).join('.');
  if (!environmentVersion().startsWith(`${version}.`)) return false;
  const named = process.env.PYTHON && probe([process.env.PYTHON]);
  return !named || named.version.slice(0, 2).join('.') === version;
}

function hasPip() {
  return installedNames().includes('pip');
}
