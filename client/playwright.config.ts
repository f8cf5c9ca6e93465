import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { serverSettings } from './e2e/server';

const PORT = 5273;
const DEBIAN_CHROMIUM = '/usr/bin/chromium';

/** A browser that is there already; without one, Playwright's own. */
const browser = process.env.CHROMIUM_PATH ?? (existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : undefined);

/** Chromium refuses its sandbox to the root user, as in a container. */
const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export default defineConfig({
  testDir: 'e2e',
  // One server with one network answers all: side by side, tests would only wait for each other.
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: `http://localhost:${PORT}`,
    // A trace of every test takes half as long again: where a failure needs one, `--trace retain-on-failure`.
    trace: 'off',
    screenshot: 'only-on-failure',
    // It would answer for the server, and no test could come between. Those that are about it allow it.
    serviceWorkers: 'block',
    launchOptions: {
      ...(browser && { executablePath: browser }),
      args: [
        ...asRoot,
        '--disable-gpu',
        // Every test has the engine compiled anew; to compile it once more, for speed, keeps a core from the next.
        '--js-flags=--liftoff-only',
        '--disable-quic',
        '--use-fake-device-for-media-stream',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'desktop', use: { viewport: { width: 1280, height: 800 } } },
    {
      name: 'phone',
      use: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 3, hasTouch: true, isMobile: true },
    },
  ],
  webServer: {
    command: 'node ../scripts/serve.mjs',
    env: serverSettings(PORT),
    url: `http://localhost:${PORT}/api/health`,
    reuseExistingServer: false,
    timeout: 180_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
  },
});
