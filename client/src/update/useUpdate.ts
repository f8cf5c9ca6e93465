import { useEffect, useState } from 'react';
import { registerServiceWorker } from './serviceWorker';

/** What puts the new version into the page; null while there is none. */
export function useUpdate(): (() => void) | null {
  const [takeOver, setTakeOver] = useState<(() => void) | null>(null);

  useEffect(() => {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    registerServiceWorker((take) => { setTakeOver(() => take); }).catch(() => {
      // Where the browser keeps nothing, the page is there as long as the network is.
    });
  }, []);

  return takeOver;
}
