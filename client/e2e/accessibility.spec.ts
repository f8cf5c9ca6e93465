import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { draw } from './hand';
import { writing } from './handwriting';
import { button, expect, readOnly, test } from './test';

const NO_DIGIT = {
  text: '5',
  digits: [{ digit: 5, confidence: 0.4, is_digit: 0.1, probabilities: Array<number>(10).fill(0.1), box: [0, 0, 9, 9] }],
  model: 'digits 1.0.0',
  engine: 'torch',
  elapsed_ms: 1,
};

/** What axe finds wrong in light and in dark. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    // A colour on its way from one state to the next has no contrast to judge.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations: wrong } = await new AxeBuilder({ page }).analyze();
    found.push(...wrong.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`));
  }
  return found;
}

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await expect(page.getByTestId('canvas')).toBeVisible();
});

test('axe finds nothing wrong with an empty sheet', async ({ page }) => {
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong with a reading', async ({ page, hand, reading }) => {
  await draw(hand, writing(9));
  await expect(reading).toHaveText('9');
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong while the server is away', async ({ page, hand }) => {
  await readOnly(page, 'The server only');
  await page.route('**/api/**', (route) => route.abort());
  await draw(hand, writing(1));
  await expect(page.getByTestId('status')).not.toBeEmpty();
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong with something that is no digit', async ({ page, hand }) => {
  await page.route('**/api/recognize*', (route) => route.fulfill({ json: NO_DIGIT }));
  await draw(hand, writing(5));
  await expect(page.getByText('Not a digit')).toBeVisible();
  await expect(page.getByTestId('reading')).toBeEmpty();
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong with a reading on this device', async ({ page, hand, reading }) => {
  await readOnly(page, 'This device only');
  await draw(hand, writing(3));
  await expect(reading).toHaveText('3');
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong with the evidence', async ({ page, hand, reading }) => {
  await draw(hand, writing(6));
  await expect(reading).toHaveText('6');
  await page.getByRole('button', { name: 'Why?' }).click();
  await expect(page.getByRole('group', { name: 'Evidence' }).getByText('Why a 6?')).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong with reading a photo', async ({ page }) => {
  await button(page, 'Photo').click();
  await expect(page.getByText('You can also drop')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  const blank = await page.screenshot({ clip: { x: 0, y: 0, width: 100, height: 100 } });
  await page.getByLabel('Choose a picture').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: blank });
  await expect(button(page, 'Read it')).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong with the last drawings', async ({ page, hand, reading }) => {
  await draw(hand, writing(0));
  await expect(reading).toHaveText('0');
  await button(page, 'Clear').click();
  await button(page, 'Last drawings').click();
  await expect(page.getByText('Read as 0')).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong with the choice of place', async ({ page }) => {
  await page.getByTestId('place').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing wrong with the list of shortcuts', async ({ page }) => {
  await expect(async () => {
    // The page may not listen to keys yet.
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible({ timeout: 1000 });
  }).toPass();
  expect(await violations(page)).toEqual([]);
});

test('what is shown by shades alone has edges where the system chooses the colours', async ({ page, hand, reading }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await draw(hand, writing(6));
  await expect(reading).toHaveText('6');
  await page.getByRole('button', { name: 'Why?' }).click();
  for (const part of [page.getByRole('figure').getByRole('img').locator('..'), page.getByText('Why?', { exact: true }),
    page.getByRole('group', { name: 'Evidence' })]) {
    await expect(part).toHaveCSS('outline-style', 'solid');
    await expect(part).not.toHaveCSS('outline-color', paper);
  }
  await expect(page.getByTestId('bar-0')).toHaveCSS('border-bottom-width', '1px');
  await button(page, 'Clear').click();
  await button(page, 'Last drawings').click();
  await expect(page.getByRole('listitem').getByRole('img')).toHaveCSS('outline-style', 'solid');
});
