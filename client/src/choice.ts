import { useEffect, useState } from 'react';

/**
 * What was chosen in this browser, in whichever tab, and what chooses anew.
 *
 * @param choices all that there are; the first holds until another is chosen
 */
export function useChoice<Choice extends string>(
  key: string, choices: readonly [Choice, ...Choice[]],
): [Choice, (choice: Choice) => void] {
  const [choice, setChoice] = useState(() => stored(key, choices));

  useEffect(() => {
    // What is chosen in one tab holds in all. Without a key, everything was deleted.
    const heard = (event: StorageEvent): void => {
      if (event.key === key || event.key === null) setChoice(stored(key, choices));
    };
    window.addEventListener('storage', heard);
    return () => { window.removeEventListener('storage', heard); };
  }, [key, choices]);

  return [choice, (chosen) => {
    setChoice(chosen);
    try {
      localStorage.setItem(key, chosen);
    } catch {
      // Then it holds until the page is closed.
    }
  }];
}

function stored<Choice extends string>(key: string, choices: readonly [Choice, ...Choice[]]): Choice {
  try {
    const found = localStorage.getItem(key);
    return choices.find((choice) => choice === found) ?? choices[0];
  } catch {
    // A browser may keep its storage from a page.
    return choices[0];
  }
}
