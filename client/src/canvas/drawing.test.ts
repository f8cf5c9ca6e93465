import { describe, expect, it } from 'vitest';
import { canClear, canRedo, canUndo, drawingReducer, EMPTY_DRAWING, shown, type Drawing, type DrawingAction } from './drawing';

const down = (x: number): DrawingAction => ({ type: 'begin', point: { x, y: 0.5 }, width: 0.05 });
const move = (x: number): DrawingAction => ({ type: 'extend', points: [{ x, y: 0.5 }] });
const up: DrawingAction = { type: 'finish' };
const undo: DrawingAction = { type: 'undo' };
const redo: DrawingAction = { type: 'redo' };
const clear: DrawingAction = { type: 'clear' };

function draw(...actions: readonly DrawingAction[]): Drawing {
  return actions.reduce(drawingReducer, EMPTY_DRAWING);
}

/** Where each stroke begins and ends, which is enough to tell them apart. */
function ends(drawing: Drawing): number[][] {
  return shown(drawing).strokes.map(({ points }) => [points[0]?.x ?? NaN, points.at(-1)?.x ?? NaN]);
}

const twoStrokes = [down(0.1), move(0.2), up, down(0.5), move(0.6), up];

describe('drawing', () => {
  it('shows a stroke while the pen is still down', () => {
    expect(ends(draw(down(0.1), move(0.4)))).toEqual([[0.1, 0.4]]);
  });

  it('makes a dot of a tap', () => {
    expect(ends(draw(down(0.3), up))).toEqual([[0.3, 0.3]]);
  });

  it('keeps strokes in the order they were drawn', () => {
    expect(ends(draw(...twoStrokes))).toEqual([[0.1, 0.2], [0.5, 0.6]]);
  });

  it('does nothing when a pen moves that is not down', () => {
    expect(draw(move(0.4))).toBe(EMPTY_DRAWING);
  });

  it('forgets an abandoned stroke and leaves the others', () => {
    expect(ends(draw(down(0.1), up, down(0.5), move(0.9), { type: 'abandon' }))).toEqual([[0.1, 0.1]]);
  });
});

describe('undo and redo', () => {
  it('takes strokes back one by one', () => {
    expect(ends(draw(...twoStrokes, undo))).toEqual([[0.1, 0.2]]);
    expect(ends(draw(...twoStrokes, undo, undo))).toEqual([]);
  });

  it('brings them again in the same order', () => {
    expect(ends(draw(...twoStrokes, undo, undo, redo))).toEqual([[0.1, 0.2]]);
    expect(ends(draw(...twoStrokes, undo, undo, redo, redo))).toEqual([[0.1, 0.2], [0.5, 0.6]]);
  });

  it('does nothing at either end', () => {
    expect(draw(undo)).toBe(EMPTY_DRAWING);
    const drawing = draw(...twoStrokes);
    expect(drawingReducer(drawing, redo)).toBe(drawing);
  });

  it('has nothing to redo after a new stroke', () => {
    const drawing = draw(...twoStrokes, undo, down(0.8), up);
    expect(canRedo(drawing)).toBe(false);
    expect(ends(drawing)).toEqual([[0.1, 0.2], [0.8, 0.8]]);
  });

  it('takes back the stroke under the pen, and what the pen does after that is lost', () => {
    expect(ends(draw(down(0.1), up, down(0.5), undo, move(0.9), up))).toEqual([[0.1, 0.1]]);
  });

  it('does not redo under a pen that is down', () => {
    expect(ends(draw(...twoStrokes, undo, down(0.8), redo))).toEqual([[0.1, 0.2], [0.8, 0.8]]);
  });
});

describe('clear', () => {
  it('empties the sheet', () => {
    expect(ends(draw(...twoStrokes, clear))).toEqual([]);
  });

  it('can be undone, with the stroke that was under the pen', () => {
    expect(ends(draw(down(0.1), up, down(0.5), move(0.6), clear, undo))).toEqual([[0.1, 0.1], [0.5, 0.6]]);
  });

  it('is not a step of its own on an empty sheet', () => {
    expect(draw(clear)).toBe(EMPTY_DRAWING);
  });
});

describe('what can be done', () => {
  it('is nothing on a fresh sheet', () => {
    expect([canUndo, canRedo, canClear].map((can) => can(EMPTY_DRAWING))).toEqual([false, false, false]);
  });

  it('is undo and clear from the moment the pen touches', () => {
    expect([canUndo, canRedo, canClear].map((can) => can(draw(down(0.1))))).toEqual([true, false, true]);
  });

  it('is undo alone after a clear', () => {
    expect([canUndo, canRedo, canClear].map((can) => can(draw(...twoStrokes, clear)))).toEqual([true, false, false]);
  });
});

describe('a photograph', () => {
  const photo = document.createElement('canvas');
  const lay: DrawingAction = { type: 'lay', photo };

  it('takes the place of what was drawn, which comes back by undo', () => {
    const drawing = draw(...twoStrokes, lay);
    expect(shown(drawing)).toEqual({ strokes: [], photo });
    expect(ends(drawingReducer(drawing, undo))).toEqual([[0.1, 0.2], [0.5, 0.6]]);
    expect(shown(draw(...twoStrokes, lay, undo, redo)).photo).toBe(photo);
  });

  it('gives way to the pen, and comes back by undo', () => {
    const drawing = draw(lay, down(0.3), up);
    expect(shown(drawing).photo).toBeNull();
    expect(ends(drawing)).toEqual([[0.3, 0.3]]);
    expect(shown(drawingReducer(drawing, undo)).photo).toBe(photo);
  });

  it('can be cleared away', () => {
    expect(canClear(draw(lay))).toBe(true);
    expect(shown(draw(lay, clear))).toEqual({ strokes: [], photo: null });
  });
});
