import { useSyncExternalStore } from 'react';
import type { Recognition, RecognitionScheduler } from './scheduler';

export function useRecognition(scheduler: RecognitionScheduler): Recognition {
  return useSyncExternalStore(scheduler.subscribe, scheduler.snapshot);
}
