import { CorrectionChoice } from '../corrections/CorrectionChoice';
import type { Correction } from '../history/entry';
import type { Recognition } from '../recognition/scheduler';
import { Status } from '../status/Status';
import { judge } from './judgement';
import { Words } from './Words';
import { texts } from '../texts';

interface ReadingProps {
  readonly recognition: Recognition;
  /** The server's model, where this device reads in its place with another one. */
  readonly replaced: string | null;
  /** What the person has said that the drawing was, where it was misread. */
  readonly correction: Correction | null;
  readonly onCorrect: (correction: Correction | null) => void;
}

/** The digit, large, and in words how far to trust it. */
export function Reading({ recognition, replaced, correction, onCorrect }: ReadingProps) {
  const judgement = judge(recognition.answer);
  const text = judgement.kind === 'read' ? judgement.text : '';
  return (
    <section className="reading" aria-label={texts.reading.label}>
      <div className="reading-numeral">
        <output className="reading-text" data-testid="reading" data-length={Math.min(text.length, 5)} aria-live="polite">
          {text}
        </output>
        {judgement.kind === 'notDigit' && (
          <span className="reading-guess" aria-hidden="true">{judgement.guess.digit}?</span>
        )}
      </div>
      <div className="reading-words">
        <Status failure={recognition.failure} replaced={replaced} />
        {/* Always there, or its first words would not be read out. */}
        <p className="words-verdict" aria-live="polite">
          {!recognition.failure && (judgement.kind === 'notDigit' || judgement.kind === 'blank') && texts.reading[judgement.kind]}
        </p>
        {!recognition.failure && <Words judgement={judgement} asking={recognition.asking} />}
        {!recognition.failure && (judgement.kind === 'read' || judgement.kind === 'notDigit') && (
          <div className="reading-correction">
            <CorrectionChoice label={texts.reading.correct} none={texts.reading.wrong} correction={correction} onCorrect={onCorrect} />
          </div>
        )}
      </div>
    </section>
  );
}
