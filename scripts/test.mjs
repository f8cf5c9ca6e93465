// Set up what the checks need, then run them all, or those of the groups that are named.
import { chosenChecks, groups } from './lib/checks.mjs';
import { Explained } from './lib/explained.mjs';
import { runMain } from './lib/main.mjs';
import { stopRequested } from './lib/processes.mjs';
import { setUp } from './lib/setup.mjs';

runMain(async (named) => {
  const unknown = named.find((name) => !groups.includes(name));
  if (unknown) throw new Explained(`"${unknown}" is none of ${groups.join(', ')}.`);
  await setUp('test');
  const results = [];
  for (const check of chosenChecks(named)) results.push(await runCheck(check));
  return summary(results);
});

/** Run one check to its end, whatever it is: {title, passed, seconds}. */
async function runCheck({ title, work }) {
  console.log(`\n── ${title} ──`);
  const began = Date.now();
  const passed = (await exitCode(work)) === 0;
  if (stopRequested()) throw new Explained('Stopped.');
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`── ${title}: ${passed ? 'passed' : 'FAILED'} in ${seconds} s`);
  return { title, passed, seconds };
}

async function exitCode(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Explained)) throw error;
    console.error(error.message);
    return 1;
  }
}

function summary(results) {
  console.log('\n── Summary ──');
  for (const { title, passed, seconds } of results) {
    console.log(`${passed ? 'passed' : 'FAILED'}  ${seconds.padStart(6)} s  ${title}`);
  }
  const failed = results.filter(({ passed }) => !passed).length;
  // Alone on the last line: tools that run this read it.
  console.log(`\n${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
