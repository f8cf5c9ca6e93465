import { describe, expect, it } from 'vitest';
import { commandOf, type Key } from './shortcuts';

const plain = { code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
const press = (key: string, held: Partial<Key> = {}) => commandOf({ ...plain, ...held, key });

describe('the keyboard', () => {
  it.each([
    ['z', { ctrlKey: true }, 'undo'],
    ['z', { metaKey: true }, 'undo'],
    ['Z', { ctrlKey: true, shiftKey: true }, 'redo'],
    ['Z', { metaKey: true, shiftKey: true }, 'redo'],
    ['y', { ctrlKey: true }, 'redo'],
    ['Escape', {}, 'clear'],
    ['Delete', {}, 'clear'],
    ['Backspace', {}, 'clear'],
    ['[', {}, 'thinner'],
    [']', {}, 'thicker'],
    ['?', { shiftKey: true }, 'help'],
  ])('understands %s with %o as %s', (key, held, command) => {
    expect(press(key, held)).toBe(command);
  });

  it.each([['я', 'KeyZ', 'undo'], ['н', 'KeyY', 'redo'], ['ω', 'KeyZ', 'undo']])(
    'takes %s for the letter that a Latin keyboard has on its key', (key, code, command) => {
      expect(press(key, { code, ctrlKey: true })).toBe(command);
    },
  );

  it('goes by the letter where there is one: Z and Y have changed places on some keyboards', () => {
    expect(press('z', { code: 'KeyY', ctrlKey: true })).toBe('undo');
  });

  it('leaves characters alone where they are not to be used, and nothing else', () => {
    const unused = (key: string) => commandOf({ ...plain, key }, 'unused');
    expect(['[', ']', '?', 'Escape', 'Delete'].map(unused)).toEqual([null, null, null, 'clear', 'clear']);
    expect(commandOf({ ...plain, key: 'z', ctrlKey: true }, 'unused')).toBe('undo');
  });

  it('understands brackets that need AltGr', () => {
    expect(press('[', { ctrlKey: true, altKey: true })).toBe('thinner');
  });

  it.each([['z', {}], ['y', { metaKey: true }], ['[', { ctrlKey: true }], ['r', { ctrlKey: true }], ['a', {}]])(
    'leaves %s with %o to the browser',
    (key, held) => {
      expect(press(key, held)).toBeNull();
    },
  );
});
