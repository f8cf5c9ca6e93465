import { EMPTY_DRAWING, shown, type Content, type Drawing, type DrawingAction } from '../canvas/drawing';
import type { DrawingStore } from '../canvas/drawingStore';
import type { Answer } from '../recognition/recognizer';
import type { RecognitionScheduler } from '../recognition/scheduler';
import { entryOf, newId } from './entry';
import type { History } from './history';

/** Milliseconds for which a drawing and its reading stay as they are before they are kept. */
export const PAUSE = 700;

type Draw = (content: Content) => Promise<Blob | null>;

interface Finding {
  readonly id: string;
  readonly content: Content;
  readonly answer: Answer;
}

/**
 * Keeps each drawing, as it was when the pen rested last, with its reading.
 * What is drawn on the same sheet takes the place of what was kept of it; a
 * fresh sheet is another entry. Returns what stops it.
 */
export function recordDrawings(drawings: DrawingStore, scheduler: RecognitionScheduler, history: History, draw: Draw): () => void {
  let sheet = newId();
  let resting: Finding | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function keep(): void {
    clearTimeout(timer);
    const finding = resting;
    resting = null;
    if (!finding) return;
    const time = Date.now();
    void draw(finding.content).then(async (picture) => {
      if (picture) await history.keep(entryOf(finding.id, time, picture, finding.answer));
    });
  }

  function answered(): void {
    const { answer, asking } = scheduler.snapshot();
    const drawing = drawings.snapshot();
    if (!answer || asking || drawing.live || answer.digits.length === 0) return;
    clearTimeout(timer);
    resting = { id: sheet, content: shown(drawing), answer };
    timer = setTimeout(keep, PAUSE);
  }

  function changed(drawing: Drawing, { type }: DrawingAction): void {
    if (type === 'finish') {
      // The last stroke may have been read before the pen was lifted.
      answered();
      return;
    }
    const overPhoto = type === 'begin' && drawing.content.photo !== null;
    const fresh = type === 'clear' || type === 'lay' || overPhoto || shown(drawing) === EMPTY_DRAWING.content;
    if (!fresh) {
      clearTimeout(timer);
      resting = null;
      return;
    }
    keep();
    sheet = newId();
  }

  const stops = [scheduler.subscribe(answered), drawings.subscribe(changed)];
  return () => {
    stops.forEach((stop) => { stop(); });
    clearTimeout(timer);
  };
}
