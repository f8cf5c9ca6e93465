import { useEffect, useEffectEvent, type Dispatch, type SetStateAction } from 'react';
import type { DrawingAction } from '../canvas/drawing';
import { clampPen } from '../canvas/pen';
import { commandOf, type CharacterKeys, type Command } from './shortcuts';

interface ShortcutTargets {
  readonly dispatch: (action: DrawingAction) => void;
  readonly setPen: Dispatch<SetStateAction<number>>;
  readonly showList: (open: boolean) => void;
  /** Closes what lies over the sheet; whether anything did. */
  readonly uncover: () => boolean;
  /** While something else, such as an open dialog, has the keyboard. */
  readonly paused: boolean;
  readonly characters: CharacterKeys;
}

export function useShortcuts({ dispatch, setPen, showList, uncover, paused, characters }: ShortcutTargets): void {
  const run: Record<Command, () => void> = {
    undo: () => { dispatch({ type: 'undo' }); },
    redo: () => { dispatch({ type: 'redo' }); },
    clear: () => { dispatch({ type: 'clear' }); },
    thinner: () => { setPen((pen) => clampPen(pen - 1)); },
    thicker: () => { setPen((pen) => clampPen(pen + 1)); },
    help: () => { showList(true); },
  };

  const keyPressed = useEffectEvent((event: KeyboardEvent) => {
    const command = commandOf(event, characters);
    if (!command || paused || event.defaultPrevented) return;
    // An Escape that has closed a dialog may still be held.
    if (command === 'clear' && event.repeat) return;
    // There it takes back a letter of the option that is looked for.
    if (event.key === 'Backspace' && event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    if (event.key === 'Escape' && uncover()) return;
    run[command]();
  });

  useEffect(() => {
    window.addEventListener('keydown', keyPressed);
    return () => { window.removeEventListener('keydown', keyPressed); };
  }, []);
}
