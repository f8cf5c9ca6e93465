import { describe, expect, it } from 'vitest';
import { greyOf } from './grey';

const grey = (...pixels: number[]) => [...greyOf(new Uint8ClampedArray(pixels))].map((level) => Math.round(level * 255));

describe('grey', () => {
  it('is black, white and what lies between', () => {
    expect(grey(0, 0, 0, 255, 255, 255, 255, 255, 160, 160, 160, 255)).toEqual([0, 255, 160]);
  });

  it('weighs the colours as an eye does', () => {
    expect(grey(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255)).toEqual([76, 150, 29, 255]);
  });

  it('is the one band that shows an ink as bright as the paper', () => {
    // Red on a blue of nearly the same luminance.
    expect(grey(200, 60, 60, 255, 40, 60, 250, 255)).toEqual([60, 250]);
  });

  it('is luminance where no band is clearly better', () => {
    expect(grey(20, 40, 200, 255, 255, 255, 255, 255)).toEqual([52, 255]);
  });
});
