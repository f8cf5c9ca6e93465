import type { Picture } from '../recognition/recognizer';
import type { Content } from './drawing';
import { renderStrokes } from './render';
import type { Stroke } from './stroke';

/** The side of the picture that is recognised, whatever the screen and the theme. */
export const PICTURE_SIDE = 384;

const INK = '#000000';
const PAPER = '#ffffff';

/** What lies on the sheet, as it is read. */
export function pictureOfContent({ strokes, photo }: Content): Picture {
  return photo ? pictureOfPhoto(photo) : pictureOf(strokes);
}

/** The strokes as dark ink on opaque white paper. */
function pictureOf(strokes: readonly Stroke[]): Picture {
  return paintedPicture((context) => { renderStrokes(context, strokes, PICTURE_SIDE, INK); });
}

/** A square photograph, in colour. */
function pictureOfPhoto(photo: HTMLCanvasElement): Picture {
  return paintedPicture((context) => {
    context.imageSmoothingQuality = 'high';
    context.drawImage(photo, 0, 0, PICTURE_SIDE, PICTURE_SIDE);
  });
}

function paintedPicture(paint: (context: CanvasRenderingContext2D) => void): Picture {
  const canvas = document.createElement('canvas');
  canvas.width = PICTURE_SIDE;
  canvas.height = PICTURE_SIDE;
  // Read back at once, so kept off the graphics card; without alpha the PNG is a third smaller to decode.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('This browser has no 2D canvas.');
  context.fillStyle = PAPER;
  context.fillRect(0, 0, PICTURE_SIDE, PICTURE_SIDE);
  paint(context);
  return {
    pngDataUrl: () => canvas.toDataURL('image/png'),
    pixels: () => context.getImageData(0, 0, PICTURE_SIDE, PICTURE_SIDE),
    png: () => new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); }),
  };
}
