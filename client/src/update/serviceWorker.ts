/**
 * Milliseconds until a page loads anew in any case. Where another tab opens at the same moment, Chromium
 * has the new version wait until the old one has been idle for half a minute, unless a page loads.
 */
const PATIENCE = 3000;

/**
 * Registers the service worker once the page has loaded, and tells of a new version that waits,
 * with what puts it in place.
 */
export async function registerServiceWorker(tell: (takeOver: () => void) => void): Promise<void> {
  if (document.readyState !== 'complete') {
    await new Promise((loaded) => { window.addEventListener('load', loaded, { once: true }); });
  }
  const registration = await navigator.serviceWorker.register('/sw.js');
  const tellIfWaiting = (): void => {
    // The first one of all waits for a moment too, but replaces nothing.
    if (registration.waiting && registration.active) tell(() => { takeOver(registration); });
  };
  const follow = (): void => { registration.installing?.addEventListener('statechange', tellIfWaiting); };
  registration.addEventListener('updatefound', follow);
  // The browser looks for a new version by itself too, and may have found it before this page listened.
  follow();
  tellIfWaiting();
}

/** Has the waiting version answer for all pages of the app, and loads this one anew from it. */
function takeOver({ waiting }: ServiceWorkerRegistration): void {
  const reload = (): void => { window.location.reload(); };
  // Nothing waits any more where another tab has put it in place.
  if (!waiting) { reload(); return; }
  navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true });
  window.setTimeout(reload, PATIENCE);
  waiting.postMessage({ type: 'SKIP_WAITING' });
}
