import { Fragment } from 'react';
import { Icon } from '../actions/Icon';
import { Dialog } from '../dialog/Dialog';
import { texts } from '../texts';
import { SHORTCUTS, type CharacterKeys } from './shortcuts';

interface ShortcutsProps {
  readonly characters: CharacterKeys;
  readonly onCharactersChange: (characters: CharacterKeys) => void;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** A button, and the list of shortcuts that it opens. */
export function Shortcuts({ characters, onCharactersChange, open, onOpenChange }: ShortcutsProps) {
  return (
    <>
      <button type="button" className="action aspect-square shortcuts-button" data-useful="true" title={texts.shortcuts.open}
        aria-label={texts.shortcuts.open} aria-haspopup="dialog" onClick={() => { onOpenChange(true); }}>
        <Icon name="keyboard" />
      </button>
      <Dialog title={texts.shortcuts.open} open={open} onOpenChange={onOpenChange}>
        <ShortcutList />
        <label className="mt-4 flex min-h-11 cursor-pointer items-center gap-3">
          <input type="checkbox" className="size-5 flex-none accent-(--mark)" checked={characters === 'used'}
            onChange={({ target: { checked } }) => { onCharactersChange(checked ? 'used' : 'unused'); }} />
          {texts.shortcuts.characters}
        </label>
      </Dialog>
    </>
  );
}

function ShortcutList() {
  return (
    <dl className="grid grid-cols-[1fr_auto] items-baseline gap-x-6 gap-y-2">
      {SHORTCUTS.map(({ command, ways }) => (
        <Fragment key={command}>
          <dt>{texts.shortcuts[command]}</dt>
          <dd className="grid gap-1 text-right">{ways.map((keys, index) => (
            <div key={keys.join()}>
              {index > 0 && <span className="text-muted">{texts.shortcuts.or}</span>}
              {keys.map((key) => <kbd key={key}>{key}</kbd>)}
            </div>
          ))}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
