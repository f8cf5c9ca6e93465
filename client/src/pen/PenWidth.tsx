import { clampPen, penAt, PENS, penWidth } from '../canvas/pen';
import { texts } from '../texts';

interface PenWidthProps {
  readonly pen: number;
  readonly onChange: (pen: number) => void;
}

/** A slider on a wedge as thin and as thick as the pens are, and a dot of the chosen one. */
export function PenWidth({ pen, onChange }: PenWidthProps) {
  return (
    <label className="pen">
      <span className="pen-dot" aria-hidden="true">
        <span style={{ scale: penWidth(pen) / penWidth(PENS.length - 1) }} />
      </span>
      <input
        type="range"
        className="pen-slider"
        aria-label={texts.pen.label}
        aria-valuetext={texts.pen.value(penAt(pen).name)}
        min={0}
        max={PENS.length - 1}
        step={1}
        value={pen}
        onChange={(event) => { onChange(clampPen(event.target.valueAsNumber)); }}
      />
      <span className="pen-name" aria-hidden="true">{texts.pen.value(penAt(pen).name)}</span>
    </label>
  );
}
