import type { Page } from '@playwright/test';
import { draw } from './hand';
import { writing } from './handwriting';
import { expect, readOnly, test } from './test';

async function boxes(page: Page): Promise<unknown[]> {
  const parts = [
    page.getByRole('button', { name: 'Clear' }),
    page.getByRole('figure'),
    page.getByRole('region', { name: 'Reading' }),
    page.getByTestId('canvas'),
    ...Array.from({ length: 10 }, (_, digit) => page.getByTestId(`bar-${digit}`)),
  ];
  return Promise.all(parts.map((part) => part.boundingBox()));
}

test('nothing jumps when the answer comes', async ({ page, hand, reading }) => {
  await page.goto('/');
  await page.evaluate(() => document.fonts.ready);
  const before = await boxes(page);
  await draw(hand, writing(8));
  await expect(reading).toHaveText('8');
  expect(await boxes(page)).toEqual(before);
});

test('nothing has shifted from the first paint to the answer', async ({ page, hand, reading }) => {
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value } = entry as PerformanceEntry & { value: number };
        document.documentElement.dataset.shift = String(Number(document.documentElement.dataset.shift ?? 0) + value);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto('/');
  await draw(hand, writing(5));
  await expect(reading).toHaveText('5');
  expect(Number((await page.locator('html').getAttribute('data-shift')) ?? 0)).toBeLessThan(0.01);
});

test('nothing jumps when the server is away', async ({ page, hand }) => {
  await page.goto('/');
  const before = await boxes(page);
  await readOnly(page, 'The server only');
  await page.route('**/api/**', (route) => route.abort());
  await draw(hand, writing(1));
  await expect(page.getByTestId('status')).toContainText('cannot be reached');
  expect(await boxes(page)).toEqual(before);
});

for (const [width, height] of [[360, 740], [390, 844], [1280, 800], [1920, 1080], [740, 360], [320, 640], [640, 400]] as const) {
  test(`everything is in view at ${width} × ${height}, without scrolling`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.goto('/');
    const parts = [page.getByTestId('canvas'), page.getByRole('region', { name: 'Reading' }),
      page.getByTestId('bar-0'), page.getByTestId('bar-9')];
    for (const part of parts) await expect(part).toBeInViewport({ ratio: 0.999 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

test('sheet, answer and bars are in view together', async ({ page, hand, reading }) => {
  await page.goto('/');
  await draw(hand, writing(3));
  await expect(reading).toHaveText('3');
  for (const part of ['canvas', 'reading', 'bar-3']) await expect(page.getByTestId(part)).toBeInViewport({ ratio: 1 });
});

test('everything to press is large enough for a finger', async ({ page }) => {
  await page.goto('/');
  for (const control of await page.locator('button:visible, input:visible').all()) {
    const box = await control.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  }
});
