import { useCallback, useEffect, useRef, useState } from 'react';
import { Icon } from '../actions/Icon';
import { texts } from '../texts';
import { Camera } from './Camera';
import { Crop } from './Crop';
import { Hint } from './Hint';
import { open, PhotoError, type PhotoProblem } from './pictures';

interface PhotoStepsProps {
  /** A picture that was dropped or pasted; another one is another component's. */
  readonly file: Blob | null;
  /** Why what was dropped cannot be read. */
  readonly problem: PhotoProblem | null;
  readonly onDone: (photo: HTMLCanvasElement) => void;
}

type Step = { readonly kind: 'source' | 'camera' | 'opening' } | { readonly kind: 'crop'; readonly picture: HTMLCanvasElement };

/** From a camera or a file to the square that is to be read. */
export default function PhotoSteps({ file, problem: received, onDone }: PhotoStepsProps) {
  const [step, setStep] = useState<Step>({ kind: file ? 'opening' : 'source' });
  const [problem, setProblem] = useState(received);

  /** Whoever chooses another does not want the one before any more. */
  const newestRef = useRef<Blob | null>(null);

  function go(kind: 'source' | 'camera' | 'opening'): void {
    newestRef.current = null;
    setProblem(null);
    setStep({ kind });
  }

  const failed = useCallback((found: PhotoProblem): void => {
    setProblem(found);
    setStep({ kind: 'source' });
  }, []);

  const crop = useCallback((picture: HTMLCanvasElement): void => {
    setProblem(null);
    setStep({ kind: 'crop', picture });
  }, []);

  const load = useCallback((chosen: Blob): void => {
    newestRef.current = chosen;
    const wanted = (): boolean => newestRef.current === chosen;
    open(chosen).then(
      (picture) => { if (wanted()) crop(picture); },
      (error: unknown) => { if (wanted()) failed(error instanceof PhotoError ? error.problem : 'unreadable'); },
    );
  }, [crop, failed]);

  useEffect(() => {
    if (file) load(file);
  }, [file, load]);

  return (
    <div className="photo">
      {/* What is there from the beginning is read out as an alert alone. */}
      <p role={received ? 'alert' : 'status'} className="status">{problem && texts.photo.problems[problem]}</p>
      {step.kind === 'source' && (
        <>
          <button type="button" className="action" data-useful="true" onClick={() => { go('camera'); }}>
            <Icon name="photo" />{texts.photo.take}
          </button>
          <label className="action photo-file" data-useful="true">
            {texts.photo.choose}
            <input type="file" accept="image/*" onChange={({ target }) => {
              const [chosen] = target.files ?? [];
              if (chosen) {
                go('opening');
                load(chosen);
              }
              // The same file may be chosen again.
              target.value = '';
            }} />
          </label>
          <Hint>{texts.photo.elsewhere}</Hint>
        </>
      )}
      {step.kind === 'opening' && <Hint>{texts.photo.waiting}</Hint>}
      {step.kind === 'camera' && <Camera onShot={crop} onProblem={failed} />}
      {step.kind === 'crop' && <Crop picture={step.picture} onPictureChange={crop} onDone={onDone} />}
      {step.kind !== 'source' && (
        <button type="button" className="action" data-useful="true" onClick={() => { go('source'); }}>
          {texts.photo.back}
        </button>
      )}
    </div>
  );
}
