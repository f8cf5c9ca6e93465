import { OWN_MODEL } from '../recognition/ownModel';
import type { RecognitionFailure } from '../recognition/recognizer';
import { texts } from '../texts';

interface StatusProps {
  readonly failure: RecognitionFailure | null;
  /** The server's model, where this device reads in its place with another one. */
  readonly replaced: string | null;
}

/**
 * Says in a sentence what went wrong, or that another network reads than the
 * server's. Always on the page, or its first sentence would not be read out.
 */
export function Status({ failure, replaced }: StatusProps) {
  return (
    <p className="status" role="status" aria-live="polite" data-testid="status">
      {failure ? failure.detail ?? texts.failures[failure.kind] : replaced !== null && texts.place.replaced(OWN_MODEL, replaced)}
    </p>
  );
}
