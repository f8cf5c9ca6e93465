import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_PEN } from '../canvas/pen';
import { PenWidth } from './PenWidth';

afterEach(cleanup);

describe('the pen width', () => {
  it('is said by name', () => {
    render(<PenWidth pen={0} onChange={vi.fn()} />);
    expect(screen.getByRole('slider', { name: 'Pen width' }).getAttribute('aria-valuetext')).toBe('hairline');
  });

  it('is chosen with the slider', () => {
    const choose = vi.fn();
    render(<PenWidth pen={DEFAULT_PEN} onChange={choose} />);
    fireEvent.change(screen.getByRole('slider'), { target: { value: '6' } });
    expect(choose).toHaveBeenCalledWith(6);
  });
});
