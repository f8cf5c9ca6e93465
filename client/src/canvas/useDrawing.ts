import { useSyncExternalStore } from 'react';
import type { Drawing } from './drawing';
import type { DrawingStore } from './drawingStore';

/** One fact about the drawing; the component renders anew only when the fact changes. */
export function useDrawing(store: DrawingStore, fact: (drawing: Drawing) => boolean): boolean {
  return useSyncExternalStore(store.subscribe, () => fact(store.snapshot()));
}
