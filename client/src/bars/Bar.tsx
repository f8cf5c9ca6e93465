import type { CSSProperties } from 'react';
import { texts } from '../texts';

/** Less than this would only be a column of noughts. */
const WORTH_A_NUMBER = 0.01;

interface BarProps {
  readonly digit: number;
  readonly probability: number;
  readonly best: boolean;
}

export function Bar({ digit, probability, best }: BarProps) {
  return (
    <div className="bar" data-best={best}>
      <div
        className="bar-track"
        data-testid={`bar-${digit}`}
        role="meter"
        aria-label={texts.bars.digit(digit)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={tenthsOfPercent(probability)}
        aria-valuetext={texts.bars.value(probability)}
      >
        <div className="bar-fill" style={{ '--level': probability } as CSSProperties} />
      </div>
      <span className="bar-digit" aria-hidden="true">{digit}</span>
      <span className="bar-percent" aria-hidden="true">
        {probability >= WORTH_A_NUMBER && texts.bars.value(probability)}
      </span>
    </div>
  );
}

function tenthsOfPercent(probability: number): number {
  return Math.round(probability * 1000) / 10;
}
