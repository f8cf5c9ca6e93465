/** After the first paint, when nothing else is to be done. */
export function whenIdle(task: () => void): void {
  // Safari has no requestIdleCallback.
  const wait = (): void => {
    if ('requestIdleCallback' in window) window.requestIdleCallback(task);
    else setTimeout(task);
  };
  requestAnimationFrame(wait);
}
