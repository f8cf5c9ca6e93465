import { spawnSync } from 'node:child_process';

import { Explained } from './explained.mjs';
import { compareVersions, parseVersion } from './version.mjs';

export const OLDEST = [3, 11];
// The newest for which every pinned package has a ready-made wheel.
export const NEWEST = [3, 14];

// Runs on any Python, 2.7 too: an old one must live long enough to be named.
const PROBE = `
import sys
try:
    import ensurepip, venv
    able = "yes"
except ImportError:
    able = "no"
sys.stdout.write("%d.%d.%d %s" % (tuple(sys.version_info[:3]) + (able,)))
`;

/** Commands that may be Python, best first. PYTHON in the environment names one and only one. */
export function candidates(environment = process.env, platform = process.platform) {
  if (environment.PYTHON) return [[environment.PYTHON]];
  const newestFirst = [];
  for (let minor = NEWEST[1]; minor >= OLDEST[1]; minor -= 1) newestFirst.push(`3.${minor}`);
  const common = [['python3'], ['python']];
  if (platform === 'win32') {
    return [['py', '-3'], ...common, ...newestFirst.map((version) => ['py', `-${version}`])];
  }
  return [...common, ...newestFirst.map((version) => [`python${version}`])];
}

// Of a machine that has too much to do: what is asked then may be sound.
const BUSY = ['ETIMEDOUT', 'EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'];

/**
 * What one command is: {command, version, able} (able: can make virtual environments), or null where
 * it is no Python. Throws Explained where that could not be found out.
 */
export function probe(command, environment = process.env, timeout = 60_000) {
  const [file, ...args] = command;
  const options = { encoding: 'utf8', env: environment, timeout, windowsHide: true };
  const { status, stdout, error } = spawnSync(file, [...args, '-c', PROBE], options);
  if (BUSY.includes(error?.code)) {
    throw new Explained(
      `${command.join(' ')} could not be asked for its version (${error.code}), and nothing was changed: run this ` +
        'again, or name another Python by PYTHON=….',
    );
  }
  const version = status === 0 ? parseVersion(stdout) : null;
  return version && { command, version, able: stdout.endsWith('yes') };
}

export function isUsable({ version, able }) {
  return able && isRightVersion(version);
}

export function isRightVersion(version) {
  return compareVersions(version, OLDEST) >= 0 && compareVersions(version.slice(0, 2), NEWEST) <= 0;
}

/** The first Python that will do. Throws Explained where none will. */
export function findPython(environment = process.env, platform = process.platform) {
  const seen = [];
  for (const command of candidates(environment, platform)) {
    const found = probe(command, environment);
    if (found && isUsable(found)) return found;
    if (found) seen.push(found);
  }
  throw new Explained(pythonSentence(seen, environment.PYTHON));
}

const describe = ({ command, version }) => `${version.join('.')} (${command.join(' ')})`;

/** One sentence on why none of these Pythons will do, and what to install. */
export function pythonSentence(seen, named) {
  const range = `Python ${OLDEST.join('.')} to ${NEWEST.join('.')}`;
  const unable = seen.find(({ version }) => isRightVersion(version));
  if (unable) {
    return (
      `Python ${describe(unable)} cannot make virtual environments; install its venv package (on Debian and ` +
      `Ubuntu: sudo apt-get install python${unable.version.slice(0, 2).join('.')}-venv) and run this again.`
    );
  }
  const install = 'install one from https://www.python.org or by your system and run this again.';
  if (seen.length > 0) {
    return `${range} is needed, and what was found is ${seen.map(describe).join(', ')}; ${install}`;
  }
  const where = named ? `PYTHON=${named} does not run` : 'no Python was found';
  return `${range} is needed, and ${where}; ${install}`;
}
