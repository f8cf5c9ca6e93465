import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Explained } from './explained.mjs';
import { stopRequested } from './processes.mjs';

/**
 * Run checks to their ends, whatever these are: [{title, passed, seconds}].
 *
 * One after the other, but for those that need one core alone (`beside`): they run beside the ones
 * that follow, up to the first that needs every core, and say what they have to say at their end.
 */
export async function runChecks(checks) {
  const results = [];
  const beside = [];
  for (const check of checks) {
    if (check.beside) {
      beside.push(runBeside(check));
      continue;
    }
    if (check.everyCore) results.push(...(await Promise.all(beside.splice(0))));
    console.log(`\n── ${check.title} ──`);
    results.push(told(await outcome(check, 'inherit')));
  }
  return [...results, ...(await Promise.all(beside))];
}

async function runBeside(check) {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  const file = join(folder, 'output.txt');
  const output = openSync(file, 'w');
  try {
    const result = await outcome(check, output);
    console.log(`\n── ${check.title} ──\n${readFileSync(file, 'utf8').trimEnd()}`);
    return told(result);
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true });
  }
}

function told(result) {
  console.log(`── ${result.title}: ${result.passed ? 'passed' : 'FAILED'} in ${result.seconds} s`);
  return result;
}

async function outcome({ title, work }, output) {
  const began = Date.now();
  const passed = (await exitCode(work, output)) === 0;
  if (stopRequested()) throw new Explained('Stopped.');
  return { title, passed, seconds: ((Date.now() - began) / 1000).toFixed(1) };
}

async function exitCode(work, output) {
  try {
    return await work(output);
  } catch (error) {
    if (!(error instanceof Explained)) throw error;
    console.error(error.message);
    return 1;
  }
}
