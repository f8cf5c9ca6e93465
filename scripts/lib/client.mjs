import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

import { filesUnder } from './files.mjs';
import { runLogged } from './log.mjs';
import { npm } from './npm.mjs';
import { cache, client, server } from './places.mjs';

const inClient = (...names) => path.join(client, ...names);

// Changing these cannot change what is built.
const NOT_BUILT = ['node_modules', 'dist', 'e2e', 'scripts', 'test-results', 'playwright-report', 'coverage'];

// The page brings the network along, for reading without a server.
const NETWORK = ['digits.onnx', 'digits.json'].map((name) => path.join(server, 'model', 'weights', name));

/** The set-up's step that installs the client's packages as its lock file says. */
export const clientPackagesStep = {
  name: 'client-packages',
  title: 'Client packages',
  inputs: () => ({
    words: [process.versions.modules, process.platform, process.arch],
    files: filesUnder(['package.json', 'package-lock.json', '.npmrc'].map((name) => inClient(name))),
  }),
  products: installedPackages,
  // The build tools are "dev" packages, which NODE_ENV=production would leave out.
  work: (tools) => runNpm(tools, ['ci', '--include=dev', '--no-audit', '--no-fund']),
};

/** The set-up's step that builds the client. */
export const clientBuildStep = {
  name: 'client-build',
  title: 'Client build',
  inputs: () => ({ files: filesUnder([client, ...NETWORK], NOT_BUILT) }),
  products: () => filesUnder([inClient('dist')]).map(nameAndSize),
  work: buildClient,
};

/** A server that runs serves what was built before until the new client is whole. */
async function buildClient(tools) {
  const [built, before, dist] = [path.join(cache, 'client'), path.join(cache, 'client-before'), inClient('dist')];
  const outDir = path.relative(client, built);
  if (!(await runNpm(tools, ['run', 'build', '--', '--outDir', outDir, '--emptyOutDir']))) return false;
  rmSync(before, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, before);
  try {
    renameSync(built, dist);
  } catch (error) {
    if (existsSync(before)) renameSync(before, dist);
    throw error;
  }
  rmSync(before, { recursive: true, force: true });
  return true;
}

async function runNpm(tools, args) {
  const call = npm(args);
  return (await runLogged(tools, call.command, call.args, { ...call.options, cwd: client })) === 0;
}

function installedPackages() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(inClient('package.json'), 'utf8'));
  const names = Object.keys({ ...dependencies, ...devDependencies });
  // npm writes .package-lock.json last, when all packages are in place.
  const signs = ['.package-lock.json', ...names.map((name) => `${name}/package.json`)];
  return signs.filter((sign) => existsSync(inClient('node_modules', sign)));
}

const nameAndSize = (file) => `${path.relative(client, file)} ${statSync(file).size}`;
