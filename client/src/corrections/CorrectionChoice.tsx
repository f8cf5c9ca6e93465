import type { Correction } from '../history/entry';
import { texts } from '../texts';

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

interface CorrectionChoiceProps {
  readonly label: string;
  /** What is said where nobody has said that the reading was wrong. */
  readonly none: string;
  readonly correction: Correction | null;
  readonly onCorrect: (correction: Correction | null) => void;
}

/** Says what a drawing was, where it was misread. */
export function CorrectionChoice({ label, none, correction, onCorrect }: CorrectionChoiceProps) {
  return (
    <select className="action correction-choice" data-useful="true" aria-label={label} value={correction ?? ''}
      onChange={({ target: { value } }) => { onCorrect(correctionOf(value)); }}>
      <option value="">{none}</option>
      {DIGITS.map((digit) => <option key={digit} value={digit}>{texts.history.was(digit)}</option>)}
      <option value="noDigit">{texts.history.wasNoDigit}</option>
    </select>
  );
}

function correctionOf(value: string): Correction | null {
  if (value === '') return null;
  return value === 'noDigit' ? value : Number(value);
}
