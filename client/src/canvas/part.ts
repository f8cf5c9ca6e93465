import { inkBounds, isOnSheet, type Box } from './bounds';
import type { Stroke } from './stroke';

/** A square part of the sheet, in shares of the sheet's side. It may reach beyond the sheet. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

export const WHOLE_SHEET: Part = { left: 0, top: 0, side: 1 };

/** Paper on each side of the ink, as a share of the ink's longer side: paper is known by lying around it. */
const MARGIN = 0.3;

/** Nothing smaller is enlarged: it is a dot. */
const SMALLEST_SIDE = 0.1;

/** The part with all ink that is on the sheet, in its middle. There is to be some. */
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
