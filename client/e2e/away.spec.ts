import { draw } from './hand';
import { writing } from './handwriting';
import { OwnServer } from './server';
import { button, expect, inkPixels, readOnly, test } from './test';

// The files that a page needs without a network are kept by its service worker.
test.use({ serviceWorkers: 'allow' });
// A server that loads a network is started several times.
test.setTimeout(240_000);
test.skip(({ hasTouch }) => hasTouch, 'The screen has no part in it.');

const server = new OwnServer(5274);

test.beforeEach(() => server.start());
test.afterEach(() => server.stop());

test('goes on reading on this device while the server is away, and by the server when it is back', async ({ page, hand, reading }) => {
  await page.goto(server.address);
  const place = page.getByTestId('place');
  await draw(hand, writing(3));
  await expect(reading).toHaveText('3');
  await expect(place).toHaveText('Server');

  await server.stop();
  await button(page, 'Clear').click();
  await draw(hand, writing(7));
  await expect(reading).toHaveText('7');
  await expect(place).toHaveText('This device');
  await expect(page.getByTestId('status')).toBeEmpty();

  await server.start();
  // It is looked for in the background; until it is found, this device goes on reading.
  await expect(async () => {
    await button(page, 'Clear').click();
    await draw(hand, writing(2));
    await expect(reading).toHaveText('2');
    await expect(place).toHaveText('Server', { timeout: 500 });
  }).toPass();
});

test('opens and reads with no network at all once it has been opened before', async ({ page, hand, reading }) => {
  await page.goto(server.address);
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await server.stop();

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Digit Recognizer' })).toBeVisible();
  await draw(hand, writing(5));
  await expect(reading).toHaveText('5');
  await expect(page.getByTestId('place')).toHaveText('This device');
});

test('keeps the drawing where only the server may read it, and reads it when it is back', async ({ page, hand, reading }) => {
  await page.goto(server.address);
  await readOnly(page, 'The server only');
  await server.stop();

  await draw(hand, writing(7));
  const status = page.getByTestId('status');
  await expect(status).toContainText('The server cannot be reached.');
  await expect(reading).toHaveText('');
  expect(await inkPixels(page)).toBeGreaterThan(0);

  await server.start();
  await expect(reading).toHaveText('7');
  await expect(status).toHaveText('');
});
