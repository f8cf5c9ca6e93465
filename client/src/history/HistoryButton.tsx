import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import { Icon } from '../actions/Icon';
import { Dialog } from '../dialog/Dialog';
import { historyList } from '../parts';
import { texts } from '../texts';
import type { History } from './history';
import type { Sharing } from './HistoryList';

const HistoryList = lazy(historyList);

interface HistoryButtonProps {
  readonly history: History;
  readonly sharing: Sharing;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Opens the last drawings. */
export function HistoryButton({ history, sharing, open, onOpenChange }: HistoryButtonProps) {
  const entries = useSyncExternalStore(history.subscribe, history.entries);

  useEffect(() => {
    if (open) void history.load();
  }, [open, history]);

  return (
    <>
      <button type="button" className="action aspect-square" data-useful="true" title={texts.history.open}
        aria-label={texts.history.open} aria-haspopup="dialog" onClick={() => { onOpenChange(true); }}>
        <Icon name="history" />
      </button>
      <Dialog title={texts.history.open} open={open} onOpenChange={onOpenChange}>
        <Suspense><HistoryList history={history} entries={entries} sharing={sharing} /></Suspense>
      </Dialog>
    </>
  );
}
