import { smoothCurves } from './smoothing';
import type { Stroke } from './stroke';

/** The few calls that drawing needs, so that a test can listen to them. */
export type Ink = Pick<
  CanvasRenderingContext2D,
  | 'arc' | 'beginPath' | 'bezierCurveTo' | 'fill' | 'moveTo' | 'stroke'
  | 'fillStyle' | 'strokeStyle' | 'lineCap' | 'lineJoin' | 'lineWidth'
>;

/** Draws strokes onto a square of `side` pixels, in one colour, on what is already there. */
export function renderStrokes(ink: Ink, strokes: readonly Stroke[], side: number, colour: string): void {
  ink.fillStyle = colour;
  ink.strokeStyle = colour;
  ink.lineCap = 'round';
  ink.lineJoin = 'round';
  for (const stroke of strokes) {
    if (stroke.points.length === 1) renderDot(ink, stroke, side);
    else renderLine(ink, stroke, side);
  }
}

function renderDot(ink: Ink, { points: [point], width }: Stroke, side: number): void {
  if (!point) return;
  ink.beginPath();
  ink.arc(point.x * side, point.y * side, (width * side) / 2, 0, 2 * Math.PI);
  ink.fill();
}

function renderLine(ink: Ink, { points, width }: Stroke, side: number): void {
  const [start] = points;
  if (!start) return;
  ink.lineWidth = width * side;
  ink.beginPath();
  ink.moveTo(start.x * side, start.y * side);
  for (const { control1, control2, end } of smoothCurves(points)) {
    ink.bezierCurveTo(
      control1.x * side, control1.y * side,
      control2.x * side, control2.y * side,
      end.x * side, end.y * side,
    );
  }
  ink.stroke();
}
