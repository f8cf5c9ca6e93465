import type { Page } from '@playwright/test';
import { DIGITS, writing } from '../e2e/handwriting';
import { draw } from '../e2e/hand';
import { button, expect, readOnly, test } from '../e2e/test';

const ROUNDS = 3;

interface Times {
  readonly elapsed: readonly number[];
  readonly longTasks: readonly number[];
  readonly frames: readonly number[];
}

declare global {
  interface Window { times: { elapsed: number[]; longTasks: number[]; frames: number[] } }
}

/** Notes how long readings take, by the page's own line, the tasks of over 50 ms, and the frames. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.times = { elapsed: [], longTasks: [], frames: [] };
    const { elapsed, longTasks, frames } = window.times;
    new MutationObserver(() => {
      const found = /([\d.]+) ms$/.exec(document.querySelector('figcaption')?.textContent ?? '');
      if (found) elapsed.push(Number(found[1]));
    }).observe(document.querySelector('figcaption') ?? document.body, { subtree: true, characterData: true, childList: true });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration);
    }).observe({ type: 'longtask' });
    let last = performance.now();
    const frame = (now: number): void => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

for (const place of ['The server only', 'This device only'] as const) {
  test(`reading: ${place.toLowerCase()}`, async ({ page, hand, reading }) => {
    test.setTimeout(300_000);
    await page.goto('/');
    await readOnly(page, place);
    await draw(hand, writing(1));
    await expect(reading).toHaveText('1');
    await watch(page);
    for (let round = 0; round < ROUNDS; round++) {
      for (const digit of DIGITS.keys()) {
        await button(page, 'Clear').click();
        await draw(hand, writing(digit));
        await expect(reading).toHaveText(String(digit));
      }
    }
    const { elapsed, longTasks, frames }: Times = await page.evaluate(() => window.times);
    console.log(
      `${place}: ${elapsed.length} readings, median ${quantile(elapsed, 0.5).toFixed(1)} ms, p95 ${quantile(elapsed, 0.95).toFixed(1)} ms; ` +
      `${longTasks.length} tasks of over 50 ms; ${frames.length} frames, median ${quantile(frames, 0.5).toFixed(1)} ms, p99 ${quantile(frames, 0.99).toFixed(1)} ms`,
    );
  });
}
