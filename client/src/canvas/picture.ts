import { RecognitionFailure, type Picture } from '../recognition/recognizer';
import type { Content } from './drawing';
import { onSheet, partAround, WHOLE_SHEET, type Part } from './part';
import { canvasesAreReadable } from './readable';
import { renderStrokes } from './render';

/** The side of the picture of strokes that is read: their ink has more pixels than the network sees. */
const PICTURE_SIDE = 64;

/** The side of the photograph that is read, whose ink is yet to be found. Larger ones are averaged to this first. */
const PHOTO_SIDE = 128;

/** The side of the picture that is kept, to be looked at. */
const KEPT_SIDE = 384;

const INK = '#000000';
const PAPER = '#ffffff';

/**
 * What lies on the sheet, as it is read, whatever the screen and the theme.
 * Throws a RecognitionFailure where the browser keeps it from the page.
 */
export function pictureOfContent(content: Content): Picture {
  if (!canvasesAreReadable()) throw new RecognitionFailure('hidden');
  const part = content.photo ? WHOLE_SHEET : partAround(content.strokes);
  const side = content.photo ? PHOTO_SIDE : PICTURE_SIDE;
  const { canvas, context } = painted(content, side, part);
  return {
    pngDataUrl: () => canvas.toDataURL('image/png'),
    pixels: () => context.getImageData(0, 0, side, side),
    onSheet: (edges) => onSheet(part, side, edges),
  };
}

/** What lies on the sheet, as it is kept: a PNG as a data address; null where the browser cannot make one, or keeps it from the page. */
export function keptPictureOf(content: Content): string | null {
  if (!canvasesAreReadable()) return null;
  const address = painted(content, KEPT_SIDE, WHOLE_SHEET).canvas.toDataURL('image/png');
  return address.startsWith('data:image/png') ? address : null;
}

interface Painted {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
}

/** A part of the sheet: a square photograph, in colour, or the strokes as dark ink on opaque white paper. */
function painted({ strokes, photo }: Content, side: number, part: Part): Painted {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  // Read back at once, so kept off the graphics card; without alpha the PNG is a third smaller to decode.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('This browser has no 2D canvas.');
  context.fillStyle = PAPER;
  context.fillRect(0, 0, side, side);
  const sheet = side / part.side;
  context.translate(-part.left * sheet, -part.top * sheet);
  if (photo) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(photo, 0, 0, sheet, sheet);
  } else {
    // Beside the sheet nobody sees any ink.
    context.rect(0, 0, sheet, sheet);
    context.clip();
    renderStrokes(context, strokes, sheet, INK);
  }
  return { canvas, context };
}
