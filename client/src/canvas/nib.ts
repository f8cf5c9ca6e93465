/** Lets a ring as wide as the pen go with the pointer; returns what stops it. */
export function followNib(surface: HTMLElement, nib: HTMLElement): () => void {
  const following = new AbortController();
  const { signal } = following;

  function follow({ clientX, clientY, pointerType }: PointerEvent): void {
    const { left, top } = surface.getBoundingClientRect();
    nib.style.translate = `calc(${clientX - left}px - 50%) calc(${clientY - top}px - 50%)`;
    // A finger hides what lies under it anyway.
    nib.toggleAttribute('data-shown', pointerType !== 'touch');
  }

  surface.addEventListener('pointermove', follow, { signal });
  surface.addEventListener('pointerleave', () => { nib.removeAttribute('data-shown'); }, { signal });
  return () => { following.abort(); };
}
