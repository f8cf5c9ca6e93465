import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { answerOf } from '../recognition/examples';
import { Bars } from './Bars';

afterEach(cleanup);

const values = () => screen.getAllByRole('meter').map((bar) => bar.getAttribute('aria-valuenow'));

describe('the bars', () => {
  it('are ten, all at nought, before anything is read', () => {
    render(<Bars answer={null} />);
    expect(values()).toEqual(Array(10).fill('0'));
  });

  it('tell each probability in percent', () => {
    render(<Bars answer={answerOf(7, 0.75, { secondDigit: 1 })} />);
    expect(values()).toEqual(['0', '25', '0', '0', '0', '0', '0', '75', '0', '0']);
  });

  it('are named after their digits', () => {
    render(<Bars answer={null} />);
    expect(screen.getByTestId('bar-4')).toBe(screen.getByRole('meter', { name: 'Digit 4' }));
  });
});
