import { useState } from 'react';
import { texts } from '../texts';
import { useUpdate } from './useUpdate';

/** Tells of a new version; it is put in place when the person says so, or at the next start. */
export function UpdateNotice() {
  const update = useUpdate();
  const [dismissed, setDismissed] = useState<typeof update>(null);
  return (
    <div role="status" className="absolute">
      {update && update !== dismissed && (
        <div className="update">
          <p>{texts.update.there}</p>
          <button type="button" className="action" data-useful="true" onClick={update}>{texts.update.take}</button>
          <button type="button" className="action" data-useful="true" onClick={() => { setDismissed(() => update); }}>
            {texts.update.later}
          </button>
        </div>
      )}
    </div>
  );
}
