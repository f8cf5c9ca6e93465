/** How many times the luminance's contrast a single band must have to be taken in its place. */
const CLEARLY = 1.5;

/** A contrast, in levels of 255, that a blank sheet's noise may have in one band. */
const NOISE = 32;

/**
 * The band of opaque pixels in which what is drawn stands out: luminance (ITU-R BT.601, rounded to
 * 8 bits), or red, green or blue where the ink has nearly the luminance of the paper. It is what
 * the server's decoder does (server/model/grey.py).
 *
 * @param pixels red, green, blue and alpha, 0..255
 * @returns 0 = black, 1 = white
 */
export function greyOf(pixels: Uint8ClampedArray): Float32Array {
  const luminance = band(pixels, (red, green, blue) => (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
  const enough = Math.max(CLEARLY * contrast(luminance), NOISE);
  if (enough >= 255) return fractions(luminance);
  const bands = [
    band(pixels, (red) => red),
    band(pixels, (_, green) => green),
    band(pixels, (_red, _green, blue) => blue),
  ];
  const contrasts = bands.map(contrast);
  const clearest = Math.max(...contrasts);
  const chosen = clearest > enough ? bands[contrasts.indexOf(clearest)] : luminance;
  return fractions(chosen ?? luminance);
}

function band(pixels: Uint8ClampedArray, level: (red: number, green: number, blue: number) => number): Uint8Array {
  const levels = new Uint8Array(pixels.length / 4);
  for (let index = 0; index < levels.length; index++) {
    const at = 4 * index;
    levels[index] = level(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0);
  }
  return levels;
}

function contrast(levels: Uint8Array): number {
  let least = 255;
  let most = 0;
  for (const level of levels) {
    if (level < least) least = level;
    if (level > most) most = level;
  }
  return most - least;
}

function fractions(levels: Uint8Array): Float32Array {
  // A loop: with Float32Array.from and a function the whole reading takes twice as long.
  const found = new Float32Array(levels.length);
  for (let index = 0; index < levels.length; index++) found[index] = (levels[index] ?? 0) / 255;
  return found;
}
