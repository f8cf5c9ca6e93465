import { describe, expect, it } from 'vitest';
import { paint } from './paint';

const colours = { speaksFor: [200, 0, 0], speaksAgainst: [0, 0, 200] } as const;
const maps = Array<number>(490).fill(0);
maps[3 * 49] = 8;
maps[3 * 49 + 1] = -4;
maps[5 * 49 + 48] = 2;

describe('evidence', () => {
  it('is painted in one colour where it speaks for a digit, in another where it speaks against it', () => {
    const pixels = paint(maps, 3, colours);
    expect(pixels).toHaveLength(4 * 49);
    expect([...pixels.slice(0, 3)]).toEqual([200, 0, 0]);
    expect([...pixels.slice(4, 7)]).toEqual([0, 0, 200]);
  });

  it('is the more opaque the stronger it is, on one scale for all digits', () => {
    const [strong, half] = [paint(maps, 3, colours)[3] ?? 0, paint(maps, 3, colours)[7] ?? 0];
    expect(half).toBeCloseTo(strong / 2, -0.5);
    expect(paint(maps, 5, colours).at(-1)).toBeCloseTo(strong / 4, -0.5);
  });

  it('is nothing where there is none', () => {
    expect(paint(Array<number>(490).fill(0), 1, colours).every((level, index) => index % 4 !== 3 || level === 0)).toBe(true);
  });
});
