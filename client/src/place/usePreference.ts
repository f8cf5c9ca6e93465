import { useEffect } from 'react';
import { useChoice } from '../choice';
import type { EitherRecognizer, Preference } from '../recognition/eitherRecognizer';

export const PREFERENCES: readonly [Preference, ...Preference[]] = ['automatic', 'server', 'device'];

/** Where readings are to be made, as chosen in this browser, and what chooses anew. */
export function usePreference(recognizer: EitherRecognizer): [Preference, (preference: Preference) => void] {
  const [preference, setPreference] = useChoice('place', PREFERENCES);
  useEffect(() => { recognizer.prefer(preference); }, [recognizer, preference]);
  return [preference, setPreference];
}
