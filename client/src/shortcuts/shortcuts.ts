export type Command = 'undo' | 'redo' | 'clear' | 'thinner' | 'thicker' | 'help';

/** What is asked of a keyboard event here. */
export interface Key {
  readonly key: string;
  /** Where it is on the keyboard. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

interface Shortcut {
  readonly command: Command;
  /** As shown: each entry is one way, written as the keys held together. */
  readonly ways: readonly (readonly string[])[];
}

const CONTROL = navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl';

export const SHORTCUTS: readonly Shortcut[] = [
  { command: 'undo', ways: [[CONTROL, 'Z']] },
  { command: 'redo', ways: [[CONTROL, 'Shift', 'Z'], ['Ctrl', 'Y']] },
  { command: 'clear', ways: [['Esc'], ['Delete']] },
  { command: 'thinner', ways: [['[']] },
  { command: 'thicker', ways: [[']']] },
  { command: 'help', ways: [['?']] },
];

const PLAIN_KEYS: Readonly<Record<string, Command>> = {
  Escape: 'clear',
  Delete: 'clear',
  // What a Mac's keyboard calls Delete.
  Backspace: 'clear',
  '[': 'thinner',
  ']': 'thicker',
  '?': 'help',
};

/** Whether characters alone are shortcuts: who dictates, or hits keys unawares, may not want them. */
export const CHARACTER_KEYS = ['used', 'unused'] as const;

export type CharacterKeys = (typeof CHARACTER_KEYS)[number];

/** The command that a key press asks for; null where it asks for none. */
export function commandOf({ key, code, ctrlKey, metaKey, shiftKey, altKey }: Key, characters: CharacterKeys = 'used'): Command | null {
  // AltGr, which many keyboards need for [ and ], reports itself as Ctrl and Alt.
  if (!(ctrlKey || metaKey) || altKey) return characters === 'unused' && key.length === 1 ? null : PLAIN_KEYS[key] ?? null;
  // A keyboard of another alphabet has its own letters on the keys.
  const letter = (/^[a-z]$/i.test(key) ? key : code.replace('Key', '')).toLowerCase();
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  return letter === 'y' && ctrlKey && !shiftKey ? 'redo' : null;
}
