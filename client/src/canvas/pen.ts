/** The pens to choose from, thin to thick, in pixels of a sheet of 384. */
export const PENS = [
  { name: 'hairline', pixels: 2 },
  { name: 'fineliner', pixels: 5 },
  { name: 'ballpoint', pixels: 9 },
  { name: 'pencil', pixels: 14 },
  { name: 'fountainPen', pixels: 20 },
  { name: 'marker', pixels: 29 },
  { name: 'feltTip', pixels: 40 },
] as const;

export type Pen = (typeof PENS)[number];
export type PenName = Pen['name'];

const SHEET_PIXELS = 384;

export const DEFAULT_PEN = 4;

/** The pen at a place in the list; beyond its ends, the last one there. */
export function penAt(index: number): Pen {
  return PENS[clampPen(index)] ?? PENS[DEFAULT_PEN];
}

export function clampPen(index: number): number {
  return Math.min(Math.max(Math.round(index), 0), PENS.length - 1);
}

/** A pen's width as a fraction of the sheet's side. */
export function penWidth(index: number): number {
  return penAt(index).pixels / SHEET_PIXELS;
}
