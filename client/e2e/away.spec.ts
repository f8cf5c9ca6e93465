import { draw } from './hand';
import { writing } from './handwriting';
import { OwnServer } from './server';
import { expect, inkPixels, test } from './test';

const server = new OwnServer(5274);

test.afterEach(() => server.stop());

test('keeps the drawing while the server is away and reads it when it is back', async ({ page, hand, reading }) => {
  // Two starts of a server that loads a network first.
  test.setTimeout(240_000);
  await server.start();
  await page.goto(server.address);
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
