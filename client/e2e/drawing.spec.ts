import type { Page } from '@playwright/test';
import { draw, Surface } from './hand';
import { writing, type Line } from './handwriting';
import { button, expect, inkPixels, test } from './test';

test.use({ readsHere: false });

test.beforeEach(async ({ page }) => {
  await page.goto('/');
});

const slash: Line = [[0.3, 0.3], [0.4, 0.4], [0.5, 0.5]];

/** The pictures that the page posts from now on, as data addresses. */
function postedPictures(page: Page): string[] {
  const pictures: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') pictures.push((request.postDataJSON() as { image: string }).image);
  });
  return pictures;
}

test('undo, redo and clear', async ({ page, hand, reading }) => {
  await draw(hand, writing(4));
  await expect(reading).toHaveText('4');
  const four = await inkPixels(page);

  await button(page, 'Undo').click();
  expect(await inkPixels(page)).toBeLessThan(four);
  await button(page, 'Redo').click();
  expect(await inkPixels(page)).toBe(four);
  await expect(reading).toHaveText('4');

  await button(page, 'Clear').click();
  expect(await inkPixels(page)).toBe(0);
  await expect(reading).toHaveText('');
  await expect(page.getByTestId('bar-4')).toHaveAttribute('aria-valuenow', '0');

  await button(page, 'Undo').click();
  expect(await inkPixels(page)).toBe(four);
  await expect(reading).toHaveText('4');
});

test('a stroke that leaves the sheet goes on where it comes back', async ({ page, hand }) => {
  await draw(hand, [[[0.8, 0.2], [1.1, 0.2], [1.1, 0.8], [0.8, 0.8]]]);
  const ink = await inkPixels(page);
  await button(page, 'Undo').click();
  expect(await inkPixels(page)).toBe(0);

  await draw(hand, [[[0.8, 0.2], [1.1, 0.2]]]);
  expect(ink).toBeGreaterThan(1.8 * (await inkPixels(page)));
});

test('a tap draws a dot', async ({ page, hand }) => {
  await draw(hand, [[[0.5, 0.5]]]);
  expect(await inkPixels(page)).toBeGreaterThan(0);
});

test('a thicker pen leaves more ink, and strokes keep the pen they were drawn with', async ({ page, hand }) => {
  const pen = page.getByRole('slider', { name: 'Pen width' });
  await pen.fill('0');
  await draw(hand, [slash]);
  const hairline = await inkPixels(page);
  await pen.fill('6');
  expect(await inkPixels(page)).toBe(hairline);
  await button(page, 'Clear').click();
  await draw(hand, [slash]);
  expect(await inkPixels(page)).toBeGreaterThan(8 * hairline);
});

test('a hairline and a felt tip are read as well', async ({ page, hand, reading }) => {
  for (const width of ['0', '6']) {
    await page.getByRole('slider', { name: 'Pen width' }).fill(width);
    await draw(hand, writing(3));
    await expect(reading).toHaveText('3');
    await button(page, 'Clear').click();
    await expect(reading).toHaveText('');
  }
});

test('an empty sheet is not posted', async ({ page, hand }) => {
  await draw(hand, [slash]);
  await expect(page.getByRole('img', { name: /28 by 28/ })).toBeVisible();
  // What is asked last about the drawing itself.
  await page.waitForTimeout(500);
  const pictures = postedPictures(page);
  await button(page, 'Clear').click();
  await page.waitForTimeout(500);
  expect(pictures).toEqual([]);
});

test('the posted picture is small and the same in light and dark', async ({ page, hand }) => {
  const pictures = postedPictures(page);
  const last: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await draw(hand, writing(7));
    await page.waitForTimeout(700);
    last.push(pictures.at(-1) ?? '');
    await button(page, 'Clear').click();
  }
  const png = Buffer.from(last[0]?.split(',')[1] ?? '', 'base64');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([64, 64]);
  expect(last[0]).toBe(last[1]);
});

test('turning the phone or sizing the window keeps the drawing', async ({ page, hand, reading }) => {
  await draw(hand, writing(2));
  await expect(reading).toHaveText('2');
  const share = async (): Promise<number> => {
    const ink = await inkPixels(page);
    return page.getByTestId('canvas').evaluate((canvas, pixels) => pixels / (canvas as HTMLCanvasElement).width ** 2, ink);
  };
  const before = await share();
  await page.setViewportSize({ width: 740, height: 400 });
  expect(Math.abs((await share()) - before)).toBeLessThan(before / 20);
  await expect(reading).toHaveText('2');
});

test('a second finger does not disturb the first', async ({ page, session, hasTouch }) => {
  test.skip(!hasTouch, 'A mouse has no second finger.');
  const surface = new Surface(page);
  await surface.measure();
  const [first, second] = [surface.locate([0.2, 0.3]), surface.locate([0.8, 0.8])];
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number; id: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  await touch('touchStart', [{ ...first, id: 0 }]);
  await touch('touchMove', [{ x: first.x, y: first.y + 60, id: 0 }]);
  const alone = await inkPixels(page);
  await touch('touchStart', [{ x: first.x, y: first.y + 60, id: 0 }, { ...second, id: 1 }]);
  await touch('touchMove', [{ x: first.x, y: first.y + 60, id: 0 }, { x: second.x, y: second.y - 80, id: 1 }]);
  expect(await inkPixels(page)).toBe(alone);
  await touch('touchMove', [{ x: first.x, y: first.y + 120, id: 0 }, { ...second, id: 1 }]);
  expect(await inkPixels(page)).toBeGreaterThan(alone);
  await touch('touchEnd', []);
});

test('drawing with a finger does not scroll the page', async ({ page, hand, hasTouch }) => {
  test.skip(!hasTouch, 'A mouse does not scroll by dragging.');
  await page.setViewportSize({ width: 360, height: 420 });
  await draw(hand, [[[0.5, 0.9], [0.5, 0.6], [0.5, 0.3], [0.5, 0.1]]]);
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  expect(await inkPixels(page)).toBeGreaterThan(0);
});

test('who has pinched the page larger over the sheet can pinch it back', async ({ page, session, hasTouch }) => {
  test.skip(!hasTouch, 'A mouse does not pinch.');
  const scale = () => page.evaluate(() => visualViewport?.scale ?? 0);
  /** Two fingers on the sheet, so far apart at first and at last, in pixels of the page as it is seen. */
  const pinch = async (from: number, to: number): Promise<void> => {
    const touch = (type: 'touchStart' | 'touchMove', apart: number) => session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: [-1, 1].map((side, id) => ({ x: 90 + (side * apart) / 2, y: 160, id })),
    });
    await touch('touchStart', from);
    for (let step = 1; step <= 10; step++) await touch('touchMove', from + ((to - from) * step) / 10);
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await pinch(60, 160);
  expect(await scale()).toBe(1);
  await session.send('Emulation.setPageScaleFactor', { pageScaleFactor: 2 });
  await expect.poll(scale).toBeGreaterThan(1.9);
  await pinch(160, 60);
  await expect.poll(scale).toBeLessThan(1.5);
});

test('everything goes by keyboard too', async ({ page, hand, hasTouch }) => {
  test.skip(hasTouch, 'A phone has no keyboard.');
  await draw(hand, [slash]);
  const ink = await inkPixels(page);
  const presses = [['Control+z', 0], ['Control+Shift+Z', ink], ['Control+z', 0], ['Control+y', ink], ['Escape', 0],
    ['Control+z', ink], ['Delete', 0], ['Control+z', ink], ['Backspace', 0]] as const;
  for (const [keys, left] of presses) {
    await page.keyboard.press(keys);
    expect(await inkPixels(page), keys).toBe(left);
  }
  await page.keyboard.press(']');
  await expect(page.getByRole('slider')).toHaveValue('5');
  await page.keyboard.press('[');
  await page.keyboard.press('[');
  await expect(page.getByRole('slider')).toHaveValue('3');
});

test('Backspace clears nothing while an option is looked for', async ({ page, hand, reading, hasTouch }) => {
  test.skip(hasTouch, 'A phone has no keyboard.');
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  const ink = await inkPixels(page);
  await page.getByRole('combobox', { name: 'Was it misread?' }).press('Backspace');
  expect(await inkPixels(page)).toBe(ink);
});

test('what is drawn light in the dark is printed dark', async ({ page, hand }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await draw(hand, [slash]);
  const brightest = (): Promise<number> => page.getByTestId('canvas').evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error('no canvas');
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let found = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) found = Math.max(found, data[at] ?? 0);
    return found;
  });
  await expect.poll(brightest).toBeGreaterThan(200);
  await page.evaluate(() => { window.dispatchEvent(new Event('beforeprint')); });
  expect(await brightest()).toBe(0);
  await page.evaluate(() => { window.dispatchEvent(new Event('afterprint')); });
  await expect.poll(brightest).toBeGreaterThan(200);
});

test('characters are no shortcuts where they are not to be used, over a reload', async ({ page, hasTouch }) => {
  test.skip(hasTouch, 'A phone has no such keys.');
  const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  // Before it shows its sheet, the page does not listen.
  await expect(page.getByTestId('canvas')).toBeVisible();
  await page.keyboard.press('?');
  await list.getByRole('checkbox', { name: 'Use the keys [, ] and ?' }).uncheck();
  await page.keyboard.press('Escape');
  await page.reload();
  await expect(page.getByTestId('canvas')).toBeVisible();
  await page.keyboard.press('?');
  await page.keyboard.press('Control+z');
  await expect(list).toBeHidden();
  await button(page, 'Keyboard shortcuts').click();
  await expect(list.getByRole('checkbox')).not.toBeChecked();
});

test('the list of shortcuts opens with ? and closes with Escape, which then clears nothing', async ({ page, hand, hasTouch }) => {
  test.skip(hasTouch, 'A phone has no keyboard.');
  await draw(hand, [slash]);
  const ink = await inkPixels(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  for (let held = 0; held < 5; held++) await page.keyboard.down('Escape');
  await page.keyboard.up('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(await inkPixels(page)).toBe(ink);
});
