import type { Entry } from './entry';

/** Where drawings are put that the page has no time to write to its database, or cannot write; one key each, as tabs may close together. */
const PREFIX = 'drawing:';

/** Put a drawing aside at once; false where the storage is full, or kept from the page. */
export function putAside(entry: Entry): boolean {
  try {
    localStorage.setItem(PREFIX + entry.id, JSON.stringify(entry));
    return true;
  } catch {
    return false;
  }
}

/** What was put aside and not forgotten, oldest first. */
export function aside(): Entry[] {
  try {
    return keys().flatMap(parsed).sort((one, other) => one.time - other.time);
  } catch {
    return [];
  }
}

/** Whether what was put aside is there still: another tab may have forgotten it. */
export function isAside(id: string): boolean {
  try {
    return localStorage.getItem(PREFIX + id) !== null;
  } catch {
    return false;
  }
}

/** Its drawing is in the database, or not wanted any more. */
export function forgetAside(id: string): void {
  try {
    localStorage.removeItem(PREFIX + id);
  } catch {
    // Then nothing was put there.
  }
}

function keys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function parsed(key: string): Entry[] {
  try {
    return [JSON.parse(localStorage.getItem(key) ?? '') as Entry];
  } catch {
    return [];
  }
}
