/** A place on the sheet, 0..1 from left to right and from top to bottom. */
export type Place = readonly [x: number, y: number];
export type Line = readonly Place[];

const STEPS_PER_CURVE = 12;

/** Part of an ellipse. Angles in degrees, clockwise from the right, as y goes down. */
function arc([x, y]: Place, [width, height]: Place, from: number, to: number): Line {
  return Array.from({ length: STEPS_PER_CURVE + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / STEPS_PER_CURVE) * Math.PI) / 180;
    return [x + (width / 2) * Math.cos(angle), y + (height / 2) * Math.sin(angle)] as const;
  });
}

/** Straight pieces, with places between their ends as a hand would leave them. */
function straight(...corners: readonly Place[]): Line {
  return corners.slice(1).flatMap(([toX, toY], index) => {
    const [fromX, fromY] = corners[index] ?? [toX, toY];
    return Array.from({ length: 7 }, (_, step) => {
      const share = step / 6;
      return [fromX + (toX - fromX) * share, fromY + (toY - fromY) * share] as const;
    });
  });
}

/** The ten digits as people write them: one line for each time the pen is down. */
export const DIGITS: readonly (readonly Line[])[] = [
  [[...arc([0.5, 0.5], [0.36, 0.6], -80, -270), ...arc([0.5, 0.5], [0.36, 0.6], -270, -445)]],
  [straight([0.53, 0.2], [0.48, 0.8])],
  [[...arc([0.49, 0.34], [0.32, 0.28], -170, 40), ...straight([0.6, 0.44], [0.32, 0.78], [0.7, 0.78])]],
  [[...arc([0.46, 0.35], [0.34, 0.28], -160, 85), ...arc([0.46, 0.64], [0.4, 0.3], -85, 160)]],
  [straight([0.42, 0.2], [0.3, 0.54], [0.7, 0.54]), straight([0.61, 0.22], [0.57, 0.82])],
  [[...straight([0.42, 0.22], [0.39, 0.46]), ...arc([0.46, 0.62], [0.38, 0.34], -110, 150)], straight([0.42, 0.22], [0.68, 0.21])],
  [[...arc([0.62, 0.55], [0.5, 0.74], -100, -180), ...arc([0.5, 0.64], [0.27, 0.3], 180, -180)]],
  [straight([0.3, 0.23], [0.7, 0.22], [0.45, 0.8])],
  [[
    ...arc([0.5, 0.35], [0.28, 0.27], -30, -270),
    ...arc([0.5, 0.64], [0.34, 0.31], -90, 270),
    ...arc([0.5, 0.35], [0.28, 0.27], 90, -30),
  ]],
  [[...arc([0.48, 0.36], [0.3, 0.3], -10, -360), ...straight([0.63, 0.36], [0.58, 0.82])]],
];

/** The lines of a digit. */
export function writing(digit: number): readonly Line[] {
  const lines = DIGITS[digit];
  if (!lines) throw new Error(`No one writes a ${digit} here.`);
  return lines;
}
