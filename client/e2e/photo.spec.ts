import type { Page } from '@playwright/test';
import { DIGITS, type Line } from './handwriting';
import { button, expect, readOnly, test } from './test';

interface Scene {
  readonly lines: readonly Line[];
  readonly paper: string;
  readonly ink: string;
  /** Colour of the paper's squares, which lie a little aslant. */
  readonly squares?: string;
  /** Colour of the table, which is to be seen on the left. */
  readonly table?: string;
  /** Colour of the table that the paper, a little turned, lies on. */
  readonly around?: string;
  /** Quarters of a turn, counter-clockwise: what lies the camera turns upright again, by its EXIF. */
  readonly lying?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** A photograph of a digit on paper that the light falls on from one side. */
async function photograph(page: Page, scene: Scene): Promise<Buffer> {
  const address = await page.evaluate(({ lines, paper, ink, squares, table, around, lying = false, width = 900, height = 1200 }) => {
    const canvas = document.createElement('canvas');
    canvas.width = lying ? height : width;
    canvas.height = lying ? width : height;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    if (lying) {
      context.translate(0, width);
      context.rotate(-Math.PI / 2);
    }
    context.fillStyle = around ?? paper;
    context.fillRect(0, 0, width, height);
    if (around) {
      context.save();
      context.translate(width / 2, height / 2);
      context.rotate(0.09);
      context.fillStyle = paper;
      context.fillRect(-0.42 * width, -0.4 * width, 0.82 * width, 0.84 * width);
      context.restore();
    }
    if (squares) {
      context.strokeStyle = squares;
      context.lineWidth = width / 200;
      context.beginPath();
      for (let at = -height; at < 2 * height; at += width / 4.3) {
        context.moveTo(0, at);
        context.lineTo(width, at + width / 25);
        context.moveTo(at, 0);
        context.lineTo(at - height / 25, height);
      }
      context.stroke();
    }
    if (table) {
      context.fillStyle = table;
      context.fillRect(0, 0, width / 14, height);
    }
    context.strokeStyle = ink;
    context.lineWidth = width / 40;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    for (const line of lines) {
      context.beginPath();
      for (const [x, y] of line) context.lineTo(width * (0.2 + 0.6 * x), height / 2 + width * 0.6 * (y - 0.5));
      context.stroke();
    }
    const shade = context.createLinearGradient(0, 0, width, height);
    shade.addColorStop(0, 'rgb(0 0 0 / 0)');
    shade.addColorStop(1, 'rgb(0 0 0 / 0.35)');
    context.fillStyle = shade;
    context.fillRect(0, 0, width, height);
    return canvas.toDataURL('image/jpeg', 0.85);
  }, scene);
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
}

/** An EXIF block that says that the camera was turned by a quarter, right after the start of the JPEG. */
function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  const tiff = Buffer.from([
    ...Buffer.from('Exif\0\0'), ...Buffer.from('MM'), 0, 42, 0, 0, 0, 8, 0, 1,
    0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
  ]);
  const head = Buffer.from([0xff, 0xe1, 0, tiff.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, tiff, jpeg.subarray(2)]);
}

async function choose(page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> {
  await button(page, 'Photo').click();
  await page.getByLabel('Choose a picture').setInputFiles({ name, mimeType, buffer });
}

const lines = (digit: number): readonly Line[] => DIGITS[digit] ?? [];

test.beforeEach(({ page }) => page.goto('/'));

for (const place of ['The server only', 'This device only'] as const) {
  test(`reads a photograph of pen on coloured paper: ${place.toLowerCase()}`, async ({ page, reading }) => {
    await readOnly(page, place);
    const photo = await photograph(page, { lines: lines(4), paper: '#efe3b0', ink: '#233a8c' });
    await choose(page, 'four.jpg', 'image/jpeg', photo);
    await button(page, 'Read it').click();
    await expect(reading).toHaveText('4');
    await button(page, 'Undo').click();
    await expect(reading).toHaveText('');
    await button(page, 'Redo').click();
    await expect(reading).toHaveText('4');
    await button(page, 'Clear').click();
    await expect(reading).toHaveText('');
  });

  test(`reads a photograph of pen on squared paper, on a dark table: ${place.toLowerCase()}`, async ({ page, reading }) => {
    await readOnly(page, place);
    const scene = { lines: lines(3), paper: '#f2f0ea', ink: '#2c2c34', squares: '#93a4b4', table: '#5b4636' };
    const photo = await photograph(page, scene);
    await choose(page, 'three.jpg', 'image/jpeg', photo);
    await button(page, 'Read it').click();
    await expect(reading).toHaveText('3');
  });

  test(`reads a photograph of paper that lies on a table: ${place.toLowerCase()}`, async ({ page, reading }) => {
    await readOnly(page, place);
    const photo = await photograph(page, { lines: lines(8), paper: '#f4f1ea', ink: '#22304a', around: '#6b4a33' });
    await choose(page, 'eight.jpg', 'image/jpeg', photo);
    await button(page, 'Read it').click();
    await expect(reading).toHaveText('8');
  });
}

test('holds a photograph upright as its EXIF says', async ({ page, reading }) => {
  // As a browser that does not know by name what it does by itself.
  await page.evaluate(() => {
    const ready = window.createImageBitmap.bind(window);
    window.createImageBitmap = async (file: ImageBitmapSource, ...options: unknown[]) => {
      if (options.length > 0) throw new TypeError('not an ImageOrientation');
      return ready(file);
    };
  });
  const lying = await photograph(page, { lines: lines(2), paper: '#ffffff', ink: '#222222', lying: true });
  await choose(page, 'two.jpg', 'image/jpeg', withOrientation(lying, 6));
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('2');
});

test('turns a photograph by hand', async ({ page, reading }) => {
  const lying = await photograph(page, { lines: lines(5), paper: '#ffffff', ink: '#222222', lying: true });
  await choose(page, 'five.jpg', 'image/jpeg', lying);
  await button(page, 'Turn').click();
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('5');
});

test('reads nothing of a photograph that is still being turned', async ({ page, reading }) => {
  const lying = await photograph(page, { lines: lines(5), paper: '#ffffff', ink: '#222222', lying: true });
  await choose(page, 'five.jpg', 'image/jpeg', lying);
  await expect(button(page, 'Read it')).toBeEnabled();
  const goOn = await page.evaluateHandle(() => {
    const canvas = HTMLCanvasElement.prototype;
    const toBlob = Object.getOwnPropertyDescriptor(canvas, 'toBlob') ?? {};
    const held: (() => void)[] = [];
    canvas.toBlob = function (...its) { held.push(() => { this.toBlob(...its); }); };
    return () => {
      Object.defineProperty(canvas, 'toBlob', toBlob);
      for (const turning of held) turning();
    };
  });
  await button(page, 'Turn').click();
  await expect(button(page, 'Read it')).toBeDisabled();
  await goOn.evaluate((turn) => { turn(); });
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('5');
});

async function handThreeOver(page: Page, how: 'paste' | 'drop'): Promise<void> {
  const photo = await photograph(page, { lines: lines(3), paper: '#dddddd', ink: '#333333', width: 400, height: 400 });
  // Before it shows its sheet, the page does not listen.
  await expect(page.getByTestId('canvas')).toBeVisible();
  await page.evaluate(([base64, by]) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], 'three.jpg', { type: 'image/jpeg' }));
    const event = by === 'drop' ? new DragEvent(by, { dataTransfer: data, cancelable: true })
      : new ClipboardEvent(by, { clipboardData: data, cancelable: true });
    window.dispatchEvent(event);
  }, [photo.toString('base64'), how] as const);
}

test('reads a picture that is dropped', async ({ page, reading, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await handThreeOver(page, 'drop');
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('3');
});

test('reads what the frame holds alone, once it has been zoomed', async ({ page, reading }) => {
  // A four in the middle third, and a seven beside it.
  const small = (digit: number, left: number) => lines(digit).map((line) => line.map(([x, y]) => [left + 0.2 * x, 0.4 + 0.2 * y] as const));
  const both = [...small(4, 0.4), ...small(7, 0.85)];
  await choose(page, 'both.jpg', 'image/jpeg', await photograph(page, { lines: both, paper: '#ffffff', ink: '#222222' }));
  await page.getByRole('slider', { name: 'Zoom' }).fill('3');
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('4');
});

test('reads a picture that is pasted', async ({ page, reading }) => {
  await handThreeOver(page, 'paste');
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('3');
});

test('reads a picture that is pasted while another dialog is open', async ({ page, reading }) => {
  await button(page, 'Last drawings').click();
  await handThreeOver(page, 'paste');
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('3');
});

test('stays where it is when a picture of another page is dropped, and says why', async ({ page, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  // As Firefox hands it over: the address alone.
  const stays = await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/uri-list', 'https://example.org/seven.png');
    return !window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  });
  expect(stays).toBe(true);
  await expect(page.getByText('Pictures of other pages cannot be fetched from here.')).toBeVisible();
  await expect(page.getByLabel('Choose a picture')).toBeVisible();
});

test('says in a sentence that a file is no picture that can be opened', async ({ page }) => {
  await choose(page, 'IMG_0001.HEIC', 'image/heic', Buffer.from('\0\0\0\x18ftypheic'));
  await expect(page.getByText('This picture cannot be opened here.')).toBeVisible();
  await expect(page.getByLabel('Choose a picture')).toBeVisible();
});

test('shows the button that takes the picture while the camera is waited for', async ({ page }) => {
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
  });
  await button(page, 'Photo').click();
  await button(page, 'Use the camera').click();
  await expect(button(page, 'Take the picture')).not.toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
});

test('says in a sentence that the camera may not be used', async ({ page }) => {
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await button(page, 'Photo').click();
  await button(page, 'Use the camera').click();
  await expect(page.getByText('The camera may not be used.')).toBeVisible();
});

test.describe('with a camera', () => {
  test.use({ permissions: ['camera'] });

  test('takes a picture, and lets the camera go', async ({ page }) => {
    // The browser's own, which shows a test picture: no machine that tests has a real one.
    await page.evaluate(() => {
      const ready = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ready(wanted);
        Object.assign(window, { stream });
        return stream;
      };
    });
    await button(page, 'Photo').click();
    await button(page, 'Use the camera').click();
    await expect(page.getByText('One digit, large, in the frame')).toBeVisible();
    await button(page, 'Take the picture').click();
    await expect(button(page, 'Read it')).toBeVisible();
    const states = await page.evaluate(() => (window as unknown as { stream: MediaStream }).stream.getTracks().map((track) => track.readyState));
    expect(states).toEqual(['ended']);
  });
});

test('reads light ink on nothing, as a picture with a transparent ground has it', async ({ page, reading, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  const address = await page.evaluate((drawn) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 600;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no canvas');
    context.strokeStyle = '#ffffff';
    context.lineWidth = 24;
    context.lineCap = 'round';
    for (const line of drawn) {
      context.beginPath();
      for (const [x, y] of line) context.lineTo(100 + 400 * x, 100 + 400 * y);
      context.stroke();
    }
    return canvas.toDataURL('image/png');
  }, lines(4));
  await choose(page, 'white.png', 'image/png', Buffer.from(address.slice(address.indexOf(',') + 1), 'base64'));
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('4');
});

test('says so where nothing is found in a photograph', async ({ page, reading }) => {
  await choose(page, 'paper.jpg', 'image/jpeg', await photograph(page, { lines: [], paper: '#eee', ink: '#000' }));
  await button(page, 'Read it').click();
  await expect(page.getByText('Nothing was found')).toBeVisible();
  await expect(reading).toHaveText('');
});

test('the picture that was chosen last is the one, however long another takes', async ({ page, reading, hasTouch }) => {
  test.skip(hasTouch, 'The screen has no part in it.');
  await page.evaluate(() => {
    const ready = window.createImageBitmap.bind(window);
    let slow = true;
    window.createImageBitmap = async (file: ImageBitmapSource) => {
      const late = slow;
      slow = false;
      const bitmap = await ready(file);
      if (late) await new Promise((resolve) => { addEventListener('late', resolve); });
      return bitmap;
    };
  });
  const [first, second] = [await photograph(page, { lines: lines(4), paper: '#fff', ink: '#000' }),
    await photograph(page, { lines: lines(7), paper: '#fff', ink: '#000' })];
  await choose(page, 'four.jpg', 'image/jpeg', first);
  await expect(page.getByText('One moment …')).toBeVisible();
  await button(page, 'Another picture').click();
  await page.getByLabel('Choose a picture').setInputFiles({ name: 'seven.jpg', mimeType: 'image/jpeg', buffer: second });
  await expect(button(page, 'Read it')).toBeEnabled();
  await page.evaluate(() => { dispatchEvent(new Event('late')); });
  await button(page, 'Read it').click();
  await expect(reading).toHaveText('7');
});
