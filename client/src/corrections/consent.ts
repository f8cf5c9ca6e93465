import { useEffect, useState } from 'react';

const KEY = 'send-corrections';

/** Whether corrections may be sent to the server, as said in this browser, and what says it anew. */
export function useConsent(): [boolean, (consent: boolean) => void] {
  const [consent, setConsent] = useState(stored);

  useEffect(() => {
    // What is said in one tab holds in all.
    const heard = ({ key }: StorageEvent): void => { if (key === KEY) setConsent(stored()); };
    window.addEventListener('storage', heard);
    return () => { window.removeEventListener('storage', heard); };
  }, []);

  return [consent, (given) => {
    setConsent(given);
    try {
      localStorage.setItem(KEY, String(given));
    } catch {
      // Then it holds until the page is closed.
    }
  }];
}

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) === 'true';
  } catch {
    // A browser may keep its storage from a page.
    return false;
  }
}
