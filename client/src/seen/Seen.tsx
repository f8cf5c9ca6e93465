import type { Ref } from 'react';
import type { Answer } from '../recognition/recognizer';
import { texts } from '../texts';

interface SeenProps {
  /** The button that asks why. */
  readonly whyRef: Ref<HTMLButtonElement>;
  readonly answer: Answer | null;
  /** Whether the evidence is shown on the drawing. */
  readonly explained: boolean;
  /** The digit for which it is. */
  readonly explainedDigit: number | null;
  readonly onExplainedChange: (explained: boolean) => void;
}

/** The picture that the network saw, pixel by pixel. Its frame is there before it is. */
export function Seen({ whyRef, answer, explained, explainedDigit, onExplainedChange }: SeenProps) {
  const [digit] = answer?.digits ?? [];
  return (
    <figure className="seen">
      <div className="seen-frame">
        <div className="seen-picture">
          {digit?.seen && <img src={digit.seen} alt={texts.seen.alternative} width={28} height={28} draggable={false} />}
        </div>
        {/* Never disabled: under the keyboard's focus it would lose it. */}
        <button ref={whyRef} type="button" className="seen-why" aria-label={texts.evidence.show} title={texts.evidence.show}
          aria-pressed={explained} aria-disabled={!digit?.evidence} onClick={() => { if (digit?.evidence) onExplainedChange(!explained); }}>
          <span aria-hidden="true">{texts.evidence.why}</span>
        </button>
        {/* Always there, or its first words would not be read out. */}
        <p className="sr-only" aria-live="polite">{explainedDigit !== null && texts.evidence.question(explainedDigit)}</p>
      </div>
      <figcaption className="seen-caption">
        <span className="block">{texts.seen.caption}</span>
        <span className="seen-detail">{texts.seen.detail}</span>
        <span className="seen-detail">
          {answer && texts.seen.byLine(answer.model, answer.engine, answer.elapsedMs)}
        </span>
      </figcaption>
    </figure>
  );
}
