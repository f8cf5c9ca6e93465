import { describe, expect, it } from 'vitest';
import { partAround } from './part';
import type { Stroke } from './stroke';

const lineOf = (width: number, ...points: [x: number, y: number][]): Stroke => ({
  points: points.map(([x, y]) => ({ x, y })), width,
});

function expectPart(strokes: readonly Stroke[], left: number, top: number, side: number): void {
  const part = partAround(strokes);
  expect(part.left).toBeCloseTo(left);
  expect(part.top).toBeCloseTo(top);
  expect(part.side).toBeCloseTo(side);
}

describe('the part of the sheet around the ink', () => {
  it('has three tenths of the longer side as paper on each side', () => {
    expectPart([lineOf(0.1, [0.25, 0.3], [0.25, 0.6])], 0.25 - 0.32, 0.45 - 0.32, 0.64);
  });

  it('holds all strokes', () => {
    expectPart([lineOf(0.1, [0.15, 0.15]), lineOf(0.1, [0.55, 0.35])], 0.35 - 0.4, 0.25 - 0.4, 0.8);
  });

  it('does not enlarge a dot', () => {
    expectPart([lineOf(0.01, [0.5, 0.5])], 0.45, 0.45, 0.1);
  });

  it('leaves out what lies beside the sheet', () => {
    const inside = lineOf(0.1, [0.45, 0.3], [0.45, 0.6]);
    expect(partAround([inside, lineOf(0.1, [1.5, 0.5])])).toEqual(partAround([inside]));
    expectPart([lineOf(0.2, [0.9, 0.5], [1.4, 0.5])], 0.9 - 0.16, 0.5 - 0.16, 0.32);
  });
});
