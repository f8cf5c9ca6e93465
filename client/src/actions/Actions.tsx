import { canClear, canRedo, canUndo } from '../canvas/drawing';
import type { DrawingStore } from '../canvas/drawingStore';
import { useDrawing } from '../canvas/useDrawing';
import { texts } from '../texts';
import { ActionButton } from './ActionButton';

/** The way back, the way forth, and a fresh sheet. */
export function Actions({ store }: { readonly store: DrawingStore }) {
  const undoable = useDrawing(store, canUndo);
  const redoable = useDrawing(store, canRedo);
  const clearable = useDrawing(store, canClear);
  return (
    <div role="group" aria-label={texts.actions.label} className="grid grow grid-cols-3 gap-2">
      <ActionButton icon="undo" useful={undoable} onPress={() => { store.dispatch({ type: 'undo' }); }}>
        {texts.actions.undo}
      </ActionButton>
      <ActionButton icon="redo" useful={redoable} onPress={() => { store.dispatch({ type: 'redo' }); }}>
        {texts.actions.redo}
      </ActionButton>
      <ActionButton icon="clear" useful={clearable} onPress={() => { store.dispatch({ type: 'clear' }); }}>
        {texts.actions.clear}
      </ActionButton>
    </div>
  );
}
