import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from '@playwright/test';
import { button, expect, test } from './test';

interface Picture {
  readonly src: string;
  readonly sizes: string;
  readonly type: string;
  readonly purpose?: string;
  readonly form_factor?: string;
}

interface Manifest {
  readonly id: string;
  readonly name: string;
  readonly start_url: string;
  readonly display: string;
  readonly icons: readonly Picture[];
  readonly screenshots: readonly Picture[];
  readonly shortcuts: readonly { readonly name: string; readonly url: string }[];
}

test('has a manifest whose pictures are there, in the sizes that it says', async ({ page }) => {
  await page.goto('/');
  const address = await page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = (await (await page.request.get(address ?? '')).json()) as Manifest;
  expect(manifest).toMatchObject({ id: '/', start_url: '/', display: 'standalone', name: 'Digit Recognizer' });
  expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
  expect(manifest.screenshots.map((picture) => picture.form_factor)).toEqual(['wide', 'narrow']);
  expect(manifest.shortcuts.length).toBeGreaterThan(0);
  for (const { src, sizes, type } of [...manifest.icons, ...manifest.screenshots]) {
    const answer = await page.request.get(src);
    expect(answer.headers()['content-type']).toContain(type);
    if (sizes === 'any') continue;
    const size = await page.evaluate(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    expect(size).toBe(sizes);
  }
});

for (const address of ['/', '/api/docs']) {
  test(`${address} has an icon for browsers that show no SVG, too`, async ({ page, hasTouch }) => {
    test.skip(hasTouch, 'The screen has no part in it.');
    await page.goto(address);
    const types = await page.locator('link[rel=icon]').evaluateAll((links) => Promise.all(links.map(async (link) => {
      const answer = await fetch(link.getAttribute('href') ?? '');
      return answer.headers.get('content-type')?.split(';')[0];
    })));
    // Of those that a browser shows, several take the last.
    expect(types).toEqual(['image/png', 'image/svg+xml']);
  });
}

test('offers to install where the browser does', async ({ page }) => {
  await page.goto('/');
  const install = page.getByRole('button', { name: 'Install as an app' });
  await expect(install).toHaveCount(0);
  await page.evaluate(() => {
    const prompt = (): Promise<void> => {
      document.documentElement.dataset.prompted = 'true';
      return Promise.resolve();
    };
    window.dispatchEvent(Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt }));
  });
  await install.click();
  await expect(page.locator('html')).toHaveAttribute('data-prompted', 'true');
  await expect(install).toHaveCount(0);
});

test.describe('on an iPhone', () => {
  test.use({ userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1' });

  test('tells how to install', async ({ page }) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Install as an app' }).click();
    await expect(page.getByRole('dialog')).toContainText('Add to Home Screen');
  });
});

test.describe('a new version', () => {
  test.skip(({ hasTouch }) => hasTouch, 'The screen has no part in it.');
  test.use({ serviceWorkers: 'allow' });
  const file = fileURLToPath(new URL('../dist/sw.js', import.meta.url));
  let original = '';
  test.beforeEach(async () => { original = await readFile(file, 'utf8'); });
  // Also after a test that is skipped, before which nothing was read.
  test.afterEach(async () => { if (original) await writeFile(file, original); });

  const deploy = (): Promise<void> => writeFile(file, `${original}\n// newer`);
  const notice = (page: Page): Locator => page.getByText('A new version is ready.');
  const installed = (page: Page): Promise<void> =>
    page.evaluate(async () => { await navigator.serviceWorker.ready; });
  const lookForUpdate = (page: Page): Promise<void> =>
    page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });

  async function takesItOver(page: Page): Promise<void> {
    const reloaded = page.waitForEvent('load');
    await button(page, 'Reload').click();
    await reloaded;
    await expect(page.getByTestId('canvas')).toBeVisible();
    // The page loads anew in any case: it is in place when none waits any more.
    await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.ready).waiting === null)).toBe(true);
    await expect(notice(page)).toHaveCount(0);
  }

  test('is put in place when the person says so', async ({ page }) => {
    await page.goto('/');
    await installed(page);
    await page.reload();
    await expect(notice(page)).toHaveCount(0);
    await deploy();
    await lookForUpdate(page);
    await expect(notice(page)).toBeVisible();
    await takesItOver(page);
  });

  test('is put in place at the first visit, too', async ({ page }) => {
    await page.goto('/');
    await installed(page);
    await expect(notice(page)).toHaveCount(0);
    await deploy();
    await lookForUpdate(page);
    await expect(notice(page)).toBeVisible();
    await takesItOver(page);
  });

  test('is told of when the browser has found it before the page listens', async ({ page }) => {
    await page.goto('/');
    await installed(page);
    await deploy();
    await page.addInitScript(() => {
      const workers = navigator.serviceWorker;
      const register = workers.register.bind(workers);
      workers.register = async (...address) => {
        const registration = await register(...address);
        await new Promise((found) => {
          registration.addEventListener('updatefound', found, { once: true });
          void registration.update();
        });
        return registration;
      };
    });
    await page.reload();
    await expect(notice(page)).toBeVisible();
  });

  test('has the page load anew though the browser puts off the new version', async ({ page }) => {
    await page.goto('/');
    await installed(page);
    await writeFile(file, original.replace('SKIP_WAITING', 'WAIT'));
    await lookForUpdate(page);
    await expect(notice(page)).toBeVisible();
    const reloaded = page.waitForEvent('load');
    await button(page, 'Reload').click();
    await reloaded;
  });

  test('leaves a page alone that has not asked for it', async ({ page, context }) => {
    await page.goto('/');
    await installed(page);
    const other = await context.newPage();
    await other.goto('/');
    await deploy();
    await lookForUpdate(page);
    await expect(notice(page)).toBeVisible();
    await expect(notice(other)).toBeVisible();
    await other.evaluate(() => { document.documentElement.dataset.before = 'true'; });
    await takesItOver(page);
    await expect(other.locator('html')).toHaveAttribute('data-before', 'true');
    await takesItOver(other);
    await expect(other.locator('html')).not.toHaveAttribute('data-before');
  });
});
