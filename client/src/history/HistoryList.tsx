import { useEffect, useRef, useState } from 'react';
import { Icon } from '../actions/Icon';
import { texts } from '../texts';
import type { Correction, Entry } from './entry';
import type { History } from './history';

interface HistoryListProps {
  readonly history: History;
  readonly entries: readonly Entry[];
}

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** The last drawings, what was read in them, and what they were. */
export default function HistoryList({ history, entries }: HistoryListProps) {
  if (entries.length === 0) return <p className="text-muted">{texts.history.empty}</p>;
  return (
    <>
      <p className="text-muted mb-3 text-sm">{texts.history.explanation}</p>
      <ul className="history-list">
        {entries.map((entry) => (
          <HistoryRow key={entry.id} entry={entry}
            onCorrect={(correction) => void history.correct(entry.id, correction)}
            onRemove={() => void history.remove(entry.id)} />
        ))}
      </ul>
      <div className="mt-4 grid grid-cols-2 gap-2">
        <button type="button" className="action" data-useful="true" onClick={() => void save(entries)}>
          {texts.history.save}
        </button>
        <RemoveAll onRemove={() => void history.removeAll()} />
      </div>
    </>
  );
}

interface HistoryRowProps {
  readonly entry: Entry;
  readonly onCorrect: (correction: Correction | null) => void;
  readonly onRemove: () => void;
}

function HistoryRow({ entry, onCorrect, onRemove }: HistoryRowProps) {
  const read = entry.digit !== null && entry.isDigit >= 0.5 ? texts.history.read(entry.digit, entry.confidence) : texts.reading.notDigit;
  return (
    <li className="history-row">
      <Drawing picture={entry.picture} />
      <div className="history-words">
        <p>{read}</p>
        <p className="text-muted text-sm">{texts.history.when(entry.time)}</p>
      </div>
      <select className="action" data-useful="true" aria-label={texts.history.correct(read)} value={entry.correction ?? ''}
        onChange={({ target: { value } }) => { onCorrect(correctionOf(value)); }}>
        <option value="">{texts.history.right}</option>
        {DIGITS.map((digit) => <option key={digit} value={digit}>{texts.history.was(digit)}</option>)}
        <option value="noDigit">{texts.history.wasNoDigit}</option>
      </select>
      <button type="button" className="action" data-useful="true" aria-label={texts.history.remove(read)} title={texts.history.remove(read)}
        onClick={onRemove}>
        <Icon name="clear" />
      </button>
    </li>
  );
}

/** Asks once more: what is deleted cannot be brought back. */
function RemoveAll({ onRemove }: { readonly onRemove: () => void }) {
  const [sure, setSure] = useState(false);
  return (
    <button type="button" className="action" data-useful="true"
      onClick={() => { if (sure) onRemove(); else setSure(true); }} onBlur={() => { setSure(false); }}>
      {sure ? texts.history.removeAllSure : texts.history.removeAll}
    </button>
  );
}

function correctionOf(value: string): Correction | null {
  if (value === '') return null;
  return value === 'noDigit' ? value : Number(value);
}

async function save(entries: readonly Entry[]): Promise<void> {
  const { archiveOf } = await import('./archive');
  const address = URL.createObjectURL(await archiveOf(entries));
  const link = document.createElement('a');
  link.href = address;
  link.download = texts.history.file;
  link.click();
  // The browser has to have begun reading.
  setTimeout(() => { URL.revokeObjectURL(address); }, 10_000);
}

function Drawing({ picture }: { readonly picture: Blob }) {
  const imageRef = useRef<HTMLImageElement>(null);

  useEffect(() => {
    const address = URL.createObjectURL(picture);
    if (imageRef.current) imageRef.current.src = address;
    return () => { URL.revokeObjectURL(address); };
  }, [picture]);

  return <img ref={imageRef} alt={texts.history.drawing} width={56} height={56} />;
}
