import { Icon } from '../actions/Icon';
import { texts } from '../texts';

interface EvidenceChoiceProps {
  readonly digit: number;
  readonly onDigitChange: (digit: number) => void;
  readonly onClose: () => void;
}

/** Which of the ten digits the evidence is shown for. */
export function EvidenceChoice({ digit, onDigitChange, onClose }: EvidenceChoiceProps) {
  const step = (by: number): void => { onDigitChange((digit + by + 10) % 10); };
  return (
    <div className="evidence-choice" role="group" aria-label={texts.evidence.label}>
      <button type="button" className="action" data-useful="true" aria-label={texts.evidence.previous} onClick={() => { step(-1); }}>
        <Icon name="previous" />
      </button>
      <p>
        {texts.evidence.question(digit)}
        <span className="evidence-legend">
          <span className="evidence-for">{texts.evidence.speaksFor}</span>
          {' '}
          <span className="evidence-against">{texts.evidence.speaksAgainst}</span>
        </span>
      </p>
      <button type="button" className="action" data-useful="true" aria-label={texts.evidence.next} onClick={() => { step(1); }}>
        <Icon name="next" />
      </button>
      <button type="button" className="action" data-useful="true" aria-label={texts.evidence.hide} onClick={onClose}>
        <Icon name="clear" />
      </button>
    </div>
  );
}
