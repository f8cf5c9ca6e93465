import { useEffect } from 'react';
import { useChoice } from '../choice';
import type { EitherRecognizer, Preference } from '../recognition/eitherRecognizer';
import type { RecognitionScheduler } from '../recognition/scheduler';

export const PREFERENCES: readonly [Preference, ...Preference[]] = ['automatic', 'server', 'device'];

/** Where readings are to be made, as chosen in this browser, and what chooses anew. */
export function usePreference(recognizer: EitherRecognizer, scheduler: RecognitionScheduler): [Preference, (preference: Preference) => void] {
  const [preference, setPreference] = useChoice('place', PREFERENCES);
  useEffect(() => {
    recognizer.prefer(preference);
    scheduler.askOthers();
  }, [recognizer, scheduler, preference]);
  return [preference, setPreference];
}
