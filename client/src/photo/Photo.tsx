import { lazy, Suspense, useEffect, useEffectEvent, useState } from 'react';
import { Dialog } from '../dialog/Dialog';
import { photoSteps } from '../parts';
import { texts } from '../texts';
import type { PhotoProblem } from './pictures';

const PhotoSteps = lazy(photoSteps);

interface PhotoProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onPhoto: (photo: HTMLCanvasElement) => void;
}

/** What was dropped or pasted last. */
interface Received {
  readonly file: Blob | null;
  readonly problem: PhotoProblem | null;
  readonly number: number;
}

/** Reads a photograph: of the camera, of a file, dropped or pasted. */
export function Photo({ open, onOpenChange, onPhoto }: PhotoProps) {
  const [{ file, problem, number }, setReceived] = useState<Received>({ file: null, problem: null, number: 0 });

  const receive = useEffectEvent((received: Omit<Received, 'number'>) => {
    setReceived({ ...received, number: number + 1 });
    onOpenChange(true);
  });

  useEffect(() => {
    const listening = new AbortController();
    window.addEventListener('paste', (event) => {
      const file = event.clipboardData?.files[0];
      if (!file) return;
      event.preventDefault();
      receive({ file, problem: null });
    }, listening);
    // Without these the browser would leave the page and show what is dropped.
    window.addEventListener('dragover', (event) => { event.preventDefault(); }, listening);
    window.addEventListener('drop', (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) receive({ file, problem: null });
      else if (event.dataTransfer?.types.includes('text/uri-list')) receive({ file: null, problem: 'elsewhere' });
    }, listening);
    return () => { listening.abort(); };
  }, []);

  const changeOpen = (next: boolean): void => {
    if (!next) setReceived({ file: null, problem: null, number });
    onOpenChange(next);
  };

  return (
    <Dialog title={texts.photo.open} open={open} onOpenChange={changeOpen}>
      <Suspense fallback={<p className="photo-hint">{texts.photo.waiting}</p>}>
        <PhotoSteps key={number} file={file} problem={problem} onDone={(photo) => {
          changeOpen(false);
          onPhoto(photo);
        }} />
      </Suspense>
    </Dialog>
  );
}
