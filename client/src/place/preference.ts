import type { Preference } from '../recognition/eitherRecognizer';

export const PREFERENCES: readonly Preference[] = ['automatic', 'server', 'device'];

const KEY = 'place';

/** What was chosen before in this browser. */
export function storedPreference(): Preference {
  try {
    const stored = localStorage.getItem(KEY);
    return PREFERENCES.find((preference) => preference === stored) ?? 'automatic';
  } catch {
    // A browser may keep its storage from a page.
    return 'automatic';
  }
}

export function storePreference(preference: Preference): void {
  try {
    localStorage.setItem(KEY, preference);
  } catch {
    // Then it holds until the page is closed.
  }
}
