import { useState, useSyncExternalStore } from 'react';
import type { Preference } from './eitherRecognizer';
import type { Place } from './recognizer';
import type { Recognition, RecognitionScheduler } from './scheduler';

export function useRecognition(scheduler: RecognitionScheduler): Recognition {
  return useSyncExternalStore(scheduler.subscribe, scheduler.snapshot);
}

/** Where the answer came from, or where the next one will: where the person wants it, or else where the last one did. */
export function usePlace({ answer }: Recognition, preference: Preference): Place {
  const [last, setLast] = useState<Place>(() => (navigator.onLine ? 'server' : 'device'));
  if (answer && answer.place !== last) setLast(answer.place);
  return answer || preference === 'automatic' ? last : preference;
}
