/** Chromium's event that says that the page can be installed; no standard, hence not in the DOM's types. */
interface InstallPromptEvent extends Event {
  readonly prompt: () => Promise<unknown>;
}

/** How this page can be put among the apps: by asking the browser, by the person's own hand, or not (any more). */
export type InstallWay = 'prompt' | 'byHand' | null;

/** Knows whether the page can be installed as an app, from the first moment on. */
export class InstallOffer {
  #event: InstallPromptEvent | null = null;
  #way: InstallWay;
  readonly #listeners = new Set<() => void>();

  constructor(target: EventTarget = window, needsHand = isSecureContext && isSafariOnTouch() && !isInstalled()) {
    this.#way = needsHand ? 'byHand' : null;
    target.addEventListener('beforeinstallprompt', (event) => {
      // The page's own button takes the place of the browser's bar.
      event.preventDefault();
      this.#event = event as InstallPromptEvent;
      this.#change('prompt');
    });
    target.addEventListener('appinstalled', () => { this.#change(null); });
  }

  readonly way = (): InstallWay => this.#way;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Let the browser ask. It allows that once for each event. */
  readonly ask = (): void => {
    const event = this.#event;
    this.#event = null;
    this.#change(null);
    void event?.prompt();
  };

  #change(way: InstallWay): void {
    this.#way = way;
    for (const listener of this.#listeners) listener();
  }
}

function isInstalled(): boolean {
  return matchMedia('(display-mode: standalone)').matches;
}

/** iPhones and iPads, where every browser is Safari; iPads call themselves Macs. */
function isSafariOnTouch(): boolean {
  return /iPhone|iPad/.test(navigator.userAgent) || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1);
}
