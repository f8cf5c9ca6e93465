import { texts } from '../texts';
import type { Judgement } from './judgement';

interface WordsProps {
  readonly judgement: Judgement;
  readonly asking: boolean;
}

export function Words({ judgement, asking }: WordsProps) {
  switch (judgement.kind) {
    case 'nothing':
      return asking
        ? <p className="words-detail words-late">{texts.reading.asking}</p>
        : <p className="words-detail">{texts.reading.waiting}</p>;
    case 'blank':
      return <p className="words-detail">{texts.reading.blankDetail}</p>;
    case 'notDigit':
      return <p className="words-detail">{texts.reading.guess(judgement.guess.digit, judgement.guess.probability)}</p>;
    case 'read':
      return (
        <>
          <p className="words-verdict">{texts.reading[judgement.certainty]}</p>
          <p className="words-detail">
            {texts.reading.confidence(judgement.confidence)}
            {judgement.secondGuess && (
              <span className="block">
                {texts.reading.secondGuess(judgement.secondGuess.digit, judgement.secondGuess.probability)}
              </span>
            )}
          </p>
        </>
      );
  }
}
