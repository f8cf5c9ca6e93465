import { advice } from './advice.mjs';
import { Explained } from './explained.mjs';
import { takeLock } from './lock.mjs';
import { createLog } from './log.mjs';
import { stopRequested } from './processes.mjs';
import { createProgress } from './progress.mjs';
import { createStamps, fingerprint } from './stamps.mjs';

/**
 * A step of the set-up:
 *   name       of its stamp
 *   title      for people
 *   inputs()   {words, files} that decide whether it is to be done again
 *   products() names of what it left behind
 *   coveredBy  larger steps; where one of them is fresh, this one need not be done
 *   isDone(stamps) instead of inputs and products, for what can be seen to be whole
 *   work({log, hint, notice}) does it; false where it failed
 */

const SHOWN = 20;

const OWN_TOOLS = { progress: createProgress, openLog: createLog, stamps: createStamps, lock: takeLock };

/**
 * Do the steps whose inputs have changed or whose products are gone, in order.
 * Throws Explained where one fails, or another set-up is at work; the steps after it are not begun.
 */
export async function runSteps(steps, tools = OWN_TOOLS) {
  const stamps = tools.stamps();
  const progress = tools.progress();
  let log = null;
  let unlock = null;
  try {
    for (const [index, step] of steps.entries()) {
      if (isUpToDate(step, stamps)) continue;
      unlock ??= tools.lock();
      log ??= tools.openLog();
      await doStep(step, `${index + 1}/${steps.length} ${step.title}`, { log, progress, stamps });
    }
  } finally {
    unlock?.();
  }
  if (!log) console.log('The set-up is up to date.');
}

function isUpToDate(step, stamps) {
  if (step.isDone) return step.isDone(stamps);
  return [step, ...(step.coveredBy ?? [])].some(({ name, inputs, products }) =>
    stamps.isFresh(name, inputs(), products()),
  );
}

async function doStep(step, title, { log, progress, stamps }) {
  stamps.begin(step.name);
  log.forget();
  progress.start(title);
  // Of what it works on: files may change meanwhile.
  const begunWith = fingerprint(step.inputs?.() ?? {});
  try {
    const worked = await step.work({ log, hint: progress.hint, notice: progress.notice });
    if (!worked || stopRequested()) throw new Explained(failure(step, log));
    stamps.succeed(step.name, begunWith, step.products?.() ?? []);
  } catch (error) {
    progress.failed();
    throw error;
  }
  progress.done();
}

function failure(step, log) {
  const lines = log.last().slice(-SHOWN).map((line) => `    ${line}`);
  const sentence = `${step.title}: this did not work. ${advice(log.last())}`;
  return [...lines, sentence, `All that was said is in ${log.name}.`].join('\n');
}
