import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import type { DrawingAction } from './drawing';
import { listenForStrokes } from './strokeInput';

let surface: HTMLElement;
let capture: Mock<(pointerId: number) => void>;
let actions: DrawingAction[];
let stop: () => void;

beforeEach(() => {
  surface = document.createElement('div');
  surface.getBoundingClientRect = () => new DOMRect(100, 50, 200, 200);
  capture = vi.fn<(pointerId: number) => void>();
  surface.setPointerCapture = capture;
  actions = [];
  stop = listenForStrokes({ surface, dispatch: (action) => { actions.push(action); }, width: () => 0.05 });
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

function send(type: string, init: PointerEventInit = {}): PointerEvent {
  const event = new PointerEvent(type, { pointerId: 1, pointerType: 'mouse', buttons: 1, cancelable: true, ...init });
  surface.dispatchEvent(event);
  return event;
}

describe('strokes from pointers', () => {
  it('are told in fractions of the surface', () => {
    send('pointerdown', { clientX: 200, clientY: 150 });
    expect(actions).toEqual([{ type: 'begin', point: { x: 0.5, y: 0.5 }, width: 0.05 }]);
  });

  it('capture the pointer, so that a stroke goes on beyond the edge', () => {
    send('pointerdown', { clientX: 200, clientY: 150 });
    send('pointermove', { clientX: 320, clientY: 150 });
    expect(capture).toHaveBeenCalledWith(1);
    expect(actions.at(-1)).toEqual({ type: 'extend', points: [{ x: 1.1, y: 0.5 }] });
  });

  it('take every position that the browser bundled into one event', () => {
    send('pointerdown', { clientX: 100, clientY: 50 });
    const bundle = new PointerEvent('pointermove', { pointerId: 1, buttons: 1, clientX: 300, clientY: 50 });
    bundle.getCoalescedEvents = () => [
      new PointerEvent('pointermove', { clientX: 200, clientY: 50 }),
      new PointerEvent('pointermove', { clientX: 300, clientY: 50 }),
    ];
    surface.dispatchEvent(bundle);
    expect(actions.at(-1)).toEqual({ type: 'extend', points: [{ x: 0.5, y: 0 }, { x: 1, y: 0 }] });
  });

  it.each(['pointerup', 'pointercancel', 'lostpointercapture'])('end with %s', (type) => {
    send('pointerdown');
    send(type, { buttons: 0 });
    expect(actions.at(-1)).toEqual({ type: 'finish' });
  });

  it('are taken back where the system takes back the touch', () => {
    send('pointerdown', { pointerType: 'touch' });
    send('pointercancel', { pointerType: 'touch', buttons: 0 });
    expect(actions.at(-1)).toEqual({ type: 'abandon' });
  });

  it('end once, though a lifted pointer also loses its capture', () => {
    send('pointerdown');
    send('pointerup', { buttons: 0 });
    send('lostpointercapture', { buttons: 0 });
    expect(actions.filter(({ type }) => type === 'finish')).toHaveLength(1);
  });

  it('end when the mouse comes back with its button up', () => {
    send('pointerdown');
    send('pointermove', { buttons: 0, clientX: 300, clientY: 250 });
    expect(actions.at(-1)).toEqual({ type: 'finish' });
  });

  it('end when the main button goes up while another is held', () => {
    send('pointerdown');
    send('pointermove', { buttons: 2, clientX: 300, clientY: 250 });
    expect(actions.at(-1)).toEqual({ type: 'finish' });
  });

  it('do not begin when a mouse only passes over', () => {
    send('pointermove', { buttons: 0 });
    expect(actions).toEqual([]);
  });

  it('are given up for the pen when they were the palm', () => {
    send('pointerdown', { pointerId: 1, pointerType: 'touch' });
    send('pointerdown', { pointerId: 2, pointerType: 'pen' });
    expect(actions.map(({ type }) => type)).toEqual(['begin', 'abandon', 'begin']);
  });

  it('go on when the browser refuses the capture', () => {
    surface.setPointerCapture = () => { throw new DOMException('gone', 'NotFoundError'); };
    send('pointerdown');
    expect(actions).toHaveLength(1);
  });

  it('keep the page from selecting, scrolling and opening its menu', () => {
    expect(send('pointerdown').defaultPrevented).toBe(true);
    const menu = new Event('contextmenu', { cancelable: true });
    surface.dispatchEvent(menu);
    expect(menu.defaultPrevented).toBe(true);
  });

  it('leave two fingers to the page that has been made larger', () => {
    const view = Object.assign(new EventTarget(), { scale: 1 });
    vi.stubGlobal('visualViewport', view);
    stop();
    stop = listenForStrokes({ surface, dispatch: () => undefined, width: () => 0.05 });
    const refused = (fingers: number): boolean => {
      const touch = Object.assign(new Event('touchstart', { cancelable: true }), { touches: Array(fingers) });
      surface.dispatchEvent(touch);
      return touch.defaultPrevented;
    };
    expect([refused(1), refused(2), surface.style.touchAction]).toEqual([true, true, '']);
    view.scale = 2;
    view.dispatchEvent(new Event('resize'));
    expect([refused(1), refused(2), surface.style.touchAction]).toEqual([true, false, 'pinch-zoom']);
  });
});
