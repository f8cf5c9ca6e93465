import { extendStroke, type Point, type Stroke } from './stroke';

/** What has been drawn, and the way back and forth. `live` is the stroke under the pen. */
export interface Drawing {
  readonly strokes: readonly Stroke[];
  readonly live: Stroke | null;
  readonly past: readonly (readonly Stroke[])[];
  readonly future: readonly (readonly Stroke[])[];
}

export type DrawingAction =
  | { readonly type: 'begin'; readonly point: Point; readonly width: number }
  | { readonly type: 'extend'; readonly points: readonly Point[] }
  | { readonly type: 'finish' | 'abandon' | 'undo' | 'redo' | 'clear' };

export const EMPTY_DRAWING: Drawing = { strokes: [], live: null, past: [], future: [] };

export function drawingReducer(drawing: Drawing, action: DrawingAction): Drawing {
  switch (action.type) {
    case 'begin':
      return { ...finish(drawing), live: { points: [action.point], width: action.width } };
    case 'extend':
      return drawing.live ? { ...drawing, live: extendStroke(drawing.live, action.points) } : drawing;
    case 'finish':
      return finish(drawing);
    case 'abandon':
      return drawing.live ? { ...drawing, live: null } : drawing;
    case 'undo':
      return undo(drawing);
    case 'redo':
      return redo(drawing);
    case 'clear':
      return canClear(drawing) ? change(finish(drawing), []) : drawing;
  }
}

/** Every stroke to be seen, the one under the pen last. */
export function allStrokes({ strokes, live }: Drawing): readonly Stroke[] {
  return live ? [...strokes, live] : strokes;
}

export const canUndo = ({ past, live }: Drawing): boolean => past.length > 0 || live !== null;
export const canRedo = ({ future }: Drawing): boolean => future.length > 0;
export const canClear = (drawing: Drawing): boolean => allStrokes(drawing).length > 0;

function change(drawing: Drawing, strokes: readonly Stroke[]): Drawing {
  return { strokes, live: null, past: [...drawing.past, drawing.strokes], future: [] };
}

function finish(drawing: Drawing): Drawing {
  return drawing.live ? change(drawing, [...drawing.strokes, drawing.live]) : drawing;
}

function undo(drawing: Drawing): Drawing {
  const { strokes, past, future } = finish(drawing);
  const previous = past.at(-1);
  if (!previous) return drawing;
  return { strokes: previous, live: null, past: past.slice(0, -1), future: [strokes, ...future] };
}

function redo(drawing: Drawing): Drawing {
  const [next, ...future] = drawing.future;
  if (!next || drawing.live) return drawing;
  return { strokes: next, live: null, past: [...drawing.past, drawing.strokes], future };
}
