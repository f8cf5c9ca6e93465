import { describe, expect, it } from 'vitest';
import { CLOSEST_POINTS, extendStroke, type Stroke } from './stroke';

const dot: Stroke = { points: [{ x: 0.5, y: 0.5 }], width: 0.05 };
const shortLine: Stroke = { points: [{ x: 0.5, y: 0.5 }, { x: 0.5 + CLOSEST_POINTS / 2, y: 0.5 }], width: 0.05 };

describe('extending a stroke', () => {
  it('keeps points that lie apart, in their order', () => {
    const line = extendStroke(dot, [{ x: 0.6, y: 0.5 }, { x: 0.7, y: 0.5 }]);
    expect(line.points.map(({ x }) => x)).toEqual([0.5, 0.6, 0.7]);
  });

  it('keeps the width of the pen it was begun with', () => {
    expect(extendStroke(dot, [{ x: 0.6, y: 0.5 }]).width).toBe(0.05);
  });

  it('replaces a point too near its predecessor by the next, so the line ends under the pen', () => {
    const line = extendStroke(shortLine, [{ x: 0.52, y: 0.5 }]);
    expect(line.points.map(({ x }) => x)).toEqual([0.5, 0.52]);
  });

  it('never gives up the place where the pen touched down', () => {
    const crawl = Array.from({ length: 50 }, (_, index) => ({ x: 0.5 + index * 0.001, y: 0.5 }));
    const line = extendStroke(dot, crawl);
    expect(line.points[0]).toEqual({ x: 0.5, y: 0.5 });
    expect(line.points.at(-1)).toEqual({ x: 0.549, y: 0.5 });
    expect(line.points.length).toBeLessThan(12);
  });

  it('stays a dot while the pen rests', () => {
    expect(extendStroke(dot, [{ x: 0.5, y: 0.5 }, { x: 0.5, y: 0.5 }]).points).toHaveLength(1);
  });

  it('goes on beyond the edge of the sheet', () => {
    expect(extendStroke(dot, [{ x: 1.4, y: -0.2 }]).points.at(-1)).toEqual({ x: 1.4, y: -0.2 });
  });

  it('leaves the stroke that it extends as it was', () => {
    extendStroke(shortLine, [{ x: 0.9, y: 0.9 }]);
    expect(shortLine.points).toHaveLength(2);
  });
});
