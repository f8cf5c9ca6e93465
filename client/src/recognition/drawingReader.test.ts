import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DrawingStore } from '../canvas/drawingStore';
import { readDrawing } from './drawingReader';

const reader = { follow: vi.fn(), replace: vi.fn(), hurry: vi.fn(), clear: vi.fn(), retryNow: vi.fn() };
const onSheet = { x: 0.5, y: 0.5 };

let store: DrawingStore;
let stop: () => void;

beforeEach(() => {
  vi.clearAllMocks();
  store = new DrawingStore();
  stop = readDrawing(store, reader);
});
afterEach(() => { stop(); });

const drawStroke = (): void => {
  store.dispatch({ type: 'begin', point: onSheet, width: 0.05 });
  store.dispatch({ type: 'extend', points: [{ x: 0.6, y: 0.6 }] });
  store.dispatch({ type: 'finish' });
};

describe('reading a drawing', () => {
  it('follows the pen from where it touches, and asks nothing new when it lifts', () => {
    drawStroke();
    expect(reader.follow).toHaveBeenCalledTimes(2);
    expect(reader.hurry).toHaveBeenCalledTimes(1);
  });

  it('takes what undo and redo leave for another drawing', () => {
    drawStroke();
    drawStroke();
    store.dispatch({ type: 'undo' });
    store.dispatch({ type: 'redo' });
    expect(reader.replace).toHaveBeenCalledTimes(2);
  });

  it('asks nothing about an empty sheet, whether cleared or undone', () => {
    drawStroke();
    store.dispatch({ type: 'undo' });
    expect(reader.clear).toHaveBeenCalledTimes(1);
    drawStroke();
    store.dispatch({ type: 'clear' });
    expect(reader.clear).toHaveBeenCalledTimes(2);
    expect(reader.replace).not.toHaveBeenCalled();
  });

  it('asks nothing about a stroke beside the sheet', () => {
    store.dispatch({ type: 'begin', point: { x: 1.5, y: 0.5 }, width: 0.05 });
    expect(reader.follow).not.toHaveBeenCalled();
  });

  it('reads a photograph as another drawing', () => {
    store.dispatch({ type: 'lay', photo: document.createElement('canvas') });
    expect(reader.replace).toHaveBeenCalledTimes(1);
  });

  it('shows nothing of a drawing beside the photograph that takes its place', () => {
    drawStroke();
    store.dispatch({ type: 'lay', photo: document.createElement('canvas') });
    expect(reader.clear).toHaveBeenCalledTimes(1);
    expect(reader.clear).toHaveBeenCalledBefore(reader.replace);
  });

  it('shows nothing of a photograph beside the stroke that takes its place', () => {
    store.dispatch({ type: 'lay', photo: document.createElement('canvas') });
    vi.clearAllMocks();
    drawStroke();
    expect(reader.clear).toHaveBeenCalledTimes(1);
    expect(reader.clear).toHaveBeenCalledBefore(reader.follow);
  });

  it('shows nothing of a photograph beside the drawing that undo brings back, nor the other way round', () => {
    drawStroke();
    store.dispatch({ type: 'lay', photo: document.createElement('canvas') });
    for (const type of ['undo', 'redo'] as const) {
      vi.clearAllMocks();
      store.dispatch({ type });
      expect(reader.clear).toHaveBeenCalledTimes(1);
      expect(reader.clear).toHaveBeenCalledBefore(reader.replace);
    }
  });

  it('tries again when the network is back', () => {
    window.dispatchEvent(new Event('online'));
    expect(reader.retryNow).toHaveBeenCalledTimes(1);
  });

  it('stops when it is told to', () => {
    stop();
    drawStroke();
    expect(reader.follow).not.toHaveBeenCalled();
  });
});
