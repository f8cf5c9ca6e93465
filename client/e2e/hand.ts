import type { CDPSession, Page } from '@playwright/test';
import type { Line, Place } from './handwriting';

/** What touches the sheet. Places are fractions of the sheet; beyond 0..1 they lie outside it. */
export interface Hand {
  readonly down: (place: Place) => Promise<void>;
  readonly move: (place: Place) => Promise<void>;
  readonly up: () => Promise<void>;
}

export async function draw(hand: Hand, lines: readonly Line[]): Promise<void> {
  for (const [start, ...others] of lines) {
    if (!start) continue;
    await hand.down(start);
    for (const place of others) await hand.move(place);
    await hand.up();
  }
}

export function mouseHand(page: Page): Hand {
  const surface = new Surface(page);
  const move = async (place: Place): Promise<void> => {
    const { x, y } = surface.locate(place);
    await page.mouse.move(x, y);
  };
  return {
    move,
    down: async (place) => {
      await surface.measure();
      await move(place);
      await page.mouse.down();
    },
    up: () => page.mouse.up(),
  };
}

/** A finger, through the browser's own protocol: what arrives are true touch pointers. */
export function fingerHand(page: Page, session: CDPSession): Hand {
  const surface = new Surface(page);
  const touch = async (type: 'touchStart' | 'touchMove', place: Place): Promise<void> => {
    await session.send('Input.dispatchTouchEvent', { type, touchPoints: [{ ...surface.locate(place), id: 0 }] });
  };
  return {
    down: async (place) => {
      await surface.measure();
      await touch('touchStart', place);
    },
    move: (place) => touch('touchMove', place),
    up: async () => {
      await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    },
  };
}

/** Where places on the sheet lie in the window; measured once a stroke, as asking takes longer than moving. */
export class Surface {
  #box = { x: 0, y: 0, width: 0, height: 0 };
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async measure(): Promise<void> {
    const box = await this.#page.getByTestId('canvas').boundingBox();
    if (!box) throw new Error('The sheet is not to be seen.');
    this.#box = box;
  }

  locate([x, y]: Place): { x: number; y: number } {
    return { x: this.#box.x + x * this.#box.width, y: this.#box.y + y * this.#box.height };
  }
}
