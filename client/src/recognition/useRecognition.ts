import { useState, useSyncExternalStore } from 'react';
import type { Place } from './recognizer';
import type { Recognition, RecognitionScheduler } from './scheduler';

export function useRecognition(scheduler: RecognitionScheduler): Recognition {
  return useSyncExternalStore(scheduler.subscribe, scheduler.snapshot);
}

/** Where the last answer came from; it stays when the sheet is cleared. */
export function useLastPlace({ answer }: Recognition): Place {
  const [place, setPlace] = useState<Place>('server');
  if (answer && answer.place !== place) setPlace(answer.place);
  return place;
}
