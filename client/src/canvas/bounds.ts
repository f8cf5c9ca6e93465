import type { Stroke } from './stroke';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The box around a stroke's ink, half the pen's width included. */
export function inkBounds({ points, width }: Stroke): Box {
  const reach = width / 2;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x - reach);
    box.top = Math.min(box.top, y - reach);
    box.right = Math.max(box.right, x + reach);
    box.bottom = Math.max(box.bottom, y + reach);
  }
  return box;
}

/** Whether any of a box lies on the sheet. */
export function isOnSheet(box: Box): boolean {
  return box.right > 0 && box.left < 1 && box.bottom > 0 && box.top < 1;
}

/** Whether any ink may lie on the sheet: strokes wholly beside it leave it empty. */
export function hasInkOnSheet(strokes: readonly Stroke[]): boolean {
  return strokes.map(inkBounds).some(isOnSheet);
}
