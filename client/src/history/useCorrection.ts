import { useSyncExternalStore } from 'react';
import type { Correction } from './entry';
import type { History } from './history';
import type { Recorder } from './recorder';

/** What the person has said that the drawing on the sheet is; null where nothing. */
export function useCorrection(recorder: Recorder, history: History): Correction | null {
  const sheet = useSyncExternalStore(recorder.subscribe, recorder.sheet);
  const entries = useSyncExternalStore(history.subscribe, history.entries);
  return entries.find(({ id }) => id === sheet)?.correction ?? null;
}
