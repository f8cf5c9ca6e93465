import { shown } from './drawing';
import type { DrawingStore } from './drawingStore';
import { renderStrokes } from './render';

/** Keeps the canvas showing the drawing, pixel-sharp in any size and theme; returns what stops it. */
export function keepPainted(canvas: HTMLCanvasElement, store: DrawingStore): () => void {
  const context = canvas.getContext('2d');
  if (!context) return () => undefined;
  let frame = 0;

  function paint(ink = getComputedStyle(canvas).color): void {
    if (!context) return;
    const side = canvas.width;
    context.clearRect(0, 0, side, side);
    const { strokes, photo } = shown(store.snapshot());
    if (photo) context.drawImage(photo, 0, 0, side, side);
    renderStrokes(context, strokes, side, ink);
  }

  /** However many points arrive, once a frame is all that can be seen. */
  function paintSoon(): void {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  }

  /** Paper is white, whatever the theme; and at once, as it is printed before the next frame. */
  function paintForPaper(): void {
    paint('black');
  }

  function resize(side: number): void {
    canvas.width = side;
    canvas.height = side;
    // At once: a canvas that waits for the next frame blinks while it is resized.
    paint();
  }

  const resizing = watchSide(canvas, resize);
  const theme = matchMedia('(prefers-color-scheme: dark)');
  theme.addEventListener('change', paintSoon);
  addEventListener('beforeprint', paintForPaper);
  addEventListener('afterprint', paintSoon);
  // After a graphics driver has failed the canvas is there again, and empty.
  canvas.addEventListener('contextrestored', paintSoon);
  const unsubscribe = store.subscribe(paintSoon);
  return () => {
    resizing.disconnect();
    theme.removeEventListener('change', paintSoon);
    removeEventListener('beforeprint', paintForPaper);
    removeEventListener('afterprint', paintSoon);
    canvas.removeEventListener('contextrestored', paintSoon);
    unsubscribe();
    cancelAnimationFrame(frame);
  };
}

/** Reports the canvas's side in device pixels, now and whenever it changes. */
function watchSide(canvas: HTMLCanvasElement, report: (side: number) => void): ResizeObserver {
  const observer = new ResizeObserver(([entry]) => {
    if (entry) report(deviceSide(entry));
  });
  try {
    observer.observe(canvas, { box: 'device-pixel-content-box' });
  } catch {
    // Safari does not know device pixels.
    observer.observe(canvas);
  }
  return observer;
}

function deviceSide(entry: ResizeObserverEntry): number {
  // Typed as always there, which it is not in Safari.
  const [exact] = (entry.devicePixelContentBoxSize as readonly ResizeObserverSize[] | undefined) ?? [];
  return exact ? exact.inlineSize : Math.round(entry.contentRect.width * devicePixelRatio);
}
