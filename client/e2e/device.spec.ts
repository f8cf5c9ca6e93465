import type { Page } from '@playwright/test';
import { draw, mouseHand, type Hand } from './hand';
import { DIGITS, writing } from './handwriting';
import { button, expect, readOnly, test } from './test';

/** The ten bars, in percent. */
async function bars(page: Page): Promise<number[]> {
  return page.getByRole('meter').evaluateAll((meters) => meters.map((meter) => Number(meter.ariaValueNow)));
}

async function readAgain(page: Page, hand: Hand, digit: number): Promise<number[]> {
  await button(page, 'Clear').click();
  await draw(hand, writing(digit));
  await expect(page.getByTestId('reading')).toHaveText(String(digit));
  // The last picture's answer, when the pen has been lifted: nothing comes after it.
  let last: number[] = [];
  await expect(async () => {
    const before = last;
    last = await bars(page);
    expect(last).toEqual(before);
  }).toPass({ intervals: [300] });
  expect(last).toHaveLength(10);
  return last;
}

test('gives the same answers on this device as by the server', async ({ page, hand, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  test.setTimeout(120_000);
  await page.goto('/');
  await readOnly(page, 'The server only');
  const byServer: number[][] = [];
  for (const digit of DIGITS.keys()) byServer.push(await readAgain(page, hand, digit));
  await expect(page.getByTestId('place')).toHaveText('Server');

  await readOnly(page, 'This device only');
  for (const digit of DIGITS.keys()) {
    const here = await readAgain(page, hand, digit);
    await expect(page.getByTestId('place')).toHaveText('This device');
    // The bars are told in tenths of a percent.
    here.forEach((value, index) => { expect(Math.abs(value - (byServer[digit]?.[index] ?? NaN))).toBeLessThan(0.11); });
  }
});

test('shows on this device what the network saw, and where it was read', async ({ page, hand, reading }) => {
  await page.goto('/');
  await readOnly(page, 'This device only');
  await draw(hand, writing(2));
  await expect(reading).toHaveText('2');
  const size = await page.getByRole('img', { name: /28 by 28/ }).evaluate((picture) => {
    if (!(picture instanceof HTMLImageElement)) throw new Error('not a picture');
    return [picture.naturalWidth, picture.naturalHeight];
  });
  expect(size).toEqual([28, 28]);
});

test('sends no drawing anywhere when only this device may read it', async ({ page, hand, reading }) => {
  await page.goto('/');
  await readOnly(page, 'This device only');
  const asked: string[] = [];
  page.on('request', (request) => { if (request.url().includes('/api/')) asked.push(request.url()); });
  await draw(hand, writing(6));
  await expect(reading).toHaveText('6');
  expect(asked).toEqual([]);
});

test('asks for no more memory than an iPhone gives', async ({ page, hand, reading, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await page.goto('/');
  await readOnly(page, 'This device only');
  await draw(hand, writing(8));
  await expect(reading).toHaveText('8');
  const [worker] = page.workers();
  // As the engine asks.
  const most = await worker?.evaluate(() => {
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
    let pages = 256;
    while (pages < 65536) {
      try {
        memory.grow(256);
      } catch {
        break;
      }
      pages += 256;
    }
    return pages;
  });
  expect(most).toBe(4096);
});

test('remembers where drawings are to be read', async ({ page }) => {
  await page.goto('/');
  await readOnly(page, 'This device only');
  await page.reload();
  await page.getByTestId('place').click();
  await expect(page.getByRole('radio', { name: 'This device only' })).toBeChecked();
});

test('reads on this device at once where the server hangs', async ({ page, hand, reading }) => {
  await page.goto('/');
  // Neither answered nor refused.
  await page.route('**/api/recognize*', () => undefined);
  await draw(hand, writing(4));
  await expect(reading).toHaveText('4');
  await expect(page.getByTestId('place')).toHaveText('This device');
});

test('waits for a server that reads with another network, and says so where it is away', async ({ page, hand, reading }) => {
  const model = 'lenet 1.0.0';
  const status = page.getByTestId('status');
  let [late, away] = [0, false];
  await page.route('**/api/health', (route) => (away ? route.abort() : route.fulfill({ json: { status: 'ok', model, engine: 'torch' } })));
  await page.route('**/api/recognize*', async (route) => {
    if (away) {
      await route.abort();
      return;
    }
    const response = await route.fetch();
    const answer = await response.json() as object;
    await new Promise((later) => setTimeout(later, late));
    // Nobody may wait for it any more.
    await route.fulfill({ response, json: { ...answer, model } }).catch(() => undefined);
  });
  await page.goto('/');
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  await page.getByTestId('place').click();
  await expect(page.getByText(`The server reads with ${model}`)).toBeVisible();
  await button(page, 'Close').click();

  late = 500;
  await button(page, 'Clear').click();
  await draw(hand, writing(4));
  await expect(reading).toHaveText('4');
  await expect(page.getByTestId('place')).toHaveText('Server');
  await expect(status).toBeEmpty();

  away = true;
  await button(page, 'Clear').click();
  await draw(hand, writing(3));
  await expect(reading).toHaveText('3');
  await expect(page.getByTestId('place')).toHaveText('This device');
  await expect(status).toContainText(`not ${model}`);
  await expect(status).toBeInViewport({ ratio: 0.99 });
});

test('reads at once what the server could not read, when this device is chosen', async ({ page, hand, reading, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await page.goto('/');
  await readOnly(page, 'The server only');
  await page.route('**/api/recognize*', (route) => route.fulfill({ status: 500, body: '' }));
  await draw(hand, writing(3));
  await expect(page.getByTestId('status')).toContainText('makes no sense');
  await readOnly(page, 'This device only');
  await expect(reading).toHaveText('3');
  await expect(page.getByTestId('status')).toHaveText('');
});

test('is said to be where drawings are read from when it is chosen, in every tab', async ({ page, context, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await page.goto('/');
  const other = await context.newPage();
  await other.goto('/');
  await readOnly(page, 'This device only');
  for (const tab of [page, other]) await expect(tab.getByTestId('place')).toHaveText('This device');
  await page.reload();
  await expect(page.getByTestId('place')).toHaveText('This device');
  const asked: string[] = [];
  other.on('request', (request) => { if (request.url().includes('/api/')) asked.push(request.url()); });
  await draw(mouseHand(other), writing(7));
  await expect(other.getByTestId('reading')).toHaveText('7');
  expect(asked).toEqual([]);
});
