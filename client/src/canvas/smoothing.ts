import { distance, type Point } from './stroke';

/** A cubic Bézier curve that begins where the one before it ended. */
export interface Curve {
  readonly control1: Point;
  readonly control2: Point;
  readonly end: Point;
}

const NO_DIRECTION: Point = { x: 0, y: 0 };

/** A sharper turn than this (60°) is meant as a corner, as in a 7, and stays one. */
const CORNER_COSINE = 0.5;

/**
 * Curves that run through every point. A handle is a third of its own segment
 * long, so a line cannot overshoot however unevenly the points lie.
 */
export function smoothCurves(points: readonly Point[]): Curve[] {
  return points.slice(1).map((end, index) => {
    const start = points[index] ?? end;
    const handle = distance(start, end) / 3;
    return {
      control1: along(start, directionAt(points, index), handle),
      control2: along(end, directionAt(points, index + 1), -handle),
      end,
    };
  });
}

/** The unit direction of the line at a point; none at its ends and corners. */
function directionAt(points: readonly Point[], index: number): Point {
  const before = points[index - 1];
  const here = points[index];
  const after = points[index + 1];
  if (!before || !here || !after) return NO_DIRECTION;
  const incoming = unit(before, here);
  const outgoing = unit(here, after);
  if (incoming.x * outgoing.x + incoming.y * outgoing.y < CORNER_COSINE) return NO_DIRECTION;
  // The nearer neighbour knows more about the direction here.
  return unit(NO_DIRECTION, blend(incoming, distance(here, after), outgoing, distance(before, here)));
}

function blend(first: Point, firstWeight: number, second: Point, secondWeight: number): Point {
  return {
    x: first.x * firstWeight + second.x * secondWeight,
    y: first.y * firstWeight + second.y * secondWeight,
  };
}

function unit(from: Point, to: Point): Point {
  const length = distance(from, to);
  if (length === 0) return NO_DIRECTION;
  return { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
}

function along(from: Point, direction: Point, length: number): Point {
  return { x: from.x + direction.x * length, y: from.y + direction.y * length };
}
