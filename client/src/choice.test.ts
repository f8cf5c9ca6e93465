import { act, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { useChoice } from './choice';

const COLOURS = ['red', 'green'] as const;
const chosen = () => renderHook(() => useChoice('colour', COLOURS));

afterEach(() => { localStorage.clear(); });

describe('a choice', () => {
  it('is the first until another is made, and holds at the next visit', () => {
    const { result } = chosen();
    expect(result.current[0]).toBe('red');
    act(() => { result.current[1]('green'); });
    expect(result.current[0]).toBe('green');
    expect(chosen().result.current[0]).toBe('green');
  });

  it('is the first where what is stored is none of them', () => {
    localStorage.setItem('colour', 'blue');
    expect(chosen().result.current[0]).toBe('red');
  });

  it('holds in other tabs too', () => {
    const { result } = chosen();
    localStorage.setItem('colour', 'green');
    act(() => { window.dispatchEvent(new StorageEvent('storage', { key: 'colour' })); });
    expect(result.current[0]).toBe('green');
    localStorage.clear();
    act(() => { window.dispatchEvent(new StorageEvent('storage', { key: null })); });
    expect(result.current[0]).toBe('red');
  });
});
