import { describe, expect, it, vi } from 'vitest';
import { InstallOffer } from './installOffer';

function offered(target: EventTarget, prompt: () => Promise<unknown>): Event {
  const event = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt });
  target.dispatchEvent(event);
  return event;
}

describe('an offer to install', () => {
  it('is there when the browser makes it, in place of the browser’s own bar', () => {
    const target = new EventTarget();
    const offer = new InstallOffer(target, false);
    const changed = vi.fn();
    offer.subscribe(changed);
    expect(offer.way()).toBeNull();
    const event = offered(target, vi.fn());
    expect(event.defaultPrevented).toBe(true);
    expect(offer.way()).toBe('prompt');
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('is taken once', () => {
    const target = new EventTarget();
    const offer = new InstallOffer(target, false);
    const prompt = vi.fn().mockResolvedValue(undefined);
    offered(target, prompt);
    offer.ask();
    offer.ask();
    expect(prompt).toHaveBeenCalledTimes(1);
    expect(offer.way()).toBeNull();
  });

  it('is over when the page has been installed by another way', () => {
    const target = new EventTarget();
    const offer = new InstallOffer(target, false);
    offered(target, vi.fn());
    target.dispatchEvent(new Event('appinstalled'));
    expect(offer.way()).toBeNull();
  });

  it('is explained where the browser cannot be asked', () => {
    expect(new InstallOffer(new EventTarget(), true).way()).toBe('byHand');
  });
});
