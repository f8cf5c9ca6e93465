import { readFile } from 'node:fs/promises';
import { strFromU8, unzipSync } from 'fflate';
import { draw } from './hand';
import { writing } from './handwriting';
import { button, expect, inkPixels, readOnly, test } from './test';

test.use({ readsHere: false });

test.beforeEach(async ({ page, hand, reading }) => {
  await page.goto('/');
  for (const digit of [3, 7]) {
    await draw(hand, writing(digit));
    await expect(reading).toHaveText(String(digit));
    await button(page, 'Clear').click();
  }
});

test('keeps the last drawings and what was read in them, over a reload', async ({ page }) => {
  await expect(async () => {
    await page.reload();
    await button(page, 'Last drawings').click();
    await expect(page.getByRole('listitem')).toHaveText([/Read as 7/, /Read as 3/], { timeout: 1000 });
  }).toPass();
});

test('keeps a drawing that the page is left with', async ({ page, hand, reading }) => {
  await draw(hand, writing(1));
  await expect(reading).toHaveText('1');
  await page.reload();
  await button(page, 'Last drawings').click();
  await expect(page.getByRole('listitem')).toHaveText([/Read as 1/, /Read as 7/, /Read as 3/]);
});

test('keeps a drawing that nobody could read when the page is left with it', async ({ page, hand }) => {
  await readOnly(page, 'The server only');
  await page.route('**/api/**', (route) => route.abort());
  await draw(hand, writing(1));
  await expect(page.getByTestId('status')).toContainText('Your drawing is kept');
  await page.reload();
  await button(page, 'Last drawings').click();
  const rows = page.getByRole('listitem');
  await expect(rows).toHaveText([/Not read/, /Read as 7/, /Read as 3/]);
  await expect(rows.first().getByRole('img')).toHaveJSProperty('naturalWidth', 384);
  await expect(rows.first().getByRole('combobox')).toHaveCount(0);
});

test('lets one say what a drawing was, and delete it', async ({ page }) => {
  await button(page, 'Last drawings').click();
  const first = page.getByRole('listitem').first();
  await first.getByRole('combobox').selectOption('it was a 1');
  await first.getByRole('button').click();
  await expect(page.getByRole('listitem')).toHaveText([/Read as 3/]);
  await button(page, 'Delete all').click();
  await page.waitForTimeout(800);
  await button(page, 'Really delete all?').click();
  await expect(page.getByText('No drawings are kept yet.')).toBeVisible();
});

test('asks before all is deleted, and takes neither a double click nor a held key for an answer', async ({ page, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await button(page, 'Last drawings').click();
  const consent = page.getByRole('checkbox', { name: 'Send my corrections to the server' });
  await consent.check();
  await button(page, 'Delete all').dblclick();
  await expect(page.getByRole('listitem')).toHaveCount(2);
  // Of a double tap an iPhone makes two clicks, each the first, and in Safari no button has the focus by them.
  await consent.click();
  await button(page, 'Delete all').evaluate((all: HTMLElement) => {
    all.click();
    all.click();
  });
  await expect(button(page, 'Really delete all?')).toBeVisible();
  await page.getByRole('dialog').dispatchEvent('pointerdown');
  await expect(button(page, 'Delete all')).toBeVisible();
  await expect(page.getByRole('listitem')).toHaveCount(2);
  await consent.check();
  await button(page, 'Delete all').focus();
  await page.keyboard.down('Enter');
  for (let repeat = 0; repeat < 5; repeat++) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await expect(button(page, 'Really delete all?')).toBeFocused();
  await expect(page.getByRole('listitem')).toHaveCount(2);
  await page.waitForTimeout(800);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listitem')).toHaveCount(0);
  await expect(button(page, 'Delete all')).toBeFocused();
  // What was agreed to can be taken back though nothing is left.
  await expect(consent).toBeVisible();
});

test('keeps the keyboard in the list when a drawing is deleted', async ({ page, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await button(page, 'Last drawings').click();
  await page.getByRole('button', { name: /^Delete: Read as 7/ }).press('Enter');
  await expect(page.getByRole('button', { name: /^Delete: Read as 3/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(button(page, 'Close')).toBeFocused();
});

test('keeps those of an earlier version, whose pictures were Blobs', async ({ page, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  // At this address, but without the page.
  await page.goto('/api/health');
  await page.evaluate(async (picture) => {
    const until = <Result>(request: IDBRequest<Result>): Promise<Result> => new Promise((resolve, reject) => {
      request.onsuccess = () => { resolve(request.result); };
      request.onerror = () => { reject(request.error ?? new Error()); };
    });
    await until(indexedDB.deleteDatabase('digit-recognizer'));
    // What the page had no time to write there before it was left.
    localStorage.clear();
    const opening = indexedDB.open('digit-recognizer', 2);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('drawings', { keyPath: 'id' }).createIndex('time', 'time');
      opening.result.createObjectStore('outbox', { keyPath: 'key' }).createIndex('time', 'time');
    };
    const database = await until(opening);
    const png = await (await fetch(picture)).blob();
    const entry = { id: 'a', time: 1, picture: png, digit: 5, confidence: 0.9, isDigit: 0.9, model: 'digits 1.0.0', place: 'server', correction: null };
    await until(database.transaction('drawings', 'readwrite').objectStore('drawings').put(entry));
    database.close();
  }, '/icon-192.png');
  // WebKit may not give one away until the browser has been started anew.
  await page.addInitScript(() => {
    if (sessionStorage.getItem('visited')) return;
    sessionStorage.setItem('visited', 'yes');
    FileReader.prototype.readAsDataURL = () => { throw new DOMException('gone', 'NotFoundError'); };
  });
  await page.goto('/');
  await button(page, 'Last drawings').click();
  await expect(page.getByText('No drawings are kept yet.')).toBeVisible();
  await page.reload();
  await button(page, 'Last drawings').click();
  const row = page.getByRole('listitem');
  await row.getByRole('combobox').selectOption('it was a 4');
  await page.reload();
  await button(page, 'Last drawings').click();
  await expect(row.getByRole('combobox')).toHaveValue('4');
  await expect(row.getByRole('img')).toHaveJSProperty('naturalWidth', 192);
});

test('saves them as a ZIP of pictures and a table', async ({ page }) => {
  await button(page, 'Last drawings').click();
  await page.getByRole('listitem').first().getByRole('combobox').selectOption('it was a 1');
  const download = page.waitForEvent('download');
  await button(page, 'Save as ZIP').click();
  const files = unzipSync(new Uint8Array(await readFile(await (await download).path())));
  const names = Object.keys(files);
  expect(names.filter((name) => name.endsWith('.png'))).toHaveLength(2);
  const [header, ...rows] = strFromU8(files['readings.csv'] ?? new Uint8Array()).trim().split('\r\n');
  expect(header).toContain('correction');
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/,7,0\.\d+,[01]\.\d+,1,digits /);
  // A PNG of what was drawn: it begins as all PNGs do.
  const [png] = names.filter((name) => name.endsWith('.png')).map((name) => files[name]);
  expect([...(png ?? []).slice(1, 4)]).toEqual([...Buffer.from('PNG')]);
});

test('keeps the ZIP while a browser asks whether to save it', async ({ page, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await page.clock.install();
  await page.evaluate(() => {
    URL.revokeObjectURL = (address) => { document.documentElement.dataset.revoked = address; };
  });
  await button(page, 'Last drawings').click();
  const download = page.waitForEvent('download');
  await button(page, 'Save as ZIP').click();
  const address = (await download).url();
  await page.clock.fastForward(59_000);
  await expect(page.locator('html')).not.toHaveAttribute('data-revoked', address);
  await page.clock.fastForward(2000);
  await expect(page.locator('html')).toHaveAttribute('data-revoked', address);
});

test('shows them without a network, though nobody has looked before', async ({ page, context }) => {
  const fetched = Promise.all([/HistoryList/, /PhotoSteps/].map((part) => page.waitForResponse(part)));
  await page.reload();
  await fetched;
  await context.setOffline(true);
  await button(page, 'Last drawings').click();
  await expect(page.getByRole('listitem')).toHaveText([/Read as 7/, /Read as 3/]);
});

test('says so where they cannot be shown, and the drawing stays', async ({ page, hand, reading }) => {
  await page.route(/HistoryList/, (route) => route.abort());
  await page.reload();
  await draw(hand, writing(4));
  await expect(reading).toHaveText('4');
  await button(page, 'Last drawings').click();
  await expect(page.getByRole('alert').filter({ hasText: 'This part of the page could not be loaded.' })).toBeVisible();
  await button(page, 'Close').click();
  await expect(reading).toHaveText('4');
  expect(await inkPixels(page)).toBeGreaterThan(0);
});
