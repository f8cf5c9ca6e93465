import { useState, useSyncExternalStore } from 'react';
import { Icon } from '../actions/Icon';
import { Dialog } from '../dialog/Dialog';
import { texts } from '../texts';
import type { InstallOffer } from './installOffer';

interface InstallProps {
  readonly offer: InstallOffer;
}

/** A button that installs the page as an app, or tells how; not there where neither is possible. */
export function Install({ offer }: InstallProps) {
  const way = useSyncExternalStore(offer.subscribe, offer.way);
  const [explained, setExplained] = useState(false);
  if (!way) return null;
  return (
    <>
      <button type="button" className="action aspect-square" data-useful="true" title={texts.install.open}
        aria-label={texts.install.open} onClick={() => { if (way === 'prompt') offer.ask(); else setExplained(true); }}>
        <Icon name="install" />
      </button>
      <Dialog title={texts.install.open} open={explained} onOpenChange={setExplained}>
        <ol className="list-decimal space-y-2 ps-5">
          {texts.install.byHand.map((step) => <li key={step}>{step}</li>)}
        </ol>
      </Dialog>
    </>
  );
}
