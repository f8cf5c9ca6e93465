import { test as base, type CDPSession, type Locator, type Page } from '@playwright/test';
import { fingerHand, mouseHand, type Hand } from './hand';

interface Options {
  /** Whether the page may fetch the engine, which takes a processor seconds that many tests have no use for. */
  readonly readsHere: boolean;
}

interface Tools extends Options {
  /** The browser's protocol, for what Playwright has no words for. */
  readonly session: CDPSession;
  /** A mouse on the desktop, a finger on the phone. */
  readonly hand: Hand;
  readonly reading: Locator;
}

export const test = base.extend<Tools>({
  readsHere: [true, { option: true }],
  page: async ({ page, readsHere }, use) => {
    // It goes on waiting, as with a slow network.
    if (!readsHere) await page.route('**/*.wasm', () => undefined);
    await use(page);
  },
  session: async ({ page }, use) => {
    await use(await page.context().newCDPSession(page));
  },
  hand: async ({ page, session, hasTouch }, use) => {
    await use(hasTouch ? fingerHand(page, session) : mouseHand(page));
  },
  reading: async ({ page }, use) => {
    await use(page.getByTestId('reading'));
  },
});

export { expect } from '@playwright/test';

export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

/** How many of the sheet's pixels carry ink. */
export function inkPixels(page: Page): Promise<number> {
  return page.getByTestId('canvas').evaluate(async (canvas) => {
    // The sheet is painted once a frame.
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error('not a canvas');
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return pixels.filter((value, index) => index % 4 === 3 && value > 127).length;
  });
}

/** Has drawings read in one place only, as the page's own choice offers it. */
export async function readOnly(page: Page, place: 'The server only' | 'This device only'): Promise<void> {
  await page.getByTestId('place').click();
  await page.getByRole('radio', { name: place }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
}
