import { useCallback, useEffect, useState } from 'react';
import { Icon } from '../actions/Icon';
import { texts } from '../texts';
import { Camera } from './Camera';
import { Crop } from './Crop';
import { open, PhotoError, type PhotoProblem } from './pictures';

interface PhotoStepsProps {
  /** A picture that was dropped or pasted. */
  readonly file: Blob | null;
  readonly onDone: (photo: HTMLCanvasElement) => void;
}

type Step = { readonly kind: 'source' | 'camera' } | { readonly kind: 'crop'; readonly picture: HTMLCanvasElement };

/** From a camera or a file to the square that is to be read. */
export default function PhotoSteps({ file, onDone }: PhotoStepsProps) {
  const [step, setStep] = useState<Step>({ kind: 'source' });
  const [problem, setProblem] = useState<PhotoProblem | null>(null);

  const failed = useCallback((found: PhotoProblem): void => {
    setProblem(found);
    setStep({ kind: 'source' });
  }, []);

  const crop = useCallback((picture: HTMLCanvasElement): void => {
    setProblem(null);
    setStep({ kind: 'crop', picture });
  }, []);

  const openFile = useCallback((chosen: Blob): void => {
    open(chosen).then(crop, (error: unknown) => { failed(error instanceof PhotoError ? error.problem : 'unreadable'); });
  }, [crop, failed]);

  useEffect(() => {
    if (file) openFile(file);
  }, [file, openFile]);

  return (
    <div className="photo">
      <p role="status" className="status">{problem && texts.photo.problems[problem]}</p>
      {step.kind === 'source' && (
        <>
          <button type="button" className="action" data-useful="true" onClick={() => { setStep({ kind: 'camera' }); }}>
            <Icon name="photo" />{texts.photo.take}
          </button>
          <label className="action photo-file" data-useful="true">
            {texts.photo.choose}
            <input type="file" accept="image/*" onChange={({ target }) => {
              const [chosen] = target.files ?? [];
              if (chosen) openFile(chosen);
              // The same file may be chosen again.
              target.value = '';
            }} />
          </label>
          <p className="photo-hint">{texts.photo.elsewhere}</p>
        </>
      )}
      {step.kind === 'camera' && <Camera onShot={crop} onProblem={failed} />}
      {step.kind === 'crop' && <Crop picture={step.picture} onPictureChange={crop} onDone={onDone} />}
      {step.kind !== 'source' && (
        <button type="button" className="action" data-useful="true" onClick={() => { setStep({ kind: 'source' }); }}>
          {texts.photo.back}
        </button>
      )}
    </div>
  );
}
