import type { Edges } from '../recognition/recognizer';
import { inkBounds, isOnSheet, type Box } from './bounds';
import type { Stroke } from './stroke';

/** A square part of the sheet, in shares of the sheet's side. It may reach beyond the sheet. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

export const WHOLE_SHEET: Part = { left: 0, top: 0, side: 1 };

/**
 * Paper on each side of the ink, as a share of the ink's longer side. It is known by lying around the ink:
 * with less, a block of scribbles is as broad as the model takes paper to be (`CLOSING` in ink.py).
 */
const MARGIN = 0.7;

/** Nothing smaller is enlarged: it is a dot. */
const SMALLEST_SIDE = 0.1;

/** The part with all ink that is on the sheet, in its middle. */
export function partAround(strokes: readonly Stroke[]): Part {
  const boxes = strokes.map(inkBounds).filter(isOnSheet);
  const edge = (name: keyof Box, outermost: (...edges: number[]) => number): number =>
    Math.min(1, Math.max(0, outermost(...boxes.map((box) => box[name]))));
  const left = edge('left', Math.min);
  const top = edge('top', Math.min);
  const right = edge('right', Math.max);
  const bottom = edge('bottom', Math.max);
  const side = Math.max(SMALLEST_SIDE, (1 + 2 * MARGIN) * Math.max(right - left, bottom - top));
  return { left: (left + right - side) / 2, top: (top + bottom - side) / 2, side };
}

/** From pixels of a picture of a part, whose side has so many, to shares of the sheet. */
export function onSheet({ left, top, side }: Part, pixels: number, edges: Edges): Edges {
  const pixel = side / pixels;
  return [left + edges[0] * pixel, top + edges[1] * pixel, left + edges[2] * pixel, top + edges[3] * pixel];
}
