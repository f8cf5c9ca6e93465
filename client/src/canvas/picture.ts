import type { Picture } from '../recognition/recognizer';
import type { Content } from './drawing';
import { renderStrokes } from './render';

/** The side of the picture that is read, whatever the screen and the theme. Larger ones are averaged to this first. */
export const PICTURE_SIDE = 128;

/** The side of the picture that is kept, to be looked at. */
const KEPT_SIDE = 384;

const INK = '#000000';
const PAPER = '#ffffff';

/** What lies on the sheet, as it is read. */
export function pictureOfContent(content: Content): Picture {
  const { canvas, context } = painted(content, PICTURE_SIDE);
  return {
    pngDataUrl: () => canvas.toDataURL('image/png'),
    pixels: () => context.getImageData(0, 0, PICTURE_SIDE, PICTURE_SIDE),
  };
}

/** A picture to be kept, as a PNG. */
export interface KeptPicture {
  /** Null where the browser cannot make one. */
  readonly png: () => Promise<Blob | null>;
  /** At once, while the page waits. */
  readonly pngDataUrl: () => string;
}

/** What lies on the sheet, as it is kept. */
export function keptPictureOf(content: Content): KeptPicture {
  const { canvas } = painted(content, KEPT_SIDE);
  return {
    png: () => new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); }),
    pngDataUrl: () => canvas.toDataURL('image/png'),
  };
}

interface Painted {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
}

/** A square photograph, in colour, or the strokes as dark ink on opaque white paper. */
function painted({ strokes, photo }: Content, side: number): Painted {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  // Read back at once, so kept off the graphics card; without alpha the PNG is a third smaller to decode.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('This browser has no 2D canvas.');
  context.fillStyle = PAPER;
  context.fillRect(0, 0, side, side);
  if (photo) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(photo, 0, 0, side, side);
  } else {
    renderStrokes(context, strokes, side, INK);
  }
  return { canvas, context };
}
