import { useEffect, useState } from 'react';
import Cropper from 'react-easy-crop';
import 'react-easy-crop/react-easy-crop.css';
import { Icon } from '../actions/Icon';
import { texts } from '../texts';
import { Hint } from './Hint';
import { cropped, turned, type Area } from './pictures';

interface CropProps {
  readonly picture: HTMLCanvasElement;
  readonly onPictureChange: (picture: HTMLCanvasElement) => void;
  readonly onDone: (photo: HTMLCanvasElement) => void;
}

const MOST_ZOOM = 8;

/** Pixels that an arrow key moves the picture by. */
const KEYBOARD_STEP = 10;

/** Chooses the square with the digit. */
export function Crop({ picture, onPictureChange, onDone }: CropProps) {
  const shown = useShown(picture);
  const [place, setPlace] = useState({ x: 0, y: 0 });
  const [zoom, setZoom] = useState(1);
  const [chosen, setChosen] = useState<{ readonly of: HTMLCanvasElement; readonly area: Area } | null>(null);
  // While the turned picture is still being made ready, what was chosen lies elsewhere in it.
  const area = chosen?.of === picture ? chosen.area : null;

  return (
    <>
      <Hint>{texts.photo.crop}</Hint>
      <div className="photo-stage">
        {shown && (
          <Cropper key={shown.address} image={shown.address} crop={place} zoom={zoom} maxZoom={MOST_ZOOM} aspect={1} objectFit="cover" showGrid={false}
            keyboardStep={KEYBOARD_STEP}
            disableAutomaticStylesInjection onCropChange={setPlace} onZoomChange={setZoom}
            onCropComplete={(_, pixels) => { setChosen({ of: shown.of, area: pixels }); }} cropperProps={{ role: 'group', 'aria-label': texts.photo.crop }} />
        )}
      </div>
      <div className="photo-tools">
        <button type="button" className="action" data-useful="true" onClick={() => { onPictureChange(turned(picture)); }}>
          <Icon name="turn" />{texts.photo.turn}
        </button>
        <label className="photo-zoom">
          <span>{texts.photo.zoom}</span>
          <input type="range" min={1} max={MOST_ZOOM} step={0.05} value={zoom} onChange={(event) => { setZoom(Number(event.target.value)); }} />
        </label>
      </div>
      <button type="button" className="action photo-main" data-useful={area !== null} disabled={!area}
        onClick={() => { if (area) onDone(cropped(picture, area)); }}>
        {texts.photo.read}
      </button>
    </>
  );
}

interface Shown {
  readonly of: HTMLCanvasElement;
  readonly address: string;
}

/** A picture with an address under which the page can show it: the one before until that is there; null at first. */
function useShown(picture: HTMLCanvasElement): Shown | null {
  const [shown, setShown] = useState<Shown | null>(null);

  useEffect(() => {
    let address: string | null = null;
    let wanted = true;
    picture.toBlob((blob) => {
      if (!blob || !wanted) return;
      address = URL.createObjectURL(blob);
      setShown({ of: picture, address });
    });
    return () => {
      wanted = false;
      if (address) URL.revokeObjectURL(address);
    };
  }, [picture]);

  return shown;
}
