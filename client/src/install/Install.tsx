import { useSyncExternalStore } from 'react';
import { Icon } from '../actions/Icon';
import { Dialog } from '../dialog/Dialog';
import { texts } from '../texts';
import type { InstallOffer } from './installOffer';

interface InstallProps {
  readonly offer: InstallOffer;
  /** Whether the way to install is told. */
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** A button that installs the page as an app, or tells how; not there where neither is possible. */
export function Install({ offer, open, onOpenChange }: InstallProps) {
  const way = useSyncExternalStore(offer.subscribe, offer.way);
  if (!way) return null;
  return (
    <>
      <button type="button" className="action aspect-square" data-useful="true" title={texts.install.open}
        aria-label={texts.install.open} onClick={() => { if (way === 'prompt') offer.ask(); else onOpenChange(true); }}>
        <Icon name="install" />
      </button>
      <Dialog title={texts.install.open} open={open} onOpenChange={onOpenChange}>
        <ol className="list-decimal space-y-2 ps-5">
          {texts.install.byHand.map((step) => <li key={step}>{step}</li>)}
        </ol>
      </Dialog>
    </>
  );
}
