import { EMPTY_DRAWING, shown, type Content, type Drawing, type DrawingAction } from '../canvas/drawing';
import type { DrawingStore } from '../canvas/drawingStore';
import type { Answer } from '../recognition/recognizer';
import type { RecognitionScheduler } from '../recognition/scheduler';
import { entryOf, newId, type Correction } from './entry';
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
 * fresh sheet is another entry.
 */
export class Recorder {
  #sheet = newId();
  #resting: Finding | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keeping = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly drawings: DrawingStore,
    private readonly scheduler: RecognitionScheduler,
    private readonly history: History,
    private readonly draw: Draw,
  ) {}

  /** The entry that the drawing on the sheet is kept as, or will be. */
  readonly sheet = (): string => this.#sheet;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begin recording; returns what stops it. */
  start(): () => void {
    const stops = [
      this.scheduler.subscribe(() => { this.#answered(); }),
      this.drawings.subscribe((drawing, { type }) => { this.#changed(drawing, type); }),
    ];
    return () => {
      stops.forEach((stop) => { stop(); });
      clearTimeout(this.#timer);
    };
  }

  /** Say what the drawing on the sheet is; see {@link History.correct}. */
  async correct(correction: Correction | null, share: boolean): Promise<void> {
    const sheet = this.#sheet;
    await this.#keep();
    await this.history.correct(sheet, correction, share);
  }

  /** Resolves when what was found last is kept. */
  #keep(): Promise<void> {
    clearTimeout(this.#timer);
    const finding = this.#resting;
    this.#resting = null;
    if (finding) {
      const time = Date.now();
      this.#keeping = this.#keeping.then(async () => {
        const picture = await this.draw(finding.content);
        if (picture) await this.history.keep(entryOf(finding.id, time, picture, finding.answer));
      });
    }
    return this.#keeping;
  }

  #answered(): void {
    const { answer, asking } = this.scheduler.snapshot();
    const drawing = this.drawings.snapshot();
    if (!answer || asking || drawing.live || answer.digits.length === 0) return;
    clearTimeout(this.#timer);
    this.#resting = { id: this.#sheet, content: shown(drawing), answer };
    this.#timer = setTimeout(() => void this.#keep(), PAUSE);
  }

  #changed(drawing: Drawing, type: DrawingAction['type']): void {
    if (type === 'finish') {
      // The last stroke may have been read before the pen was lifted.
      this.#answered();
      return;
    }
    const overPhoto = type === 'begin' && drawing.content.photo !== null;
    const fresh = type === 'clear' || type === 'lay' || overPhoto || shown(drawing) === EMPTY_DRAWING.content;
    if (!fresh) {
      clearTimeout(this.#timer);
      this.#resting = null;
      return;
    }
    void this.#keep();
    this.#sheet = newId();
    for (const listener of this.#listeners) listener();
  }
}
