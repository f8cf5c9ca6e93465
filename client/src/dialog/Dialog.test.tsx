import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { texts } from '../texts';
import { Dialog } from './Dialog';

beforeEach(() => {
  // jsdom has the element without what opens and closes it.
  HTMLDialogElement.prototype.showModal = function () { this.open = true; };
  HTMLDialogElement.prototype.close = function () { this.open = false; };
});
afterEach(cleanup);

function Broken(): never {
  throw new TypeError('Failed to fetch dynamically imported module');
}

it('says what could not be loaded, and leaves the page as it is', () => {
  vi.spyOn(console, 'error').mockReturnValue();
  const page = (open: boolean, broken: boolean) => (
    <>
      <p>drawing</p>
      <Dialog title="Part" open={open} onOpenChange={() => undefined}>{broken ? <Broken /> : <p>part</p>}</Dialog>
    </>
  );
  const { rerender } = render(page(true, true));
  expect(screen.getByText('drawing')).toBeTruthy();
  expect(screen.getByRole('alert').textContent).toContain(texts.missing.there);
  rerender(page(false, true));
  expect(screen.queryByRole('alert')).toBeNull();
  rerender(page(true, false));
  expect(screen.getByText('part')).toBeTruthy();
});
