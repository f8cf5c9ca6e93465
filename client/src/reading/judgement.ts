import type { Answer } from '../recognition/recognizer';

export type Certainty = 'certain' | 'nearlyCertain' | 'likely' | 'unsure';

export interface Guess {
  readonly digit: number;
  readonly probability: number;
}

/** What an answer comes to, in the terms of the person who drew. */
export type Judgement =
  | { readonly kind: 'nothing' }
  /** There is an answer, and it is that there is nothing to be read. */
  | { readonly kind: 'blank' }
  | {
      readonly kind: 'read';
      readonly text: string;
      readonly confidence: number;
      readonly certainty: Certainty;
      readonly secondGuess: Guess | null;
    }
  | { readonly kind: 'notDigit'; readonly guess: Guess };

const IS_DIGIT = 0.5;

/** A second guess less likely than this is not worth a word. */
const WORTH_MENTIONING = 0.1;

export function judge(answer: Answer | null): Judgement {
  const [first] = answer?.digits ?? [];
  if (!answer) return { kind: 'nothing' };
  if (!first) return { kind: 'blank' };
  const doubtful = answer.digits.find(({ isDigit }) => isDigit < IS_DIGIT);
  if (doubtful) {
    return { kind: 'notDigit', guess: { digit: doubtful.digit, probability: doubtful.confidence } };
  }
  const confidence = Math.min(...answer.digits.map((digit) => digit.confidence));
  return {
    kind: 'read',
    text: answer.text,
    confidence,
    certainty: certaintyOf(confidence),
    secondGuess: answer.digits.length === 1 ? secondGuess(first.digit, first.probabilities) : null,
  };
}

export function certaintyOf(confidence: number): Certainty {
  if (confidence >= 0.98) return 'certain';
  if (confidence >= 0.9) return 'nearlyCertain';
  return confidence >= 0.6 ? 'likely' : 'unsure';
}

function secondGuess(firstDigit: number, probabilities: readonly number[]): Guess | null {
  const others = probabilities
    .map((probability, digit) => ({ digit, probability }))
    .filter(({ digit, probability }) => digit !== firstDigit && probability >= WORTH_MENTIONING);
  return others.sort((one, other) => other.probability - one.probability)[0] ?? null;
}
