import { useEffect, useState } from 'react';
import { registerSW } from 'virtual:pwa-register';

/** What puts the new version into the page; null while there is none. */
export function useUpdate(): (() => void) | null {
  const [ready, setReady] = useState<(() => void) | null>(null);

  useEffect(() => {
    const takeOver = registerSW({
      onNeedRefresh: () => { setReady(() => () => void takeOver(true)); },
    });
  }, []);

  return ready;
}
