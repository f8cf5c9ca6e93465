import { useEffect, useRef, type ReactNode } from 'react';
import { texts } from '../texts';
import { canClear } from './drawing';
import type { DrawingStore } from './drawingStore';
import { followNib } from './nib';
import { penWidth } from './pen';
import { keepPainted } from './sheetPainter';
import { listenForStrokes } from './strokeInput';
import { useDrawing } from './useDrawing';

interface SheetProps {
  readonly store: DrawingStore;
  readonly pen: number;
  /** What lies over the drawing. */
  readonly children?: ReactNode;
}

/** The sheet of squared paper that one draws on. */
export function Sheet({ store, pen, children }: SheetProps) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const nibRef = useRef<HTMLDivElement>(null);
  const widthRef = useRef(penWidth(pen));
  const empty = !useDrawing(store, canClear);

  useEffect(() => {
    widthRef.current = penWidth(pen);
  }, [pen]);

  useEffect(() => {
    const canvas = canvasRef.current;
    const nib = nibRef.current;
    if (!canvas || !nib) return;
    const stops = [
      keepPainted(canvas, store),
      listenForStrokes({ surface: canvas, dispatch: store.dispatch, width: () => widthRef.current }),
      followNib(canvas, nib),
    ];
    return () => { stops.forEach((stop) => { stop(); }); };
  }, [store]);

  return (
    <div className="sheet">
      <canvas ref={canvasRef} className="sheet-canvas" data-testid="canvas" role="img" aria-label={texts.sheet.label} />
      <div className="sheet-invitation" data-shown={empty} aria-hidden="true">
        <p className="sheet-invitation-title">{texts.sheet.invitation}</p>
        <p>{texts.sheet.invitationDetail}</p>
      </div>
      {children}
      <div ref={nibRef} className="nib" style={{ width: `${penWidth(pen) * 100}%` }} aria-hidden="true" />
    </div>
  );
}
