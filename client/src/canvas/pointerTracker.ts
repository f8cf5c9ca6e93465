/** What is asked of a pointer event here. */
export interface PointerFacts {
  readonly pointerId: number;
  readonly pointerType: string;
  readonly button: number;
}

export type PointerVerdict = 'draws' | 'replaces' | 'ignored';

/** A hand rests on the glass for a while after its pen has left it. */
const PALM_TIME = 700;

/**
 * Decides which of several pointers draws: the first that comes, and it alone
 * until it leaves; but a pen takes over from a finger, which was the palm.
 */
export class PointerTracker {
  #active: PointerFacts | null = null;
  #penSeenAt = -Infinity;

  /** `time` in milliseconds, as in an event's timeStamp. */
  down(pointer: PointerFacts, time: number): PointerVerdict {
    if (pointer.pointerType === 'touch' && time - this.#penSeenAt < PALM_TIME) return 'ignored';
    if (pointer.button !== 0) return 'ignored';
    const replaces = this.#active?.pointerType === 'touch' && pointer.pointerType === 'pen';
    if (this.#active && !replaces) return 'ignored';
    this.#active = pointer;
    this.#notePen(pointer, time);
    return replaces ? 'replaces' : 'draws';
  }

  /** A pointer moves over the surface, whether it touches it or not. */
  moved(pointer: PointerFacts, time: number): void {
    this.#notePen(pointer, time);
  }

  isDrawing(pointer: PointerFacts): boolean {
    return this.#active?.pointerId === pointer.pointerId;
  }

  /** Whether this pointer was the one that drew; afterwards none does. */
  up(pointer: PointerFacts, time: number): boolean {
    if (!this.isDrawing(pointer)) return false;
    this.#notePen(pointer, time);
    this.#active = null;
    return true;
  }

  #notePen(pointer: PointerFacts, time: number): void {
    if (pointer.pointerType === 'pen') this.#penSeenAt = time;
  }
}
