import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { answerOf } from '../recognition/examples';
import { entryOf } from './entry';
import { History } from './history';
import HistoryList from './HistoryList';

afterEach(cleanup);

it('a drawing that nobody could read is said to be unread, and nothing is to be corrected in it', () => {
  const entries = [entryOf('a', 2, 'data:image/png;base64,AAAA', null), entryOf('b', 1, 'data:image/png;base64,AAAA', answerOf(7))];
  render(<HistoryList history={new History()} entries={entries} sharing={{ consent: true, onConsentChange: () => undefined, kept: false }} />);
  const [unread, read] = screen.getAllByRole('listitem');
  if (!unread || !read) throw new Error('two rows were to be shown');
  expect(unread.textContent).toContain('Not read');
  expect(within(unread).queryByRole('combobox')).toBeNull();
  expect(within(unread).getByRole('button', { name: /^Delete: Not read/ })).toBeDefined();
  expect(read.textContent).toContain('Read as 7');
  expect(within(read).getByRole('combobox')).toBeDefined();
});
