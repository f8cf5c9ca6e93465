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
  let { photo } = shown(store.snapshot());

  function drawingChanged(drawing: Drawing, { type }: DrawingAction): void {
    if (type === 'finish') {
      // A lifted pen leaves exactly the ink that has been asked about already.
      scheduler.hurry();
      return;
    }
    const content = shown(drawing);
    // What was read of a photograph says nothing of the strokes before it or after it, nor of another one.
    if (content.photo !== photo) scheduler.clear();
    photo = content.photo;
    const picture = (): Picture => pictureOfContent(content);
    if (!content.photo && !hasInkOnSheet(content.strokes)) scheduler.clear();
    else if (ADDS_INK.includes(type)) scheduler.follow(picture);
    else scheduler.replace(picture);
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
