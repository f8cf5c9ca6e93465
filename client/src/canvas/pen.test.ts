import { describe, expect, it } from 'vitest';
import { clampPen, DEFAULT_PEN, penAt, PENS, penWidth } from './pen';

describe('the pens', () => {
  it('go from a hairline of 2 to a felt tip of 40 in a sheet of 384', () => {
    expect(penWidth(0) * 384).toBeCloseTo(2);
    expect(penWidth(PENS.length - 1) * 384).toBeCloseTo(40);
  });

  it('start with one of 20', () => {
    expect(penAt(DEFAULT_PEN).pixels).toBe(20);
  });

  it('grow from each to the next', () => {
    const widths = PENS.map(({ pixels }) => pixels);
    expect(widths).toEqual([...widths].sort((one, other) => one - other));
    expect(new Set(widths).size).toBe(PENS.length);
  });

  it('end where the list ends', () => {
    expect(clampPen(-1)).toBe(0);
    expect(clampPen(99)).toBe(PENS.length - 1);
  });
});
