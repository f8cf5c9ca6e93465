import { draw } from './hand';
import { writing } from './handwriting';
import { button, expect, inkPixels, readOnly, test } from './test';

for (const place of ['The server only', 'This device only'] as const) {
  test(`lays the evidence over the drawing: ${place.toLowerCase()}`, async ({ page, hand, reading }) => {
    await page.goto('/');
    await readOnly(page, place);
    await expect(page.getByRole('button', { name: 'Why?' })).toBeDisabled();
    await draw(hand, writing(7));
    await expect(reading).toHaveText('7');

    await page.getByRole('button', { name: 'Why?' }).click();
    await expect(page.getByRole('group', { name: 'Evidence' }).getByText('Why a 7?')).toBeVisible();
    const evidence = page.getByTestId('evidence');
    const opacities = () => evidence.evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error('not a canvas');
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return [...pixels].filter((_, index) => index % 4 === 3);
    });
    const forSeven = await opacities();
    expect(forSeven).toHaveLength(49);
    expect(Math.max(...forSeven)).toBeGreaterThan(60);
    // The frame is 28 of the network's pixels wide where the ink's longer side is 20.
    const [frame, sheet] = await Promise.all([evidence.boundingBox(), page.getByTestId('canvas').boundingBox()]);
    if (!frame || !sheet) throw new Error('no place');
    expect(frame.height / sheet.height).toBeGreaterThan(0.6);
    expect(frame.height / sheet.height).toBeLessThan(1.2);
    const middle = (box: typeof frame): number[] => [box.x + box.width / 2, box.y + box.height / 2];
    const [across = 1, down = 1] = middle(frame).map((at, axis) => (at - (middle(sheet)[axis] ?? 0)) / sheet.width);
    expect(Math.max(Math.abs(across), Math.abs(down))).toBeLessThan(0.15);

    await button(page, 'The next digit').click();
    await expect(page.getByRole('group', { name: 'Evidence' }).getByText('Why an 8?')).toBeVisible();
    expect(await opacities()).not.toEqual(forSeven);

    await button(page, 'Hide the evidence').press('Enter');
    await expect(evidence).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Why?' })).toBeFocused();

    await page.getByRole('button', { name: 'Why?' }).click();
    await page.keyboard.press('Escape');
    await expect(evidence).toHaveCount(0);
    await expect(reading).toHaveText('7');
  });
}

test('is of the drawing that it was asked for, and hinders no stroke', async ({ page, hand, reading }) => {
  await page.goto('/');
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  await page.getByRole('button', { name: 'Why?' }).click();
  const words = page.getByRole('group', { name: 'Evidence' }).getByText('Why a 7?');
  const [panel, sheet] = await Promise.all([words.boundingBox(), page.getByTestId('canvas').boundingBox()]);
  if (!panel || !sheet) throw new Error('no place');
  const before = await inkPixels(page);
  await draw(hand, [[
    [(panel.x + panel.width / 2 - sheet.x) / sheet.width, (panel.y + 4 - sheet.y) / sheet.height],
    [0.5, 0.8],
  ]]);
  expect(await inkPixels(page)).toBeGreaterThan(before);

  await button(page, 'Clear').click();
  await draw(hand, writing(1));
  await expect(reading).toHaveText('1');
  await expect(page.getByTestId('evidence')).toHaveCount(0);
});

for (const [width, height] of [[375, 553], [320, 568], [320, 256]] as const) {
  test(`its panel stays within a small sheet and leaves the drawing free: ${width} × ${height}`, async ({ page, hand, reading, hasTouch }) => {
    test.skip(hasTouch, 'It has a screen of its own.');
    await page.setViewportSize({ width, height });
    await page.goto('/');
    await draw(hand, writing(7));
    await expect(reading).toHaveText('7');
    await page.getByRole('button', { name: 'Why?' }).click();
    const panel = await page.getByRole('group', { name: 'Evidence' }).boundingBox();
    const sheet = await page.getByTestId('canvas').boundingBox();
    if (!panel || !sheet) throw new Error('no place');
    expect(panel.x).toBeGreaterThanOrEqual(sheet.x);
    expect(panel.x + panel.width).toBeLessThanOrEqual(sheet.x + sheet.width);
    expect(panel.height / sheet.height).toBeLessThan(0.3);
  });
}
