import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DrawingStore } from '../canvas/drawingStore';
import { Actions } from './Actions';

let store: DrawingStore;
beforeEach(() => {
  store = new DrawingStore();
  render(<Actions store={store} onPhoto={() => undefined} />);
  act(() => {
    store.dispatch({ type: 'begin', point: { x: 0.5, y: 0.5 }, width: 0.05 });
    store.dispatch({ type: 'finish' });
  });
});
afterEach(cleanup);

const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
const useful = () => ['Undo', 'Redo', 'Clear'].filter((name) => screen.getByRole('button', { name }).dataset.useful === 'true');

describe('the buttons', () => {
  it('take a stroke back and bring it again', async () => {
    await press('Undo');
    expect(store.snapshot().content.strokes).toHaveLength(0);
    await press('Redo');
    expect(store.snapshot().content.strokes).toHaveLength(1);
  });

  it('clear the sheet in a way that can be undone', async () => {
    await press('Clear');
    expect(store.snapshot().content.strokes).toHaveLength(0);
    await press('Undo');
    expect(store.snapshot().content.strokes).toHaveLength(1);
  });

  it('show which of them have something to do', async () => {
    expect(useful()).toEqual(['Undo', 'Clear']);
    await press('Undo');
    expect(useful()).toEqual(['Redo']);
  });

  it('keep the focus when they have nothing left to do', async () => {
    await press('Clear');
    await press('Clear');
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Clear' }));
  });
});
