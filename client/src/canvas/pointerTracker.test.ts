import { beforeEach, describe, expect, it } from 'vitest';
import { PointerTracker, type PointerFacts } from './pointerTracker';

const pointer = (pointerId: number, pointerType: string, button = 0): PointerFacts => ({
  pointerId, pointerType, button,
});
const finger = pointer(1, 'touch');
const secondFinger = pointer(2, 'touch');
const pen = pointer(3, 'pen');
const mouse = pointer(4, 'mouse');

let tracker: PointerTracker;
beforeEach(() => { tracker = new PointerTracker(); });

describe('which pointer draws', () => {
  it('is the first that comes', () => {
    expect(tracker.down(finger, 0)).toBe('draws');
    expect(tracker.isDrawing(finger)).toBe(true);
  });

  it('is not a second finger, and the first goes on undisturbed', () => {
    tracker.down(finger, 0);
    expect(tracker.down(secondFinger, 10)).toBe('ignored');
    expect(tracker.up(secondFinger, 20)).toBe(false);
    expect(tracker.isDrawing(finger)).toBe(true);
  });

  it('is the second finger once the first has left', () => {
    tracker.down(finger, 0);
    expect(tracker.up(finger, 10)).toBe(true);
    expect(tracker.down(secondFinger, 20)).toBe('draws');
  });

  it('is not the right mouse button', () => {
    expect(tracker.down(pointer(4, 'mouse', 2), 0)).toBe('ignored');
  });

  it('is the pen, though a palm came first', () => {
    tracker.down(finger, 0);
    expect(tracker.down(pen, 10)).toBe('replaces');
    expect(tracker.isDrawing(finger)).toBe(false);
    expect(tracker.isDrawing(pen)).toBe(true);
  });

  it('is not a palm that comes after the pen', () => {
    tracker.down(pen, 0);
    expect(tracker.down(finger, 10)).toBe('ignored');
  });

  it('is not a palm that rests while the pen is lifted between two strokes', () => {
    tracker.down(pen, 0);
    tracker.up(pen, 2000);
    expect(tracker.down(finger, 2300)).toBe('ignored');
    expect(tracker.down(pen, 2400)).toBe('draws');
  });

  it('is not a palm that comes while the pen is over the sheet', () => {
    tracker.moved(pen, 4000);
    expect(tracker.down(finger, 4100)).toBe('ignored');
    tracker.moved(mouse, 9000);
    expect(tracker.down(finger, 9100)).toBe('draws');
  });

  it('is a finger again when the pen has been put away', () => {
    tracker.down(pen, 0);
    tracker.up(pen, 100);
    expect(tracker.down(finger, 5000)).toBe('draws');
  });

  it('is not a pen while the mouse draws', () => {
    tracker.down(mouse, 0);
    expect(tracker.down(pen, 10)).toBe('ignored');
  });

  it('is none twice over: a pointer that has left cannot leave again', () => {
    tracker.down(finger, 0);
    expect(tracker.up(finger, 10)).toBe(true);
    expect(tracker.up(finger, 10)).toBe(false);
  });
});
