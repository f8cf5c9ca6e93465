import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Icon } from '../actions/Icon';
import { CorrectionChoice } from '../corrections/CorrectionChoice';
import { texts } from '../texts';
import { archiveOf } from './archive';
import type { Correction, Entry } from './entry';
import type { History } from './history';

export interface Sharing {
  /** Whether the person agrees that corrections are sent to the server. */
  readonly consent: boolean;
  readonly onConsentChange: (consent: boolean) => void;
  /** Whether nothing is to leave this device. */
  readonly kept: boolean;
}

interface HistoryListProps {
  readonly history: History;
  readonly entries: readonly Entry[];
  readonly sharing: Sharing;
}

/** The last drawings, what was read in them, and what they were. */
export default function HistoryList({ history, entries, sharing }: HistoryListProps) {
  const waiting = useSyncExternalStore(history.outbox.subscribe, history.outbox.waiting);
  const fleeting = useSyncExternalStore(history.subscribe, history.isFleeting);
  const past = useSyncExternalStore(history.subscribe, history.past);
  const filled = entries.length > 0;
  return (
    <>
      <p className="text-muted mb-3 text-sm">{!filled ? texts.history.none[past] : fleeting ? texts.history.fleeting : texts.history.explanation}</p>
      <ul className="history-list">
        {entries.map((entry) => (
          <HistoryRow key={entry.id} entry={entry} waits={waiting.some(({ key }) => key === entry.sharedAs) || isToCome(history, entry)}
            onCorrect={(correction) => void history.correct(entry.id, correction, sharing.consent && !sharing.kept)}
            onRemove={() => void history.remove(entry.id)} />
        ))}
      </ul>
      {(filled || sharing.consent) && (
        <label className="history-consent">
          <input type="checkbox" checked={sharing.consent} onChange={({ target: { checked } }) => { sharing.onConsentChange(checked); }} />
          <span>
            {texts.history.consent}
            <span className="text-muted block text-sm">{sharing.kept ? texts.history.consentKept : texts.history.consentDetail}</span>
          </span>
        </label>
      )}
      <div className="mt-4 grid grid-cols-2 gap-2">
        <button type="button" className="action" data-useful={filled} aria-disabled={!filled} onClick={() => { if (filled) save(entries); }}>
          {texts.history.save}
        </button>
        <RemoveAll useful={filled} onRemove={() => void history.removeAll()} />
      </div>
    </>
  );
}

/** Its correction is still being written. */
function isToCome({ outbox }: History, { sharedAs }: Entry): boolean {
  return sharedAs !== undefined && outbox.unsent(sharedAs);
}

interface HistoryRowProps {
  readonly entry: Entry;
  /** Whether the server does not have its correction yet. */
  readonly waits: boolean;
  readonly onCorrect: (correction: Correction | null) => void;
  readonly onRemove: () => void;
}

function HistoryRow({ entry, waits, onCorrect, onRemove }: HistoryRowProps) {
  const read = readingOf(entry);
  const when = texts.history.exactly(entry.time);
  return (
    <li className="history-row">
      <img src={entry.picture} alt={texts.history.drawing} width={56} height={56} />
      <div className="history-words">
        <p>{read}</p>
        <p className="text-muted text-sm">
          {texts.history.when(entry.time)}
          {entry.sharedAs !== undefined && <span className="block">{waits ? texts.history.waits : texts.history.sent}</span>}
        </p>
      </div>
      {/* What was not read cannot be misread; an empty place is kept for the choice. */}
      {entry.digit === null ? <span /> : (
        <CorrectionChoice label={texts.history.correct(read, when)} none={texts.history.right} correction={entry.correction}
          onCorrect={onCorrect} />
      )}
      <button type="button" className="action" data-useful="true" aria-label={texts.history.remove(read, when)} title={texts.history.remove(read, when)}
        onClick={({ currentTarget }) => {
          focusBeside(currentTarget);
          onRemove();
        }}>
        <Icon name="clear" />
      </button>
    </li>
  );
}

function readingOf({ digit, confidence, isDigit }: Entry): string {
  if (digit === null) return texts.history.unread;
  return isDigit >= 0.5 ? texts.history.read(digit, confidence) : texts.reading.notDigit;
}

/** The keyboard's focus goes on to the row beside the one that goes away, or to what closes the list. */
function focusBeside(button: HTMLButtonElement): void {
  const row = button.closest('li');
  const beside = row?.nextElementSibling ?? row?.previousElementSibling;
  const next = beside?.querySelector('button') ?? button.closest('.dialog-page')?.querySelector<HTMLButtonElement>(':scope > button');
  next?.focus();
}

interface RemoveAllProps {
  /** Whether there is anything to delete. */
  readonly useful: boolean;
  readonly onRemove: () => void;
}

/** Milliseconds in which a second press belongs to the first: an iPhone tells a double tap as two clicks. */
const PRESSED_TWICE = 700;

/** Asks once more: what is deleted cannot be brought back. A double click, or a key that is held, is no answer. */
function RemoveAll({ useful, onRemove }: RemoveAllProps) {
  /** When it asked, in milliseconds of the page's clock. */
  const [asked, setAsked] = useState<number | null>(null);
  const buttonRef = useRef<HTMLButtonElement>(null);
  const asks = asked !== null;

  useEffect(() => {
    if (!asks) return;
    const listening = new AbortController();
    // In Safari a press gives no button the focus, which another press could take from it.
    document.addEventListener('pointerdown', ({ target }) => { if (target !== buttonRef.current) setAsked(null); }, listening);
    return () => { listening.abort(); };
  }, [asks]);

  const pressed = (now: number): void => {
    if (!asks) setAsked(now);
    else if (now - asked > PRESSED_TWICE) {
      setAsked(null);
      onRemove();
    }
  };
  return (
    <button ref={buttonRef} type="button" className="action" data-useful={useful} aria-disabled={!useful} onBlur={() => { setAsked(null); }}
      onKeyDown={(event) => { if (event.repeat) event.preventDefault(); }}
      onClick={({ timeStamp }) => { if (useful) pressed(timeStamp); }}>
      {asks ? texts.history.removeAllSure : texts.history.removeAll}
    </button>
  );
}

function save(entries: readonly Entry[]): void {
  const address = URL.createObjectURL(new Blob([archiveOf(entries)], { type: 'application/zip' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = texts.history.file;
  link.click();
  // The browser has to have begun reading; iOS asks first.
  setTimeout(() => { URL.revokeObjectURL(address); }, 60_000);
}
