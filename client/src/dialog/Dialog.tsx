import { useEffect, useId, useRef, type ReactNode } from 'react';
import { texts } from '../texts';
import { Shield } from './Shield';

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly children: ReactNode;
}

/** A sheet over the page, with its title above and a button that closes it below. */
export function Dialog({ title, open, onOpenChange, children }: DialogProps) {
  const dialogRef = useRef<HTMLDialogElement>(null);
  const titleRef = useRef<HTMLHeadingElement>(null);
  const titleId = useId();

  useEffect(() => {
    if (open) {
      dialogRef.current?.showModal();
      // By itself it would give the focus to what can be pressed first, and Safari a ring with it.
      titleRef.current?.focus();
    } else dialogRef.current?.close();
  }, [open]);

  return (
    <dialog ref={dialogRef} className="dialog" aria-labelledby={titleId} onClose={() => { onOpenChange(false); }}>
      <div className="dialog-page">
        <h2 ref={titleRef} id={titleId} tabIndex={-1} className="font-numeral mb-4 text-xl">{title}</h2>
        {open && <Shield>{children}</Shield>}
        <button type="button" className="action mt-4 w-full" data-useful="true" onClick={() => { onOpenChange(false); }}>
          {texts.close}
        </button>
      </div>
    </dialog>
  );
}
