import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { draw } from './hand';
import { writing } from './handwriting';
import { button, expect, readOnly, test } from './test';

const ASSETS = fileURLToPath(new URL('../dist/assets/', import.meta.url));

// As in the browser of who uses it: Playwright complains of each that it blocks.
test.use({ serviceWorkers: 'allow' });

test('whatever is opened, nothing is complained of, and nobody else is asked', async ({ page, hand, reading, baseURL }) => {
  const wrong: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text()); });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(baseURL ?? '') && !/^(data|blob):/.test(address)) wrong.push(address);
  });
  await page.goto('/');
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  await page.getByRole('button', { name: 'Why?' }).click();
  await page.keyboard.press('Escape');
  for (const name of ['Last drawings', 'Photo']) {
    await button(page, name).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  }
  await readOnly(page, 'This device only');
  await draw(hand, writing(7));
  await expect(page.getByTestId('place')).toHaveText('This device');
  expect(wrong).toEqual([]);
});

test('what is fetched at the first visit is small', ({ hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  const size = (pattern: RegExp) => readdirSync(ASSETS).filter((name) => pattern.test(name))
    .reduce((sum, name) => sum + statSync(ASSETS + name).size, 0);
  const page = size(/^index-.*\.(js|css)\.br$/);
  expect(page).toBeGreaterThan(10_000);
  expect(page).toBeLessThan(100_000);
  // With the engine and the network; the API's own page is another.
  expect(size(/^(?!docs-).*\.br$/)).toBeLessThan(4_000_000);
});
