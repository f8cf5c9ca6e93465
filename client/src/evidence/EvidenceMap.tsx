import { useEffect, useRef } from 'react';
import type { Evidence } from '../recognition/recognizer';
import { CELLS, paint, type Colours } from './paint';

const COLOURS: Colours = { speaksFor: [206, 44, 28], speaksAgainst: [46, 108, 214] };

interface EvidenceMapProps {
  readonly evidence: Evidence;
  readonly digit: number;
}

/** The evidence for a digit, laid over the drawing where it was found. */
export function EvidenceMap({ evidence: { maps, frame }, digit }: EvidenceMapProps) {
  const canvasRef = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const context = canvasRef.current?.getContext('2d');
    if (!context) return;
    const picture = context.createImageData(CELLS, CELLS);
    picture.data.set(paint(maps, digit, COLOURS));
    context.putImageData(picture, 0, 0);
  }, [maps, digit]);

  const [left, top, right, bottom] = frame;
  const percent = (share: number): string => `${100 * share}%`;
  return (
    <canvas ref={canvasRef} className="evidence-map" data-testid="evidence" width={CELLS} height={CELLS} aria-hidden="true"
      style={{ left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top) }} />
  );
}
