import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answerOf } from '../recognition/examples';
import { OWN_MODEL } from '../recognition/ownModel';
import { RecognitionFailure } from '../recognition/recognizer';
import { NOTHING_RECOGNIZED, type Recognition } from '../recognition/scheduler';
import { Reading } from './Reading';

afterEach(cleanup);

const onCorrect = vi.fn();

function show(change: Partial<Recognition>, replaced: string | null = null): void {
  render(<Reading recognition={{ ...NOTHING_RECOGNIZED, ...change }} replaced={replaced} correction={null} onCorrect={onCorrect} />);
}
const reading = () => screen.getByTestId('reading');

describe('the reading', () => {
  it('is empty, and announced when it changes', () => {
    show({});
    expect(reading().textContent).toBe('');
    expect(reading().getAttribute('aria-live')).toBe('polite');
  });

  it('is exactly the digit', () => {
    show({ answer: answerOf(7) });
    expect(reading().textContent).toBe('7');
  });

  it('comes with words and a percentage that do not round up to certainty', () => {
    show({ answer: answerOf(7, 0.9997) });
    expect(screen.getByText('Certain')).toBeDefined();
    expect(screen.getByText('99.9%')).toBeDefined();
  });

  it('stays empty for what is no digit, and the guess is called a guess', () => {
    show({ answer: answerOf(5, 0.61, { isDigit: 0.1 }) });
    expect(reading().textContent).toBe('');
    expect(screen.getByText('Not a digit')).toBeDefined();
    expect(screen.getByText('At a guess a 5, 61%')).toBeDefined();
  });
});

describe('a correction', () => {
  it('is a digit or none, said beside the reading', async () => {
    show({ answer: answerOf(7) });
    const choice = screen.getByRole('combobox', { name: 'Was it misread? Say what it was' });
    await userEvent.selectOptions(choice, 'it was a 1');
    await userEvent.selectOptions(choice, 'it was no digit');
    expect(onCorrect.mock.calls).toEqual([[1], ['noDigit']]);
  });

  it('is not asked for where nothing was read', () => {
    show({});
    expect(screen.queryByRole('combobox')).toBeNull();
  });
});

describe('a failure', () => {
  it('is one sentence in a live region that was there before it', () => {
    show({});
    expect(screen.getByTestId('status').textContent).toBe('');
    cleanup();
    show({ failure: new RecognitionFailure('unreachable') });
    expect(screen.getByTestId('status').textContent).toContain('cannot be reached');
    expect(screen.getByTestId('status').getAttribute('aria-live')).toBe('polite');
  });

  it('is told in the server’s own words where it has some', () => {
    show({ failure: new RecognitionFailure('refused', 'The picture is too large.') });
    expect(screen.getByTestId('status').textContent).toBe('The picture is too large.');
  });
});

describe('another network in place of the server’s', () => {
  it('is told of in the same live region, beside the reading, but not beside a failure', () => {
    show({ answer: answerOf(7, 0.9, { place: 'device' }) }, 'lenet 1.0.0');
    expect(screen.getByTestId('status').textContent).toBe(`By ${OWN_MODEL}, not lenet 1.0.0.`);
    expect(reading().textContent).toBe('7');
    cleanup();
    show({ failure: new RecognitionFailure('neither') }, 'lenet 1.0.0');
    expect(screen.getByTestId('status').textContent).not.toContain('lenet');
  });
});
