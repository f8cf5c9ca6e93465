import type { RecognitionFailure } from '../recognition/recognizer';
import { texts } from '../texts';

/** Says in a sentence what went wrong. Always on the page, or its first sentence would not be read out. */
export function Status({ failure }: { readonly failure: RecognitionFailure | null }) {
  return (
    <p className="status" role="status" aria-live="polite" data-testid="status">
      {failure && (failure.detail ?? texts.failures[failure.kind])}
    </p>
  );
}
