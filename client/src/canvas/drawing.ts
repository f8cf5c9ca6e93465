import { extendStroke, type Point, type Stroke } from './stroke';

/** What lies on the sheet: strokes, or a square photograph in their place. */
export interface Content {
  readonly strokes: readonly Stroke[];
  readonly photo: HTMLCanvasElement | null;
}

/** What is on the sheet, and the way back and forth. `live` is the stroke under the pen. */
export interface Drawing {
  readonly content: Content;
  readonly live: Stroke | null;
  readonly past: readonly Content[];
  readonly future: readonly Content[];
}

export type DrawingAction =
  | { readonly type: 'begin'; readonly point: Point; readonly width: number }
  | { readonly type: 'extend'; readonly points: readonly Point[] }
  | { readonly type: 'lay'; readonly photo: HTMLCanvasElement }
  | { readonly type: 'finish' | 'abandon' | 'undo' | 'redo' | 'clear' };

const NOTHING: Content = { strokes: [], photo: null };

export const EMPTY_DRAWING: Drawing = { content: NOTHING, live: null, past: [], future: [] };

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
    case 'lay':
      return change(finish(drawing), { strokes: [], photo: action.photo });
    case 'undo':
      return undo(drawing);
    case 'redo':
      return redo(drawing);
    case 'clear':
      return canClear(drawing) ? change(finish(drawing), NOTHING) : drawing;
  }
}

/** What is to be seen, the stroke under the pen last. A pen that touches a photograph begins a fresh sheet. */
export function shown({ content, live }: Drawing): Content {
  return live ? { strokes: [...content.strokes, live], photo: null } : content;
}

export const canUndo = ({ past, live }: Drawing): boolean => past.length > 0 || live !== null;
export const canRedo = ({ future }: Drawing): boolean => future.length > 0;

export function canClear(drawing: Drawing): boolean {
  const { strokes, photo } = shown(drawing);
  return strokes.length > 0 || photo !== null;
}

function change(drawing: Drawing, content: Content): Drawing {
  return { content, live: null, past: [...drawing.past, drawing.content], future: [] };
}

function finish(drawing: Drawing): Drawing {
  return drawing.live ? change(drawing, shown(drawing)) : drawing;
}

function undo(drawing: Drawing): Drawing {
  const { content, past, future } = finish(drawing);
  const previous = past.at(-1);
  if (!previous) return drawing;
  return { content: previous, live: null, past: past.slice(0, -1), future: [content, ...future] };
}

function redo(drawing: Drawing): Drawing {
  const [next, ...future] = drawing.future;
  if (!next || drawing.live) return drawing;
  return { content: next, live: null, past: [...drawing.past, drawing.content], future };
}
