import path from 'node:path';

import { environmentVersion, installedNames } from './environment.mjs';
import { runLogged } from './log.mjs';
import { root, venvPython } from './places.mjs';
import { CPU_INDEX, CUDA_NOTICE, hasNvidia, indexAnswers, missingPins, NOTICE, pinOf, wantsCpuIndex } from './torch.mjs';

// Each level holds the one before it (`-r` in the requirements files).
const LEVELS = [
  { name: 'serve', file: 'requirements.txt', title: 'Python packages' },
  { name: 'train', file: 'requirements-train.txt', title: 'Python packages for training' },
  { name: 'track', file: 'requirements-track.txt', title: 'Python packages for tracking and sweeps' },
  { name: 'test', file: 'requirements-test.txt', title: 'Python packages for the checks' },
];

const requirements = (level) => path.join(root, level.file);

/** The set-up's step that installs what serving, training or the checks need. */
export function packagesStep(levelName) {
  const index = LEVELS.findIndex(({ name }) => name === levelName);
  const larger = LEVELS.slice(index + 1).map(({ name }) => packagesStep(name));
  const level = LEVELS[index];
  return {
    name: `python-${level.name}`,
    title: level.title,
    coveredBy: larger,
    inputs: () => ({
      words: [environmentVersion(), process.platform, process.arch],
      files: LEVELS.slice(0, index + 1).map(requirements),
    }),
    products: () => installedNames().filter((name) => name.endsWith('.dist-info')),
    work: async (tools) => {
      await installFromCpuIndex(level, tools);
      return (await install(tools, ['-r', requirements(level)])) === 0;
    },
  };
}

/** Whatever of PyTorch is missing, from PyTorch's index; the rest of the work does without it. */
async function installFromCpuIndex(level, tools) {
  const pins = torchPins(level);
  const missing = missingPins(pins, installedNames());
  if (missing.length === 0 || isOtherBuild(pins[0], missing)) return;
  if (!wantsCpuIndex(process.platform, hasNvidia())) {
    if (process.platform === 'linux') tools.notice(CUDA_NOTICE);
    return;
  }
  tools.hint(`asking ${new URL(CPU_INDEX).host}`);
  if (await indexAnswers()) {
    // Their dependencies come from the usual index, pinned, in the step after this one.
    const index = ['--index-url', CPU_INDEX, '--timeout', '15', '--retries', '0'];
    if ((await install(tools, [...index, '--no-deps', ...missing])) === 0) return;
  }
  tools.notice(NOTICE);
}

function torchPins(level) {
  const torch = pinOf('torch', requirements(LEVELS[0]));
  const torchvision = pinOf('torchvision', requirements(LEVELS[1]));
  return level.name === 'serve' ? [torch] : [torch, torchvision];
}

// A torchvision for CPUs does not load beside a torch that was built for CUDA.
function isOtherBuild(torch, missing) {
  return !missing.includes(torch) && !installedNames().some((name) => /^torch-.*\+cpu\./.test(name));
}

function install(tools, args) {
  const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PIP_USER: '0' };
  const text = { PYTHONUNBUFFERED: '1', PYTHONUTF8: '1' };
  const options = { cwd: root, env: { ...process.env, ...quiet, ...text } };
  // Python compiles what it imports, and keeps that unless it may not; to compile all that there is
  // takes as long as the rest.
  const compile = process.env.PYTHONDONTWRITEBYTECODE ? '--compile' : '--no-compile';
  return runLogged(tools, venvPython, ['-m', 'pip', 'install', compile, ...args], options);
}
