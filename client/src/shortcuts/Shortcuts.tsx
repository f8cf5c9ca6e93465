import { Fragment, useEffect, useRef } from 'react';
import { Icon } from '../actions/Icon';
import { texts } from '../texts';
import { SHORTCUTS } from './shortcuts';

interface ShortcutsProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** A button, and the list of shortcuts that it opens. */
export function Shortcuts({ open, onOpenChange }: ShortcutsProps) {
  const dialogRef = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialogRef.current?.showModal();
    else dialogRef.current?.close();
  }, [open]);

  return (
    <>
      <button type="button" className="action aspect-square" data-useful="true" title={texts.shortcuts.open}
        aria-label={texts.shortcuts.open} aria-haspopup="dialog" onClick={() => { onOpenChange(true); }}>
        <Icon name="keyboard" />
      </button>
      <dialog ref={dialogRef} className="shortcuts" aria-labelledby="shortcuts-title" onClose={() => { onOpenChange(false); }}>
        <h2 id="shortcuts-title" className="font-numeral mb-4 text-xl">{texts.shortcuts.open}</h2>
        <ShortcutList />
        <button type="button" className="action mt-4 w-full" data-useful="true" onClick={() => { onOpenChange(false); }}>
          {texts.shortcuts.close}
        </button>
      </dialog>
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
