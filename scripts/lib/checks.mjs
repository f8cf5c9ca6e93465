import { ensureChromium, NO_BROWSER } from './browser.mjs';
import { clientBuildStep } from './client.mjs';
import { filesUnder } from './files.mjs';
import { npm } from './npm.mjs';
import { client, root, server, venvPython } from './places.mjs';
import { run } from './processes.mjs';
import { runSteps } from './steps.mjs';

/** Every check: {group, title, work}; work gives the exit code. In the order in which they run. */
export const checks = [
  { group: 'python', title: 'Ruff: lint', work: () => python('ruff', 'check', '.') },
  { group: 'python', title: 'Ruff: format', work: () => python('ruff', 'format', '--check', '.') },
  { group: 'python', title: 'mypy', work: () => python('mypy') },
  { group: 'python', title: 'pytest', work: () => python('pytest') },
  { group: 'scripts', title: 'Scripts: tests', work: scriptTests },
  { group: 'client', title: 'Client: lint', work: () => inClient('lint') },
  { group: 'client', title: 'Client: types of the API', work: () => inClient('api:check') },
  { group: 'client', title: 'Client: types', work: () => inClient('typecheck') },
  { group: 'client', title: 'Client: Vitest', work: () => inClient('test') },
  { group: 'client', title: 'Client: build', work: clientBuild },
  { group: 'e2e', title: 'Client: build', work: clientBuild },
  { group: 'e2e', title: 'Browser: Playwright', work: browserTests },
];

export const groups = [...new Set(checks.map(({ group }) => group))];

/** The checks of the named groups (all where none is named), each once. */
export function chosenChecks(named) {
  const chosen = checks.filter(({ group }) => named.length === 0 || named.includes(group));
  const titles = chosen.map(({ title }) => title);
  return chosen.filter(({ title }, index) => titles.indexOf(title) === index);
}

// No check reads what somebody types.
const quiet = (options) => ({ stdio: ['ignore', 'inherit', 'inherit'], ...options });

const python = (...args) => run(venvPython, ['-m', ...args], quiet({ cwd: server }));

function inClient(script, env = process.env) {
  const call = npm(['run', '--silent', script]);
  return run(call.command, call.args, quiet({ ...call.options, cwd: client, env }));
}

function scriptTests() {
  const files = filesUnder([`${root}/scripts/test`]).filter((file) => file.endsWith('.test.mjs'));
  return run(process.execPath, ['--test', '--test-reporter=spec', ...files], quiet({ cwd: root }));
}

async function clientBuild() {
  await runSteps([clientBuildStep]);
  return 0;
}

async function browserTests() {
  const browser = await ensureChromium();
  if (browser) return inClient('e2e', { ...process.env, CHROMIUM_PATH: browser });
  console.error(NO_BROWSER);
  return 1;
}
