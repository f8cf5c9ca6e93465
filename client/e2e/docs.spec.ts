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
