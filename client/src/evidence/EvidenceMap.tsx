import { useEffect, useRef } from 'react';
import { PICTURE_SIDE } from '../canvas/picture';
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

  const [left, top, right, bottom] = frame.map((edge) => (100 * edge) / PICTURE_SIDE);
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return null;
  return (
    <canvas ref={canvasRef} className="evidence-map" data-testid="evidence" width={CELLS} height={CELLS} aria-hidden="true"
      style={{ left: `${left}%`, top: `${top}%`, width: `${right - left}%`, height: `${bottom - top}%` }} />
  );
}
