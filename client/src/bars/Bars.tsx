import type { Answer } from '../recognition/recognizer';
import { texts } from '../texts';
import { Bar } from './Bar';

const NO_PROBABILITIES: readonly number[] = Array<number>(10).fill(0);

/** Ten bars; where several digits are read, those of the leftmost. */
export function Bars({ answer }: { readonly answer: Answer | null }) {
  const [first] = answer?.digits ?? [];
  return (
    <section className="bars" aria-label={texts.bars.label}>
      {(first?.probabilities ?? NO_PROBABILITIES).map((probability, digit) => (
        <Bar key={digit} digit={digit} probability={probability} best={digit === first?.digit} />
      ))}
    </section>
  );
}
