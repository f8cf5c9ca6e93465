import { describe, expect, it } from 'vitest';
import { hasInkOnSheet, inkBounds } from './bounds';
import type { Stroke } from './stroke';

const one: Stroke = { points: [{ x: 0.5, y: 0.25 }, { x: 0.5, y: 0.75 }], width: 0.125 };
const besideTheSheet: Stroke = { points: [{ x: 1.5, y: 0.5 }], width: 0.125 };
const leaningIn: Stroke = { points: [{ x: 1.05, y: 0.5 }], width: 0.125 };

describe('the bounds of ink', () => {
  it('reach half the pen width beyond the points', () => {
    expect(inkBounds(one)).toEqual({ left: 0.4375, top: 0.1875, right: 0.5625, bottom: 0.8125 });
  });
});

describe('whether there is ink on the sheet', () => {
  it('is no without strokes', () => {
    expect(hasInkOnSheet([])).toBe(false);
  });

  it('is no when the only stroke lies beside the sheet', () => {
    expect(hasInkOnSheet([besideTheSheet])).toBe(false);
  });

  it('is yes when a thick pen beside the sheet leans onto it', () => {
    expect(hasInkOnSheet([leaningIn])).toBe(true);
  });

  it('is yes when any one stroke is on it', () => {
    expect(hasInkOnSheet([besideTheSheet, one])).toBe(true);
  });
});
