import { drawingReducer, EMPTY_DRAWING, type Drawing, type DrawingAction } from './drawing';

export type DrawingListener = (drawing: Drawing, action: DrawingAction) => void;

/**
 * The one owner of the drawing. It lives outside React because a pen moves far
 * more often than anything else on the page has to change.
 */
export class DrawingStore {
  #drawing = EMPTY_DRAWING;
  readonly #listeners = new Set<DrawingListener>();

  readonly snapshot = (): Drawing => this.#drawing;

  readonly dispatch = (action: DrawingAction): void => {
    const before = this.#drawing;
    this.#drawing = drawingReducer(before, action);
    if (this.#drawing === before) return;
    for (const listener of this.#listeners) listener(this.#drawing, action);
  };

  readonly subscribe = (listener: DrawingListener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
