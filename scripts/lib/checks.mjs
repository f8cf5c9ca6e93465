import { ensureChromium, NO_BROWSER } from './browser.mjs';
import { clientBuildStep } from './client.mjs';
import { filesUnder } from './files.mjs';
import { npm } from './npm.mjs';
import { client, root, server, venvPython } from './places.mjs';
import { run } from './processes.mjs';
import { runSteps } from './steps.mjs';

/**
 * Every check: {group, title, work, beside, everyCore}, in the order in which they run; `runChecks`
 * says what beside and everyCore mean. work(output) gives the exit code.
 */
export const checks = [
  { group: 'python', title: 'Ruff: lint', work: () => python(['ruff', 'check', '.']) },
  { group: 'python', title: 'Ruff: format', work: () => python(['ruff', 'format', '--check', '.']) },
  { group: 'python', title: 'mypy', beside: true, work: (output) => python(['mypy'], output) },
  { group: 'scripts', title: 'Scripts: tests', work: scriptTests },
  { group: 'client', title: 'Client: lint', work: () => inClient('lint') },
  { group: 'client', title: 'Client: types of the API', work: () => inClient('api:check') },
  { group: 'client', title: 'Client: types', work: () => inClient('typecheck') },
  { group: 'client', title: 'Client: Vitest', work: () => inClient('test') },
  { group: 'client', title: 'Client: build', work: clientBuild },
  { group: 'python', title: 'pytest: side by side', everyCore: true, work: sideBySide },
  { group: 'python', title: 'pytest: by itself', everyCore: true, work: () => python(['pytest', '-m', 'by_itself']) },
  { group: 'e2e', title: 'Client: build', work: clientBuild },
  { group: 'e2e', title: 'Browser: Playwright', everyCore: true, work: browserTests },
];

export const groups = [...new Set(checks.map(({ group }) => group))];

/** The checks of the named groups (all where none is named), each once. */
export function chosenChecks(named) {
  const chosen = checks.filter(({ group }) => named.length === 0 || named.includes(group));
  const titles = chosen.map(({ title }) => title);
  return chosen.filter(({ title }, index) => titles.indexOf(title) === index);
}

/** What computes, on one core each: each process has PyTorch in memory, which on many cores is much. */
const SIDE_BY_SIDE = ['-m', 'not by_itself', '-n', 'auto', '--maxprocesses', '4', '--dist', 'loadfile'];

// No check reads what somebody types.
const quiet = (options, output = 'inherit') => ({ stdio: ['ignore', output, output], ...options });

const python = (args, output) => run(venvPython, ['-m', ...args], quiet({ cwd: server }, output));


function sideBySide() {
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  return run(venvPython, ['-m', 'pytest', ...SIDE_BY_SIDE], quiet({ cwd: server, env }));
}

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
