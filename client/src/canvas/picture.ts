import type { Picture } from '../recognition/recognizer';
import { renderStrokes } from './render';
import type { Stroke } from './stroke';

/** The side of the picture that is recognised, whatever the screen and the theme. */
export const PICTURE_SIDE = 384;

const INK = '#000000';
const PAPER = '#ffffff';

/** The strokes as dark ink on opaque white paper. */
export function pictureOf(strokes: readonly Stroke[]): Picture {
  const canvas = document.createElement('canvas');
  canvas.width = PICTURE_SIDE;
  canvas.height = PICTURE_SIDE;
  // Read back at once, so kept off the graphics card; without alpha the PNG is a third smaller to decode.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('This browser has no 2D canvas.');
  context.fillStyle = PAPER;
  context.fillRect(0, 0, PICTURE_SIDE, PICTURE_SIDE);
  renderStrokes(context, strokes, PICTURE_SIDE, INK);
  return { pngDataUrl: () => canvas.toDataURL('image/png') };
}
