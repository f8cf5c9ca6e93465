import { useEffect, useState } from 'react';
import type { EitherRecognizer, Preference } from '../recognition/eitherRecognizer';
import { storedPreference, storePreference } from './preference';

/** Where readings are to be made, as chosen in this browser, and what chooses anew. */
export function usePreference(recognizer: EitherRecognizer): [Preference, (preference: Preference) => void] {
  const [preference, setPreference] = useState(storedPreference);

  useEffect(() => {
    recognizer.prefer(preference);
    storePreference(preference);
  }, [recognizer, preference]);

  return [preference, setPreference];
}
