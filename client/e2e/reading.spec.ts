import { draw } from './hand';
import { DIGITS, writing } from './handwriting';
import { button, expect, readOnly, test } from './test';

test.beforeEach(async ({ page }) => {
  await page.goto('/');
});

test('reads all ten digits, one after the other', async ({ page, hand, reading }) => {
  for (const digit of DIGITS.keys()) {
    await draw(hand, writing(digit));
    await expect(reading).toHaveText(String(digit));
    await expect
      .poll(async () => Number(await page.getByTestId(`bar-${digit}`).getAttribute('aria-valuenow')))
      .toBeGreaterThan(50);
    await button(page, 'Clear').click();
    await expect(reading).toBeEmpty();
  }
});

test('reads while the pen is still down', async ({ hand, reading }) => {
  const [line] = writing(7);
  const [start, ...others] = line ?? [];
  if (!start) throw new Error('a seven has a line');
  await hand.down(start);
  for (const place of others) await hand.move(place);
  await expect(reading).toHaveText('7');
  await hand.up();
  await expect(reading).toHaveText('7');
});

test('reads a small digit in a corner and a large one', async ({ page, hand, reading }) => {
  const small = writing(5).map((line) => line.map(([x, y]) => [0.04 + x * 0.25, 0.7 + y * 0.25] as const));
  await draw(hand, small);
  await expect(reading).toHaveText('5');
  await button(page, 'Clear').click();
  const large = writing(3).map((line) => line.map(([x, y]) => [x * 1.5 - 0.22, y * 1.5 - 0.25] as const));
  await draw(hand, large);
  await expect(reading).toHaveText('3');
});

test('has ten bars that come to a hundred percent', async ({ page, hand, reading }) => {
  await expect(page.getByRole('meter')).toHaveCount(10);
  await draw(hand, writing(0));
  await expect(reading).toHaveText('0');
  const values = await page.getByRole('meter').evaluateAll((bars) => bars.map((bar) => Number(bar.ariaValueNow)));
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(100, -0.5);
});

test('shows the 28 by 28 picture that the network saw', async ({ page, hand, reading }) => {
  await draw(hand, writing(2));
  await expect(reading).toHaveText('2');
  const size = await page.getByRole('img', { name: /28 by 28/ }).evaluate((picture) => {
    if (!(picture instanceof HTMLImageElement)) throw new Error('not a picture');
    return [picture.naturalWidth, picture.naturalHeight];
  });
  expect(size).toEqual([28, 28]);
});

test('never shows an answer that comes after the sheet was cleared', async ({ page, hand, reading }) => {
  await readOnly(page, 'The server only');
  await page.route('**/api/recognize*', async (route) => {
    const response = await route.fetch();
    await new Promise((later) => setTimeout(later, 500));
    await route.fulfill({ response }).catch(() => undefined);
  });
  await draw(hand, writing(7));
  await button(page, 'Clear').click();
  await page.waitForTimeout(1200);
  await expect(reading).toHaveText('');
});

test('reads nothing, and says so, where the browser gives noise for what is drawn', async ({ page, hand, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await page.addInitScript(() => {
    const read = Object.getOwnPropertyDescriptor(CanvasRenderingContext2D.prototype, 'getImageData')?.value as CanvasRenderingContext2D['getImageData'];
    CanvasRenderingContext2D.prototype.getImageData = function (...area: Parameters<typeof read>) {
      const found = read.apply(this, area);
      crypto.getRandomValues(found.data);
      return found;
    };
  });
  await page.goto('/');
  const asked: string[] = [];
  page.on('request', (request) => { if (request.method() === 'POST') asked.push(request.url()); });
  await draw(hand, writing(7));
  await expect(page.getByTestId('status')).toContainText('Allow the page to read canvas data');
  await button(page, 'Photo').click();
  const png = { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgo', 'base64') };
  await page.getByLabel('Choose a picture').setInputFiles(png);
  await expect(page.getByRole('dialog').getByText('Allow the page to read canvas data')).toBeVisible();
  expect(asked).toEqual([]);
  // Nor is the noise kept for the drawing.
  await page.reload();
  await button(page, 'Last drawings').click();
  await expect(page.getByText('No drawings are kept yet.')).toBeVisible();
});

test('says why when the server refuses a drawing', async ({ page, hand }) => {
  // Else a busy machine, on which the refusal takes 300 ms, has it read on the device.
  await readOnly(page, 'The server only');
  await page.route('**/api/recognize*', (route) => route.fulfill({
    status: 413,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: 'Too large', status: 413, detail: 'The picture is too large.' }),
  }));
  await draw(hand, writing(1));
  await expect(page.getByTestId('status')).toHaveText('The picture is too large.');
});
