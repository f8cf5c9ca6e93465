import { Icon } from '../actions/Icon';
import { Dialog } from '../dialog/Dialog';
import type { Preference } from '../recognition/eitherRecognizer';
import { OWN_MODEL } from '../recognition/ownModel';
import type { Place } from '../recognition/recognizer';
import { texts } from '../texts';
import { PREFERENCES } from './usePreference';

interface PlaceMarkProps {
  readonly place: Place;
  /** The server's model, where it is another one than this page's. */
  readonly otherModel: string | null;
  readonly preference: Preference;
  readonly onPreferenceChange: (preference: Preference) => void;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Says where the reading was made, and opens the choice of where readings are to be made. */
export function PlaceMark({ place, otherModel, preference, onPreferenceChange, open, onOpenChange }: PlaceMarkProps) {
  return (
    <>
      <button type="button" className="action place-mark" data-useful="true" data-testid="place" data-place={place}
        title={texts.place.readBy(place)} aria-haspopup="dialog" onClick={() => { onOpenChange(true); }}>
        <Icon name={place} />
        <span>{texts.place.name(place)}</span>
      </button>
      <Dialog title={texts.place.title} open={open} onOpenChange={onOpenChange}>
        <fieldset>
          <legend className="text-muted mb-2">
            {otherModel === null ? texts.place.explanation : texts.place.otherModel(OWN_MODEL, otherModel)}
          </legend>
          {PREFERENCES.map((choice) => (
            <label key={choice} className="preference">
              <input type="radio" name="place" checked={choice === preference}
                onChange={() => { onPreferenceChange(choice); }} />
              <span>
                {texts.place.preferences[choice].name}
                <span className="text-muted block text-sm">{texts.place.preferences[choice].detail}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <p className="text-muted mt-4 text-sm">{texts.place.version(__VERSION__, OWN_MODEL)}</p>
      </Dialog>
    </>
  );
}
