import { describe, expect, it } from 'vitest';
import { smoothCurves, type Curve } from './smoothing';
import type { Point } from './stroke';

const straightLine = [{ x: 0, y: 0.5 }, { x: 0.1, y: 0.5 }, { x: 0.9, y: 0.5 }];
const seven = [{ x: 0.2, y: 0.2 }, { x: 0.8, y: 0.2 }, { x: 0.4, y: 0.9 }];
const octagon = Array.from({ length: 9 }, (_, index) => {
  const angle = (index * Math.PI) / 4;
  return { x: Math.cos(angle), y: Math.sin(angle) };
});

function middleOf(start: Point, { control1, control2, end }: Curve): Point {
  return {
    x: (start.x + 3 * control1.x + 3 * control2.x + end.x) / 8,
    y: (start.y + 3 * control1.y + 3 * control2.y + end.y) / 8,
  };
}

describe('smoothing a line', () => {
  it('runs through every point', () => {
    expect(smoothCurves(seven).map(({ end }) => end)).toEqual(seven.slice(1));
  });

  it('leaves a straight line straight', () => {
    const curves = smoothCurves(straightLine);
    expect(curves).toHaveLength(2);
    for (const { control1, control2 } of curves) {
      expect(control1.y).toBeCloseTo(0.5);
      expect(control2.y).toBeCloseTo(0.5);
    }
  });

  it('does not overshoot where a short piece meets a long one', () => {
    const [short] = smoothCurves(straightLine);
    expect(short?.control2.x).toBeGreaterThan(0);
    expect(short?.control2.x).toBeLessThan(0.1);
  });

  it('keeps the corner of a seven sharp', () => {
    const [bar, leg] = smoothCurves(seven);
    expect(bar?.control2).toEqual({ x: 0.8, y: 0.2 });
    expect(leg?.control1).toEqual({ x: 0.8, y: 0.2 });
  });

  it('makes a round nought of eight points', () => {
    const curves = smoothCurves(octagon);
    const inner = curves.slice(1, -1).map((curve, index) => middleOf(octagon[index + 1] ?? curve.end, curve));
    for (const { x, y } of inner) expect(Math.hypot(x, y)).toBeCloseTo(1, 1);
    expect(inner).toHaveLength(6);
    const straightMiddle = Math.cos(Math.PI / 8);
    for (const { x, y } of inner) expect(Math.hypot(x, y)).toBeGreaterThan(straightMiddle + 0.04);
  });

  it('has no curve for a single point', () => {
    expect(smoothCurves([{ x: 0.5, y: 0.5 }])).toEqual([]);
  });

  it('stays finite when two points coincide', () => {
    const curves = smoothCurves([{ x: 0.1, y: 0.1 }, { x: 0.1, y: 0.1 }, { x: 0.2, y: 0.1 }]);
    expect(curves).toHaveLength(2);
    for (const { control1, control2 } of curves) {
      expect([control1.x, control1.y, control2.x, control2.y].every(Number.isFinite)).toBe(true);
    }
  });
});
