import { EMPTY_DRAWING, shown, type Content, type Drawing, type DrawingAction } from '../canvas/drawing';
import type { DrawingStore } from '../canvas/drawingStore';
import type { Answer } from '../recognition/recognizer';
import type { RecognitionScheduler } from '../recognition/scheduler';
import { entryOf, newId, type Correction, type Entry } from './entry';
import type { History } from './history';

/** Milliseconds for which a drawing and its reading stay as they are before they are kept. */
export const PAUSE = 700;

/** A picture to be kept, as a data address; null where the browser cannot make one. */
type Draw = (content: Content) => string | null;

interface Finding {
  readonly id: string;
  /** When it was read, or left unread, in milliseconds since 1970. */
  readonly time: number;
  readonly content: Content;
  /** Null where nobody could read it. */
  readonly answer: Answer | null;
}

/**
 * Keeps each drawing, as it was when the pen rested last, with its reading.
 * What is drawn on the same sheet takes the place of what was kept of it; a
 * fresh sheet is another entry, and one that undo or redo brings back is its own again.
 * A drawing that nobody could read is kept where the page is left with it.
 */
export class Recorder {
  #sheet = newId();
  /** The sheets that drawings were on: by undo and redo they come back. */
  readonly #sheets = new WeakMap<Content, string>();
  #resting: Finding | null = null;
  /** What was kept last. */
  #last: Finding | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keeping = Promise.resolve();
  /** What is being written. */
  readonly #written = new Set<Finding>();
  /** Of the sheet before, though it may still be shown. */
  #past: Answer | null = null;
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
    const hidden = (): void => { if (document.visibilityState === 'hidden') this.#leave(); };
    document.addEventListener('visibilitychange', hidden);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      stops.forEach((stop) => { stop(); });
      clearTimeout(this.#timer);
    };
  }

  /** Say what the drawing on the sheet is; see {@link History.correct}. One that was deleted from the list is kept again. */
  async correct(correction: Correction | null, share: boolean): Promise<void> {
    const sheet = this.#sheet;
    await this.#keep();
    const there = await this.history.correct(sheet, correction, share);
    if (there || this.#last?.id !== sheet) return;
    await this.#write(this.#last);
    await this.history.correct(sheet, correction, share);
  }

  /** Resolves when what was found last is kept. */
  #keep(): Promise<void> {
    clearTimeout(this.#timer);
    const finding = this.#resting;
    this.#resting = null;
    if (finding) {
      this.#last = finding;
      this.#written.add(finding);
      this.#keeping = this.#keeping.then(() => this.#write(finding));
    }
    return this.#keeping;
  }

  async #write(finding: Finding): Promise<void> {
    try {
      const entry = this.#entryOf(finding);
      if (entry) await this.history.keep(entry);
    } catch (error) {
      // As where there is no room for a picture. The next ones may be kept all the same.
      console.warn(error);
    } finally {
      this.#written.delete(finding);
    }
  }

  #entryOf({ id, time, content, answer }: Finding): Entry | null {
    const picture = this.draw(content);
    return picture === null ? null : entryOf(id, time, picture, answer);
  }

  /** The page may be gone before anything is written: what is not is put where that takes no time. */
  #leave(): void {
    const unread = this.#unread();
    // It is the same drawing, as it was before.
    if (unread.length > 0) this.#resting = null;
    void this.#keep();
    for (const finding of [...this.#written, ...unread]) {
      const entry = this.#entryOf(finding);
      if (entry) this.history.leave(entry);
    }
  }

  /** The drawing on the sheet, where it still waits to be read, or could not be; what was read before it stands. */
  #unread(): Finding[] {
    const { answer, asking, failure } = this.scheduler.snapshot();
    if (answer || (!asking && !failure)) return [];
    return [{ id: this.#sheet, time: Date.now(), content: shown(this.drawings.snapshot()), answer: this.#resting?.answer ?? null }];
  }

  #answered(): void {
    if (!this.scheduler.snapshot().asking) this.#rest();
  }

  /** The drawing as it is now, with what was read last. */
  #rest(): void {
    const { answer } = this.scheduler.snapshot();
    const drawing = this.drawings.snapshot();
    if (!answer || answer === this.#past || drawing.live || answer.digits.length === 0) return;
    clearTimeout(this.#timer);
    this.#resting = { id: this.#sheet, time: Date.now(), content: shown(drawing), answer };
    this.#timer = setTimeout(() => void this.#keep(), PAUSE);
  }

  #changed(drawing: Drawing, type: DrawingAction['type']): void {
    // A stroke under the pen is finished first by what takes its sheet away.
    const before = drawing.past.at(-1);
    if ((type === 'clear' || type === 'lay') && before && before !== EMPTY_DRAWING.content) this.#sheets.set(before, this.#sheet);
    this.#follow(drawing, type);
    if (!drawing.live && drawing.content !== EMPTY_DRAWING.content) this.#sheets.set(drawing.content, this.#sheet);
  }

  #follow(drawing: Drawing, type: DrawingAction['type']): void {
    if (type === 'finish') {
      // The last stroke may have been read before the pen was lifted. Where it was not, what
      // was read before it stands until it is: the sheet may be cleared, or the page left, first.
      this.#rest();
      return;
    }
    const overPhoto = type === 'begin' && drawing.content.photo !== null;
    const fresh = type === 'clear' || type === 'lay' || overPhoto || shown(drawing) === EMPTY_DRAWING.content;
    const sheet = fresh ? newId() : this.#sheets.get(shown(drawing)) ?? this.#sheet;
    if (sheet === this.#sheet) {
      clearTimeout(this.#timer);
      // Under the pen what was there before may be all that comes of it: the sheet may be cleared, or the page left.
      if (type !== 'begin' && type !== 'extend') this.#resting = null;
      return;
    }
    void this.#keep();
    this.#sheet = sheet;
    this.#past = this.scheduler.snapshot().answer;
    for (const listener of this.#listeners) listener();
  }
}
