// Set up what the checks need, then run them all, or those of the groups that are named.
import { chosenChecks, groups } from './lib/checks.mjs';
import { Explained } from './lib/explained.mjs';
import { runMain } from './lib/main.mjs';
import { runChecks } from './lib/run-checks.mjs';
import { setUp } from './lib/setup.mjs';

runMain(async (named) => {
  const unknown = named.find((name) => !groups.includes(name));
  if (unknown) throw new Explained(`"${unknown}" is none of ${groups.join(', ')}.`);
  await setUp('test');
  return summary(await runChecks(chosenChecks(named)));
});

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
