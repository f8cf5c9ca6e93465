import { beforeEach, describe, expect, it } from 'vitest';
import { renderStrokes, type Ink } from './render';

type Call = readonly [name: string, ...numbers: number[]];

let calls: Call[];
let ink: Ink;

beforeEach(() => {
  calls = [];
  const note = (name: string) => (...numbers: unknown[]): void => {
    calls.push([name, ...numbers.filter((number) => typeof number === 'number')]);
  };
  ink = {
    arc: note('arc'), beginPath: note('beginPath'), bezierCurveTo: note('bezierCurveTo'), fill: note('fill'),
    moveTo: note('moveTo'), stroke: note('stroke'),
    fillStyle: '', strokeStyle: '', lineCap: 'butt', lineJoin: 'miter', lineWidth: 1,
  };
});

const named = (name: string): Call[] => calls.filter(([called]) => called === name);

describe('rendering', () => {
  it('makes a filled dot, as wide as the pen, of a single point', () => {
    renderStrokes(ink, [{ points: [{ x: 0.5, y: 0.25 }], width: 0.1 }], 200, 'black');
    expect(named('arc')).toEqual([['arc', 100, 50, 10, 0, 2 * Math.PI]]);
    expect(named('fill')).toHaveLength(1);
  });

  it('scales a line and its width to the side it is drawn at', () => {
    renderStrokes(ink, [{ points: [{ x: 0.5, y: 0 }, { x: 0.5, y: 1 }], width: 0.05 }], 400, 'black');
    expect(named('moveTo')).toEqual([['moveTo', 200, 0]]);
    expect(named('bezierCurveTo')[0]?.slice(-2)).toEqual([200, 400]);
    expect(ink.lineWidth).toBe(20);
  });

  it('gives lines round ends in the colour asked for', () => {
    renderStrokes(ink, [{ points: [{ x: 0, y: 0 }, { x: 1, y: 1 }], width: 0.05 }], 100, 'navy');
    expect([ink.lineCap, ink.lineJoin, ink.strokeStyle]).toEqual(['round', 'round', 'navy']);
  });

  it('draws each stroke as a path of its own', () => {
    const dash = { points: [{ x: 0, y: 0 }, { x: 0.1, y: 0 }], width: 0.05 };
    renderStrokes(ink, [dash, dash], 100, 'black');
    expect(named('beginPath')).toHaveLength(2);
    expect(named('stroke')).toHaveLength(2);
  });
});
