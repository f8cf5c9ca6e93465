/** Pixels along the side of what is looked at. */
const SIDE = 8;

/** Levels by which browsers that only blur their trace change a pixel, and more. */
const NOISE = 16;

let readable = false;

/**
 * Whether the browser gives away what is painted on a canvas. Some give noise or white in its place,
 * against fingerprinting, until the person allows the page more.
 */
export function canvasesAreReadable(): boolean {
  return readable ||= isReadable();
}

function isReadable(): boolean {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) return false;
  // Black above, white below: what is all white or all noise is neither.
  context.fillStyle = '#ffffff';
  context.fillRect(0, SIDE / 2, SIDE, SIDE / 2);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return data.every((level, index) => {
    const isWhite = index >= data.length / 2 || index % 4 === 3;
    return Math.abs(level - (isWhite ? 255 : 0)) <= NOISE;
  });
}
