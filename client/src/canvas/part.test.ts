import { describe, expect, it } from 'vitest';
import { onSheet, partAround, WHOLE_SHEET } from './part';
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
  it('has seven tenths of the longer side as paper on each side', () => {
    expectPart([lineOf(0.1, [0.25, 0.3], [0.25, 0.6])], 0.25 - 0.48, 0.45 - 0.48, 0.96);
  });

  it('holds all strokes', () => {
    expectPart([lineOf(0.1, [0.15, 0.15]), lineOf(0.1, [0.55, 0.35])], 0.35 - 0.6, 0.25 - 0.6, 1.2);
  });

  it('does not enlarge a dot', () => {
    expectPart([lineOf(0.01, [0.5, 0.5])], 0.45, 0.45, 0.1);
  });

  it('leaves out what lies beside the sheet', () => {
    const inside = lineOf(0.1, [0.45, 0.3], [0.45, 0.6]);
    expect(partAround([inside, lineOf(0.1, [1.5, 0.5])])).toEqual(partAround([inside]));
    expectPart([lineOf(0.2, [0.9, 0.5], [1.4, 0.5])], 0.9 - 0.24, 0.5 - 0.24, 0.48);
  });
});

describe('places in a picture of a part', () => {
  it('are places on the sheet', () => {
    expect(onSheet({ left: 0.5, top: -0.25, side: 0.5 }, 64, [0, 32, 64, 96])).toEqual([0.5, 0, 1, 0.5]);
  });

  it('are shares of the picture where it shows the whole sheet', () => {
    expect(onSheet(WHOLE_SHEET, 128, [0, 32, 64, 128])).toEqual([0, 0.25, 0.5, 1]);
  });
});
