import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Actions } from './actions/Actions';
import { Bars } from './bars/Bars';
import { DrawingStore } from './canvas/drawingStore';
import { DEFAULT_PEN } from './canvas/pen';
import { keptPictureOf } from './canvas/picture';
import { Sheet } from './canvas/Sheet';
import { useChoice } from './choice';
import { useConsent } from './corrections/consent';
import { EvidenceChoice } from './evidence/EvidenceChoice';
import { EvidenceMap } from './evidence/EvidenceMap';
import { History } from './history/history';
import { HistoryButton } from './history/HistoryButton';
import { Recorder } from './history/recorder';
import { useCorrection } from './history/useCorrection';
import { whenIdle } from './idle';
import { Install } from './install/Install';
import { InstallOffer } from './install/installOffer';
import { fetchParts } from './parts';
import { PenWidth } from './pen/PenWidth';
import { Photo } from './photo/Photo';
import { PlaceMark } from './place/PlaceMark';
import { usePreference } from './place/usePreference';
import { readDrawing } from './recognition/drawingReader';
import { followNetwork, recognizer } from './recognition/recognizers';
import { RecognitionScheduler } from './recognition/scheduler';
import { usePlace, useRecognition } from './recognition/useRecognition';
import { Reading } from './reading/Reading';
import { Seen } from './seen/Seen';
import { Shortcuts } from './shortcuts/Shortcuts';
import { CHARACTER_KEYS } from './shortcuts/shortcuts';
import { useShortcuts } from './shortcuts/useShortcuts';
import { texts } from './texts';
import { UpdateNotice } from './update/UpdateNotice';

/** The digit that evidence is shown for: one that was chosen, or whichever is read. */
type Explained = number | 'best' | null;

type DialogName = 'install' | 'place' | 'history' | 'shortcuts' | 'photo';

const installOffer = new InstallOffer();

export function App() {
  const [store] = useState(() => new DrawingStore());
  const [scheduler] = useState(() => new RecognitionScheduler(recognizer));
  const [history] = useState(() => new History());
  const [recorder] = useState(() => new Recorder(store, scheduler, history, keptPictureOf));
  const [pen, setPen] = useState(DEFAULT_PEN);
  const [openDialog, setOpenDialog] = useState<DialogName | null>(null);
  const [explained, setExplained] = useState<Explained>(null);
  const [preference, setPreference] = usePreference(recognizer, scheduler);
  const [consent, setConsent] = useConsent();
  const [characters, setCharacters] = useChoice('character-keys', CHARACTER_KEYS);
  const sharing = consent && preference !== 'device';
  const recognition = useRecognition(scheduler);
  const correction = useCorrection(recorder, history);
  const place = usePlace(recognition, preference);
  const otherModel = useSyncExternalStore(recognizer.subscribe, recognizer.otherModel);
  const whyRef = useRef<HTMLButtonElement>(null);
  const [first] = recognition.answer?.digits ?? [];
  const evidence = first?.evidence ?? null;
  const explainedDigit = evidence && (explained === 'best' ? first?.digit ?? null : explained);

  useEffect(() => followNetwork(), []);
  useEffect(() => { whenIdle(fetchParts); }, []);
  useEffect(() => readDrawing(store, scheduler), [store, scheduler]);
  useEffect(() => recorder.start(), [recorder]);
  useEffect(() => {
    void history.outbox.allow(sharing);
    const reload = (): void => { void history.outbox.reload(); };
    // A page that is hidden may not be seen again; to one that is seen again other tabs may have left something.
    const seen = (): void => { void (document.visibilityState === 'hidden' ? history.outbox.hurry() : history.outbox.reload()); };
    window.addEventListener('online', reload);
    document.addEventListener('visibilitychange', seen);
    return () => {
      window.removeEventListener('online', reload);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [history, sharing]);
  useEffect(() => recorder.subscribe(() => { setExplained(null); }), [recorder]);
  useEffect(() => {
    if (!consent) void history.outbox.dropKeeps();
  }, [history, consent]);
  useShortcuts({
    dispatch: store.dispatch,
    setPen,
    characters,
    showList: opening('shortcuts').onOpenChange,
    uncover: () => {
      if (explainedDigit === null) return false;
      hideEvidence();
      return true;
    },
    paused: openDialog !== null,
  });

  function hideEvidence(): void {
    setExplained(null);
    // The button that was pressed may be gone.
    whyRef.current?.focus();
  }

  /** One dialog is open at once: one that another has taken the place of closes it no more. */
  function opening(name: DialogName) {
    return {
      open: openDialog === name,
      onOpenChange: (open: boolean): void => { setOpenDialog((now) => (open ? name : now === name ? null : now)); },
    };
  }

  return (
    <div className="page">
      <header className="page-header">
        <h1 className="font-numeral min-w-min grow basis-0 text-lg leading-tight roomy:text-2xl">{texts.title}</h1>
        <div className="flex flex-wrap justify-end gap-1 roomy:gap-2">
          <Install offer={installOffer} {...opening('install')} />
          <PlaceMark place={place} otherModel={otherModel} preference={preference} onPreferenceChange={setPreference}
            {...opening('place')} />
          <HistoryButton history={history} sharing={{ consent, kept: preference === 'device', onConsentChange: setConsent }}
            {...opening('history')} />
          <Shortcuts characters={characters} onCharactersChange={setCharacters} {...opening('shortcuts')} />
        </div>
      </header>
      <main className="page-main">
        <div className="drawing-column">
          <Sheet store={store} pen={pen}>
            {evidence && explainedDigit !== null && (
              <>
                <EvidenceMap evidence={evidence} digit={explainedDigit} />
                <EvidenceChoice digit={explainedDigit} onDigitChange={setExplained} onClose={hideEvidence} />
              </>
            )}
          </Sheet>
          <div className="tools">
            <Actions store={store} onPhoto={() => { setOpenDialog('photo'); }} />
            <PenWidth pen={pen} onChange={setPen} />
          </div>
        </div>
        <div className="result-column">
          <Reading recognition={recognition} replaced={preference === 'automatic' && recognition.answer?.place === 'device' ? otherModel : null}
            correction={correction} onCorrect={(was) => void recorder.correct(was, sharing)} />
          <Seen whyRef={whyRef} answer={recognition.answer} explained={explained !== null} explainedDigit={explainedDigit}
            onExplainedChange={(shown) => { setExplained(shown ? 'best' : null); }} />
          <Bars answer={recognition.answer} />
        </div>
      </main>
      <Photo {...opening('photo')} onPhoto={(photo) => { store.dispatch({ type: 'lay', photo }); }} />
      <UpdateNotice />
    </div>
  );
}
