import type { DrawingAction } from './drawing';
import { PointerTracker } from './pointerTracker';
import type { Point } from './stroke';

interface StrokeInput {
  readonly surface: HTMLElement;
  readonly dispatch: (action: DrawingAction) => void;
  readonly width: () => number;
}

/** Turns the pointers on a surface into strokes; returns what stops it. */
export function listenForStrokes({ surface, dispatch, width }: StrokeInput): () => void {
  const tracker = new PointerTracker();
  const listening = new AbortController();

  function down(event: PointerEvent): void {
    event.preventDefault();
    const verdict = tracker.down(event, event.timeStamp);
    if (verdict === 'ignored') return;
    if (verdict === 'replaces') dispatch({ type: 'abandon' });
    capture(surface, event.pointerId);
    dispatch({ type: 'begin', point: placeOnSurface(surface, event), width: width() });
  }

  function move(event: PointerEvent): void {
    tracker.moved(event, event.timeStamp);
    if (!tracker.isDrawing(event)) return;
    // The button was let go where no event could tell: over a system dialog, or while another is held.
    if ((event.buttons & 1) === 0) {
      end(event);
      return;
    }
    const points = everyPosition(event).map((position) => placeOnSurface(surface, position));
    dispatch({ type: 'extend', points });
  }

  function end(event: PointerEvent): void {
    if (tracker.up(event, event.timeStamp)) dispatch({ type: 'finish' });
  }

  /** The system takes a touch back that it has found to be a palm or a gesture of its own. */
  function cancel(event: PointerEvent): void {
    if (tracker.up(event, event.timeStamp)) dispatch({ type: event.pointerType === 'touch' ? 'abandon' : 'finish' });
  }

  const { signal } = listening;
  surface.addEventListener('pointerdown', down, { signal });
  surface.addEventListener('pointermove', move, { signal });
  surface.addEventListener('pointerup', end, { signal });
  surface.addEventListener('lostpointercapture', end, { signal });
  surface.addEventListener('pointercancel', cancel, { signal });
  for (const type of ['contextmenu', 'selectstart', 'dragstart'] as const) {
    surface.addEventListener(type, preventDefault, { signal });
  }
  // iOS magnifies and selects on a long touch unless the touch itself is refused.
  surface.addEventListener('touchstart', (event) => {
    if (!isZoomed() || event.touches.length === 1) event.preventDefault();
  }, { signal, passive: false });
  // Who has zoomed in until the sheet is all there is to touch has to come out again.
  const allow = (): void => { surface.style.touchAction = isZoomed() ? 'pinch-zoom' : ''; };
  allow();
  window.visualViewport?.addEventListener('resize', allow, { signal });
  return () => { listening.abort(); };
}

/** Whether two fingers have made the page larger than it is. */
function isZoomed(): boolean {
  return (window.visualViewport?.scale ?? 1) > 1.01;
}

function preventDefault(event: Event): void {
  event.preventDefault();
}

function capture(surface: HTMLElement, pointerId: number): void {
  try {
    surface.setPointerCapture(pointerId);
  } catch {
    // The pointer is already gone again: the stroke is a dot, and needs no capture.
  }
}

/** All positions since the last event; a browser may bundle several into one. */
function everyPosition(event: PointerEvent): readonly PointerEvent[] {
  const coalesced = 'getCoalescedEvents' in event ? event.getCoalescedEvents() : [];
  return coalesced.length > 0 ? coalesced : [event];
}

function placeOnSurface(surface: HTMLElement, { clientX, clientY }: PointerEvent): Point {
  const { left, top, width, height } = surface.getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}
