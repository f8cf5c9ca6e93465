import type { Browser, Page } from '@playwright/test';
import { DIGITS, writing } from '../e2e/handwriting';
import { draw } from '../e2e/hand';
import { button, expect, readOnly, test } from '../e2e/test';

const ROUNDS = 3;

interface Times {
  readonly elapsed: readonly number[];
  readonly frames: readonly number[];
}

declare global {
  interface Window { times: { elapsed: number[]; frames: number[] } }
}

/** What stands in a trace of Chromium's, as far as it is read here; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  /** Of the processor; what is missing of `dur` the thread waited for one. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** A task of the thread that the page runs in, in milliseconds. */
interface Task {
  readonly took: number;
  readonly computed: number;
}

/** Notes how long readings take, by the page's own line, and the frames. */
async function watch(page: Page, browser: Browser): Promise<void> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await page.evaluate(() => {
    window.times = { elapsed: [], frames: [] };
    const { elapsed, frames } = window.times;
    new MutationObserver(() => {
      const found = /([\d.]+) ms$/.exec(document.querySelector('figcaption')?.textContent ?? '');
      if (found) elapsed.push(Number(found[1]));
    }).observe(document.querySelector('figcaption') ?? document.body, { subtree: true, characterData: true, childList: true });
    let last = performance.now();
    const frame = (now: number): void => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

async function tasksSince(browser: Browser): Promise<Task[]> {
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const named = trace.traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const pages = new Set(named.map(thread));
  return trace.traceEvents
    .filter((event) => event.name === 'ThreadControllerImpl::RunTask' && pages.has(thread(event)))
    .map(({ dur = 0, tdur = 0 }) => ({ took: dur / 1000, computed: tdur / 1000 }));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

for (const place of ['The server only', 'This device only'] as const) {
  test(`reading: ${place.toLowerCase()}`, async ({ page, browser, hand, reading }) => {
    test.setTimeout(300_000);
    await page.goto('/');
    await readOnly(page, place);
    await draw(hand, writing(1));
    await expect(reading).toHaveText('1');
    await watch(page, browser);
    for (let round = 0; round < ROUNDS; round++) {
      for (const digit of DIGITS.keys()) {
        await button(page, 'Clear').click();
        await draw(hand, writing(digit));
        await expect(reading).toHaveText(String(digit));
      }
    }
    const { elapsed, frames }: Times = await page.evaluate(() => window.times);
    const tasks = await tasksSince(browser);
    const long = tasks.filter(({ took }) => took > 50);
    const ofLong = Math.max(0, ...long.map(({ computed }) => computed)).toFixed(0);
    const longest = Math.max(...tasks.map(({ computed }) => computed)).toFixed(0);
    console.log(
      `${place}: ${elapsed.length} readings, median ${quantile(elapsed, 0.5).toFixed(1)} ms, p95 ${quantile(elapsed, 0.95).toFixed(1)} ms; ` +
      `${tasks.length} tasks, at most ${longest} ms of computing; ${long.length} lasted over 50 ms (of which at most ${ofLong} ms of computing); ${frames.length} frames, median ${quantile(frames, 0.5).toFixed(1)} ms, p99 ${quantile(frames, 0.99).toFixed(1)} ms`,
    );
  });
}
