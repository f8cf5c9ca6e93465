import { Icon } from '../actions/Icon';
import { Dialog } from '../dialog/Dialog';
import type { Preference } from '../recognition/eitherRecognizer';
import type { Place } from '../recognition/recognizer';
import { texts } from '../texts';
import { PREFERENCES } from './usePreference';

interface PlaceMarkProps {
  readonly place: Place;
  readonly preference: Preference;
  readonly onPreferenceChange: (preference: Preference) => void;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Says where the reading was made, and opens the choice of where readings are to be made. */
export function PlaceMark({ place, preference, onPreferenceChange, open, onOpenChange }: PlaceMarkProps) {
  return (
    <>
      <button type="button" className="action place-mark" data-useful="true" data-testid="place" data-place={place}
        title={texts.place.readBy(place)} aria-haspopup="dialog" onClick={() => { onOpenChange(true); }}>
        <Icon name={place} />
        <span>{texts.place.name(place)}</span>
      </button>
      <Dialog title={texts.place.title} open={open} onOpenChange={onOpenChange}>
        <fieldset className="preferences">
          <legend className="text-muted mb-2">{texts.place.explanation}</legend>
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
        <p className="text-muted mt-4 text-sm">{texts.place.version(__VERSION__)}</p>
      </Dialog>
    </>
  );
}
