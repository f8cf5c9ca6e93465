import type { Answer } from '../recognition/recognizer';
import { texts } from '../texts';

/** The picture that the network saw, pixel by pixel. Its frame is there before it is. */
export function Seen({ answer }: { readonly answer: Answer | null }) {
  const seen = answer?.digits[0]?.seen;
  return (
    <figure className="seen">
      <div className="seen-frame">
        {seen && <img src={seen} alt={texts.seen.alternative} width={28} height={28} draggable={false} />}
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
