import { lazy, Suspense, useEffect, useEffectEvent, useState } from 'react';
import { Dialog } from '../dialog/Dialog';
import { photoSteps } from '../parts';
import { texts } from '../texts';

const PhotoSteps = lazy(photoSteps);

interface PhotoProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onPhoto: (photo: HTMLCanvasElement) => void;
}

/** Reads a photograph: of the camera, of a file, dropped or pasted. */
export function Photo({ open, onOpenChange, onPhoto }: PhotoProps) {
  const [file, setFile] = useState<Blob | null>(null);
  const [number, setNumber] = useState(0);

  const receive = useEffectEvent((event: Event, data: DataTransfer | null) => {
    const found = [...(data?.files ?? [])].at(0);
    if (!found) return;
    event.preventDefault();
    setFile(found);
    setNumber(number + 1);
    onOpenChange(true);
  });

  useEffect(() => {
    const listening = new AbortController();
    window.addEventListener('paste', (event) => { receive(event, event.clipboardData); }, listening);
    window.addEventListener('drop', (event) => { receive(event, event.dataTransfer); }, listening);
    // Without this the browser would leave the page and show the file.
    window.addEventListener('dragover', (event) => { event.preventDefault(); }, listening);
    return () => { listening.abort(); };
  }, []);

  const changeOpen = (next: boolean): void => {
    if (!next) setFile(null);
    onOpenChange(next);
  };

  return (
    <Dialog title={texts.photo.open} open={open} onOpenChange={changeOpen}>
      <Suspense fallback={<p className="photo-hint">{texts.photo.waiting}</p>}>
        <PhotoSteps key={number} file={file} onDone={(photo) => {
          changeOpen(false);
          onPhoto(photo);
        }} />
      </Suspense>
    </Dialog>
  );
}
