import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OWN_MODEL } from '../recognition/ownModel';
import { PlaceMark } from './PlaceMark';

beforeEach(() => {
  // jsdom has the element without what opens and closes it.
  HTMLDialogElement.prototype.showModal = function () { this.open = true; };
  HTMLDialogElement.prototype.close = function () { this.open = false; };
});
afterEach(cleanup);

it.each([
  [null, 'the same network stands there and in this page'],
  ['lenet 1.0.0', `The server reads with lenet 1.0.0 and this page with ${OWN_MODEL}`],
])('says whether server and page read with the same network: %s', (otherModel, said) => {
  render(<PlaceMark place="server" otherModel={otherModel} preference="automatic" onPreferenceChange={() => undefined}
    open={true} onOpenChange={() => undefined} />);
  expect(screen.getByRole('group').textContent).toContain(said);
});
