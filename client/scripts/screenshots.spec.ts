import { fileURLToPath } from 'node:url';
import { draw } from '../e2e/hand';
import { writing } from '../e2e/handwriting';
import { expect, test } from '../e2e/test';

const FOLDER = fileURLToPath(new URL('../public/screenshots/', import.meta.url));

test('a seven, and why', async ({ page, hand, reading }, { project }) => {
  await page.goto('/');
  await page.evaluate(() => document.fonts.ready);
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${FOLDER}${project.name}.png` });
  await page.getByRole('button', { name: 'Why?' }).click();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${FOLDER}${project.name}-why.png` });
});
