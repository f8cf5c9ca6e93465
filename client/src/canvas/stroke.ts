/** A place on the sheet: 0..1 from left to right and from top to bottom; beyond that it is off the sheet. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One line of the pen. `width` is a fraction of the sheet's side. */
export interface Stroke {
  readonly points: readonly Point[];
  readonly width: number;
}

/**
 * Nearer than this, about two pixels of a 384 pixel picture, two points say
 * more about the mouse's pixel grid than about the hand.
 */
export const CLOSEST_POINTS = 0.005;

export function distance(from: Point, to: Point): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

/**
 * The stroke led on to `points`. The newest point is always kept, so the line
 * ends under the pen; one that lies too near its predecessor is replaced by it.
 */
export function extendStroke(stroke: Stroke, points: readonly Point[]): Stroke {
  const extended = [...stroke.points];
  for (const point of points) appendPoint(extended, point);
  return { ...stroke, points: extended };
}

function appendPoint(points: Point[], point: Point): void {
  const last = points.at(-1);
  const beforeLast = points.at(-2);
  if (last && distance(last, point) === 0) return;
  if (last && beforeLast && distance(beforeLast, last) < CLOSEST_POINTS) points.pop();
  points.push(point);
}
