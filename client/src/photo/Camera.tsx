import { useEffect, useRef, useState } from 'react';
import { texts } from '../texts';
import { Hint } from './Hint';
import { openCamera, PhotoError, shot, type PhotoProblem } from './pictures';

interface CameraProps {
  readonly onShot: (picture: HTMLCanvasElement) => void;
  readonly onProblem: (problem: PhotoProblem) => void;
}

/** What the camera sees, with a frame to aim by. */
export function Camera({ onShot, onProblem }: CameraProps) {
  const videoRef = useRef<HTMLVideoElement>(null);
  const [ready, setReady] = useState(false);

  useEffect(() => {
    const video = videoRef.current;
    let wanted = true;
    let stream: MediaStream | null = null;
    openCamera().then(
      (opened) => {
        if (!wanted || !video) {
          stop(opened);
          return;
        }
        stream = opened;
        // Unplugged, or its permission taken back: what is seen is the last picture.
        for (const track of opened.getTracks()) {
          track.addEventListener('ended', () => { if (wanted) onProblem('cameraFailed'); });
        }
        video.srcObject = opened;
      },
      (error: unknown) => { if (wanted) onProblem(error instanceof PhotoError ? error.problem : 'cameraFailed'); },
    );
    return () => {
      wanted = false;
      if (stream) stop(stream);
    };
  }, [onProblem]);

  return (
    <>
      <Hint>{ready ? texts.photo.aim : texts.photo.waiting}</Hint>
      <div className="photo-stage">
        <video ref={videoRef} className="photo-video" autoPlay playsInline muted onPlaying={() => { setReady(true); }} />
        <div className="photo-aim" aria-hidden="true" />
      </div>
      <button type="button" className="action photo-main" data-useful={ready} aria-disabled={!ready}
        onClick={() => { if (ready && videoRef.current) onShot(shot(videoRef.current)); }}>
        {texts.photo.shoot}
      </button>
    </>
  );
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
