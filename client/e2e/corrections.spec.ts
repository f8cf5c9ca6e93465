import type { Page } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import { draw } from './hand';
import { writing } from './handwriting';
import { TOKEN } from './server';
import { button, expect, readOnly, test } from './test';

const choice = (page: Page) => page.getByRole('combobox', { name: 'Was it misread? Say what it was' });

test.beforeEach(async ({ page, hand, reading }) => {
  await page.goto('/');
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
});

/** The table of what the server keeps; the columns are file, made, read, was and model. */
async function keptByServer(page: Page): Promise<string[][]> {
  const response = await page.request.get('/api/corrections', { headers: { Authorization: `Bearer ${TOKEN}` } });
  expect(response.ok()).toBe(true);
  const table = strFromU8(unzipSync(new Uint8Array(await response.body()))['corrections.csv'] ?? new Uint8Array());
  return table.trim().split('\r\n').slice(1).map((row) => row.split(','));
}

async function agree(page: Page): Promise<void> {
  await button(page, 'Last drawings').click();
  await page.getByRole('checkbox', { name: 'Send my corrections to the server' }).check();
  await button(page, 'Close').click();
}

test('stay in the browser unless the person agrees', async ({ page }) => {
  const before = await keptByServer(page);
  await choice(page).selectOption('it was a 1');
  await button(page, 'Last drawings').click();
  await expect(page.getByRole('listitem').getByRole('combobox')).toHaveValue('1');
  await expect(page.getByText('sent, thank you')).toHaveCount(0);
  expect(await keptByServer(page)).toEqual(before);
});

test('go to the server where the person agrees, and are taken back with the drawing', async ({ page }) => {
  await agree(page);
  const before = await keptByServer(page);
  await choice(page).selectOption('it was a 1');
  await button(page, 'Last drawings').click();
  await expect(page.getByText('sent, thank you')).toBeVisible();
  const added = (await keptByServer(page)).filter(([file]) => !before.some(([known]) => known === file));
  expect(added.map(([, , read, was]) => [read, was])).toEqual([['7', '1']]);

  await page.getByRole('listitem').getByRole('button').click();
  await expect.poll(() => keptByServer(page)).toEqual(before);
});

test('are taken back with the drawing also when the person does not agree any more', async ({ page }) => {
  await agree(page);
  const before = await keptByServer(page);
  await choice(page).selectOption('it was a 1');
  await button(page, 'Last drawings').click();
  await expect(page.getByText('sent, thank you')).toBeVisible();
  expect(await keptByServer(page)).toHaveLength(before.length + 1);
  await page.getByRole('checkbox', { name: 'Send my corrections to the server' }).uncheck();
  await page.getByRole('listitem').getByRole('button').click();
  await expect.poll(() => keptByServer(page)).toEqual(before);
});

test('that wait are not sent, and not said to be, when the person does not agree any more', async ({ page }) => {
  await agree(page);
  const before = await keptByServer(page);
  await page.route('/api/corrections', (route) => route.abort());
  await choice(page).selectOption('it was a 1');
  await button(page, 'Last drawings').click();
  await expect(page.getByText('to be sent')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Send my corrections to the server' }).uncheck();
  await expect(page.getByText('to be sent')).toHaveCount(0);
  await expect(page.getByText('sent, thank you')).toHaveCount(0);
  await page.unroute('/api/corrections');
  await page.reload();
  await agree(page);
  await button(page, 'Last drawings').click();
  await expect(page.getByRole('listitem').getByRole('combobox')).toHaveValue('1');
  expect(await keptByServer(page)).toEqual(before);
});

test('wait while there is no network, over a reload, and go once', async ({ page, context }) => {
  await agree(page);
  const before = await keptByServer(page);
  await page.route('/api/corrections', (route) => route.abort());
  await choice(page).selectOption('it was no digit');
  await button(page, 'Last drawings').click();
  await expect(page.getByText('to be sent')).toBeVisible();
  await page.reload();
  await button(page, 'Last drawings').click();
  await expect(page.getByText('to be sent')).toBeVisible();

  await page.unroute('/api/corrections');
  // As when a network comes back.
  await context.setOffline(true);
  await context.setOffline(false);
  await expect(page.getByText('sent, thank you')).toBeVisible();
  expect(await keptByServer(page)).toHaveLength(before.length + 1);
});

test('stay here while nothing may leave the device', async ({ page }) => {
  await agree(page);
  await readOnly(page, 'This device only');
  const before = await keptByServer(page);
  await choice(page).selectOption('it was a 4');
  await button(page, 'Last drawings').click();
  await expect(page.getByText('Not now: drawings are read on this device only')).toBeVisible();
  expect(await keptByServer(page)).toEqual(before);
});
