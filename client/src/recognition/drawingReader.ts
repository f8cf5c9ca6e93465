import { hasInkOnSheet } from '../canvas/bounds';
import { shown, type Drawing, type DrawingAction } from '../canvas/drawing';
import type { DrawingStore } from '../canvas/drawingStore';
import { pictureOfContent } from '../canvas/picture';
import type { Picture } from './recognizer';
import type { RecognitionScheduler } from './scheduler';

type Reader = Pick<RecognitionScheduler, 'follow' | 'replace' | 'hurry' | 'clear' | 'retryNow'>;

/** The actions after which there is only more ink than before. */
const ADDS_INK: readonly DrawingAction['type'][] = ['begin', 'extend'];

/** Has every change of the drawing read; returns what stops it. */
export function readDrawing(store: DrawingStore, scheduler: Reader): () => void {
  function drawingChanged(drawing: Drawing, { type }: DrawingAction): void {
    if (type === 'finish') {
      // A lifted pen leaves exactly the ink that has been asked about already.
      scheduler.hurry();
      return;
    }
    // What was read of a photograph says nothing of a stroke that is begun on it, and takes it off the sheet.
    if (type === 'begin' && drawing.content.photo) scheduler.clear();
    const content = shown(drawing);
    const picture = (): Picture => pictureOfContent(content);
    if (!content.photo && !hasInkOnSheet(content.strokes)) scheduler.clear();
    else if (ADDS_INK.includes(type)) scheduler.follow(picture);
    else {
      // What was read of a drawing says nothing of a photograph.
      if (type === 'lay') scheduler.clear();
      scheduler.replace(picture);
    }
  }

  const retry = (): void => { scheduler.retryNow(); };
  const unsubscribe = store.subscribe(drawingChanged);
  window.addEventListener('online', retry);
  return () => {
    unsubscribe();
    window.removeEventListener('online', retry);
    scheduler.clear();
  };
}
