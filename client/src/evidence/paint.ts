/** Cells along each side of an evidence map. */
export const CELLS = 7;

type Colour = readonly [red: number, green: number, blue: number];

export interface Colours {
  readonly speaksFor: Colour;
  readonly speaksAgainst: Colour;
}

const MOST_OPAQUE = 0.75;

/**
 * A map as pixels of red, green, blue and alpha: the stronger, the more opaque. All ten maps share
 * one scale, so that a weak case looks weak.
 *
 * @param maps ten maps of 7 rows of 7
 */
export function paint(maps: readonly number[], digit: number, colours: Colours): Uint8ClampedArray {
  const strongest = maps.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const area = CELLS * CELLS;
  return Uint8ClampedArray.from(maps.slice(digit * area, (digit + 1) * area).flatMap((value) => {
    const colour = value > 0 ? colours.speaksFor : colours.speaksAgainst;
    return [...colour, 255 * MOST_OPAQUE * Math.abs(value) / strongest];
  }));
}
