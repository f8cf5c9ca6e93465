import { canClear, canRedo, canUndo } from '../canvas/drawing';
import type { DrawingStore } from '../canvas/drawingStore';
import { useDrawing } from '../canvas/useDrawing';
import { texts } from '../texts';
import { ActionButton } from './ActionButton';

interface ActionsProps {
  readonly store: DrawingStore;
  readonly onPhoto: () => void;
}

/** The way back, the way forth, a fresh sheet, and a photo in place of a drawing. */
export function Actions({ store, onPhoto }: ActionsProps) {
  const undoable = useDrawing(store, canUndo);
  const redoable = useDrawing(store, canRedo);
  const clearable = useDrawing(store, canClear);
  return (
    <div role="group" aria-label={texts.actions.label} className="actions">
      <ActionButton icon="undo" useful={undoable} onPress={() => { store.dispatch({ type: 'undo' }); }}>
        {texts.actions.undo}
      </ActionButton>
      <ActionButton icon="redo" useful={redoable} onPress={() => { store.dispatch({ type: 'redo' }); }}>
        {texts.actions.redo}
      </ActionButton>
      <ActionButton icon="clear" useful={clearable} onPress={() => { store.dispatch({ type: 'clear' }); }}>
        {texts.actions.clear}
      </ActionButton>
      <ActionButton icon="photo" useful onPress={onPhoto}>{texts.actions.photo}</ActionButton>
    </div>
  );
}
