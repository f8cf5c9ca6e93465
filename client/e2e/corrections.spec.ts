import type { Page } from '@playwright/test';
import { strFromU8, unzipSync } from 'fflate';
import { SETTLES } from '../src/corrections/outbox';
import { draw } from './hand';
import { writing } from './handwriting';
import { TOKEN } from './server';
import { button, expect, readOnly, test } from './test';

/** Until a correction that is on its way has certainly been sent. */
const settle = (page: Page) => page.waitForTimeout(SETTLES + 1000);

const choice = (page: Page) => page.getByRole('combobox', { name: 'Was it misread? Say what it was' });

test.skip(({ hasTouch }) => hasTouch, 'The screen has no part in it.');

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
  await expect(page.getByText('to be sent')).toHaveCount(0);
  await settle(page);
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
  await settle(page);
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
  await expect(page.getByRole('listitem').getByRole('combobox')).toHaveValue('4');
  await expect(page.getByText('to be sent')).toHaveCount(0);
  await settle(page);
  expect(await keptByServer(page)).toEqual(before);
});

test('of two tabs are one, and go with the drawing', async ({ page, context }) => {
  await agree(page);
  const before = await keptByServer(page);
  const other = await context.newPage();
  await other.goto('/');
  await button(other, 'Last drawings').click();
  await other.getByRole('listitem').getByRole('combobox').selectOption('it was a 4');
  await expect(other.getByText('sent, thank you')).toBeVisible();
  await choice(page).selectOption('it was a 5');
  await button(page, 'Last drawings').click();
  await expect(page.getByText('sent, thank you')).toBeVisible();
  await expect.poll(async () => (await keptByServer(page)).slice(before.length).map((row) => row[3])).toEqual(['5']);
  await button(other, 'Delete all').click();
  await other.waitForTimeout(800);
  await button(other, 'Really delete all?').click();
  await expect.poll(() => keptByServer(page)).toEqual(before);
});

test('that arrow keys pass over are not sent', async ({ page }) => {
  await agree(page);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/corrections')) sent.push(/"was":\d/.exec(request.postData() ?? '')?.[0] ?? request.method());
  });
  for (const was of ['it was a 0', 'it was a 1', 'it was a 2']) await choice(page).selectOption(was);
  await expect.poll(() => sent).toEqual(['"was":2']);
});
