import type { Locator, Page } from '@playwright/test';
import { draw } from './hand';
import { writing } from './handwriting';
import { button, expect, readOnly, test } from './test';

test.use({ readsHere: false });

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

for (const [width, height] of [[360, 740], [390, 844], [1280, 800], [1920, 1080], [740, 360], [320, 640], [640, 400], [1024, 690]] as const) {
  test(`everything is in view at ${width} × ${height}, without scrolling`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.goto('/');
    const parts = [page.getByTestId('canvas'), page.getByRole('region', { name: 'Reading' }),
      page.getByTestId('bar-0'), page.getByTestId('bar-9')];
    for (const part of parts) await expect(part).toBeInViewport({ ratio: 0.999 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

for (const [width, height] of [[844, 390], [740, 360], [932, 430], [1280, 600], [672, 672], [1024, 690], [1280, 681]] as const) {
  test(`nothing is left to scroll at ${width} × ${height}`, async ({ page, hasTouch }) => {
    test.skip(hasTouch, 'It has a screen of its own.');
    await page.setViewportSize({ width, height });
    await page.goto('/');
    await expect(page.getByTestId('canvas')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(height);
  });
}

for (const [width, height] of [[360, 740], [740, 360], [672, 672], [834, 1194], [1024, 690], [1280, 681], [1280, 800]] as const) {
  test(`the buttons have room for their words, and the pen beside or below them, at ${width} × ${height}`, async ({ page, hasTouch }) => {
    test.skip(hasTouch, 'It has a screen of its own.');
    await page.setViewportSize({ width, height });
    await page.goto('/');
    await expect(page.getByTestId('canvas')).toBeVisible();
    const room = await page.getByRole('group', { name: 'Drawing' }).getByRole('button').evaluateAll((buttons) => buttons.map((button) => {
      const words = document.createRange();
      words.selectNodeContents(button);
      return (button.getBoundingClientRect().width - words.getBoundingClientRect().width) / 2;
    }));
    expect(Math.min(...room)).toBeGreaterThanOrEqual(5);
    const [slider, ...columns] = await Promise.all([page.getByRole('slider'), button(page, 'Photo'), page.getByTestId('canvas')]
      .map((part) => part.evaluate((element) => element.getBoundingClientRect().right)));
    expect(slider).toBeLessThanOrEqual(Math.max(...columns));
  });
}

for (const [width, height] of [[360, 740], [844, 390], [1280, 800], [1440, 900]] as const) {
  test(`the squares of the paper are whole pixels at ${width} × ${height}`, async ({ page, hasTouch }) => {
    test.skip(hasTouch, 'It has a screen of its own.');
    await page.setViewportSize({ width, height });
    await page.goto('/');
    const sheet = await page.getByTestId('canvas').boundingBox();
    expect((sheet?.width ?? 1) % 14).toBe(0);
  });
}

for (const [width, height, size] of [[320, 640, 16], [390, 844, 24], [1280, 800, 24]] as const) {
  test(`nothing stands beside the page at ${width} × ${height} in letters of ${size} pixels`, async ({ page, hand, reading, hasTouch }) => {
    test.skip(hasTouch, 'It has a screen of its own.');
    await page.setViewportSize({ width, height });
    await page.goto('/');
    await page.evaluate((pixels) => { document.documentElement.style.fontSize = `${pixels}px`; }, size);
    // As a browser that can install the page has it.
    await page.evaluate(() => {
      const offer = new Event('beforeinstallprompt');
      window.dispatchEvent(Object.assign(offer, { prompt: () => Promise.resolve(), userChoice: Promise.resolve({ outcome: 'dismissed' }) }));
    });
    await expect(button(page, 'Install as an app')).toBeVisible();
    await draw(hand, writing(7));
    await expect(reading).toHaveText('7');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

test('a phone held sideways keeps its notch and its bar free', async ({ page, session, hasTouch }) => {
  test.skip(hasTouch, 'It has a screen of its own.');
  await page.setViewportSize({ width: 844, height: 390 });
  await session.send('Emulation.setSafeAreaInsetsOverride', { insets: { left: 47, right: 47, bottom: 21 } });
  await page.goto('/');
  const sheet = await page.getByTestId('canvas').boundingBox();
  const bars = await page.getByTestId('bar-9').boundingBox();
  if (!sheet || !bars) throw new Error('no place');
  expect(sheet.x).toBeGreaterThanOrEqual(47);
  expect(sheet.y + sheet.height).toBeLessThanOrEqual(390 - 21);
  expect(bars.x + bars.width).toBeLessThanOrEqual(844 - 47);
});

test('sheet, answer and bars are in view together', async ({ page, hand, reading }) => {
  await page.goto('/');
  await draw(hand, writing(3));
  await expect(reading).toHaveText('3');
  for (const part of ['canvas', 'reading', 'bar-3']) await expect(page.getByTestId(part)).toBeInViewport({ ratio: 1 });
});

test('everything to press is large enough for a finger', async ({ page, hand, reading }) => {
  await page.goto('/');
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  await expect(page.getByRole('combobox')).toBeVisible();
  const controls = await page.locator('button:visible, input:visible, select:visible').all();
  expect(controls.length).toBeGreaterThan(5);
  for (const control of controls) {
    const box = await control.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  }
});

test('what marks a choice is of one size, however long its words', async ({ page }) => {
  await page.goto('/');
  await page.getByTestId('place').click();
  const widths = await page.getByRole('radio').evaluateAll((marks) => marks.map((mark) => mark.getBoundingClientRect().width));
  expect(widths).toEqual([20, 20, 20]);
});

test('a dialog that scrolls does so within its round corners', async ({ page }) => {
  await page.setViewportSize({ width: 844, height: 390 });
  await page.goto('/');
  await page.getByTestId('place').click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.evaluate((element) => element.scrollHeight - element.clientHeight)).toBe(0);
  const close = dialog.getByRole('button', { name: 'Close' });
  await close.scrollIntoViewIfNeeded();
  await expect(close).toBeInViewport({ ratio: 1 });
});

test('the digit of a correction can be read on the narrowest phone', async ({ page, hand, reading }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto('/');
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  const choice = page.getByRole('combobox');
  await choice.selectOption('it was an 8');
  const room = await choice.evaluate((select) => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(select);
    const context = document.createElement('canvas').getContext('2d');
    if (!context) throw new Error('no canvas');
    context.font = font;
    return select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - context.measureText('it was an 8').width;
  });
  expect(room).toBeGreaterThanOrEqual(0);
});

test('all corrections can be read, with a ring around them too, and iOS does not zoom into them', async ({ page, hand, reading, hasTouch }) => {
  const expectLegible = async (choice: Locator): Promise<void> => {
    await choice.selectOption('it was no digit');
    const { cut, beforeWords, letters } = await choice.evaluate((select) => {
      const shown = select.clientWidth;
      const { paddingLeft, borderLeftWidth, fontSize } = getComputedStyle(select);
      select.style.width = 'max-content';
      select.style.maxWidth = 'none';
      return { cut: select.clientWidth - shown, beforeWords: parseFloat(paddingLeft) + parseFloat(borderLeftWidth), letters: parseFloat(fontSize) };
    });
    expect(cut).toBeLessThanOrEqual(0);
    expect(beforeWords).toBeGreaterThan(3);
    expect(letters).toBeGreaterThanOrEqual(hasTouch ? 16 : 14);
  };
  await page.goto('/');
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  await expectLegible(page.getByRole('combobox'));
  await button(page, 'Clear').click();
  await button(page, 'Last drawings').click();
  await expectLegible(page.getByRole('listitem').getByRole('combobox'));
});
