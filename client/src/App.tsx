import { useEffect, useState } from 'react';
import { Actions } from './actions/Actions';
import { Bars } from './bars/Bars';
import { DrawingStore } from './canvas/drawingStore';
import { DEFAULT_PEN } from './canvas/pen';
import { Sheet } from './canvas/Sheet';
import { PenWidth } from './pen/PenWidth';
import { readDrawing } from './recognition/drawingReader';
import type { Recognizer } from './recognition/recognizer';
import { RecognitionScheduler } from './recognition/scheduler';
import { serverRecognizer } from './recognition/server';
import { useRecognition } from './recognition/useRecognition';
import { Reading } from './reading/Reading';
import { Seen } from './seen/Seen';
import { Shortcuts } from './shortcuts/Shortcuts';
import { useShortcuts } from './shortcuts/useShortcuts';
import { texts } from './texts';

export function App({ recognizer = serverRecognizer }: { readonly recognizer?: Recognizer }) {
  const [store] = useState(() => new DrawingStore());
  const [scheduler] = useState(() => new RecognitionScheduler(recognizer));
  const [pen, setPen] = useState(DEFAULT_PEN);
  const [listOpen, setListOpen] = useState(false);
  const recognition = useRecognition(scheduler);

  useEffect(() => readDrawing(store, scheduler), [store, scheduler]);
  useShortcuts({ dispatch: store.dispatch, setPen, showList: setListOpen, paused: listOpen });

  return (
    <div className="page">
      <header className="page-header">
        <h1 className="font-numeral text-lg roomy:text-2xl">{texts.title}</h1>
        <Shortcuts open={listOpen} onOpenChange={setListOpen} />
      </header>
      <main className="page-main">
        <div className="drawing-column">
          <Sheet store={store} pen={pen} />
          <div className="tools">
            <Actions store={store} />
            <PenWidth pen={pen} onChange={setPen} />
          </div>
        </div>
        <div className="result-column">
          <Reading recognition={recognition} />
          <Seen answer={recognition.answer} />
          <Bars answer={recognition.answer} />
        </div>
      </main>
    </div>
  );
}
