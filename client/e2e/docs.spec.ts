import { expect, test } from './test';

test('the API is shown to people, with nothing from elsewhere, and can be tried there', async ({ page, baseURL }) => {
  const complaints: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(baseURL ?? '') && !address.startsWith('data:')) complaints.push(address);
  });
  await page.goto('/api/docs');
  await expect(page.getByText('/api/recognize/batch', { exact: true })).toBeVisible();
  await page.getByText('/api/health', { exact: true }).click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await expect(page.locator('.live-responses-table').getByText(/"status": "ok"/)).toBeVisible();
  expect(complaints).toEqual([]);
});

test.describe('in a browser that has the app', () => {
  test.skip(({ hasTouch }) => hasTouch, 'The screen has no part in it.');
  test.use({ serviceWorkers: 'allow' });

  test('licences and pictures are opened, and not the app in their place', async ({ page }) => {
    await page.goto('/');
    await page.evaluate(async () => { await navigator.serviceWorker.ready; });
    // What is nowhere is answered with the app.
    await page.goto('/nowhere');
    await expect(page.getByTestId('canvas')).toBeVisible();
    for (const [address, words] of [['/licenses.md', '## react-dom - '], ['/licenses/besley.txt', 'SIL Open Font License']] as const) {
      await page.goto(address);
      await expect(page.locator('body')).toContainText(words);
    }
    const picture = await page.goto('/screenshots/phone-light.png');
    expect(picture?.headers()['content-type']).toBe('image/png');
  });
});

test('the licences of all that is built in are handed out', async ({ request, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  const counted = await (await request.get('/licenses.md')).text();
  for (const name of ['react-dom', 'idb', 'swagger-ui-dist']) expect(counted).toContain(`## ${name} - `);
  for (const [name, words] of [['besley', 'SIL Open Font License'], ['workbox', 'Copyright'], ['swagger-ui-notice', 'SmartBear']] as const) {
    expect(await (await request.get(`/licenses/${name}.txt`)).text()).toContain(words);
  }
});
