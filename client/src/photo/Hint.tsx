import { useEffect, useRef } from 'react';

/** What to do now. It takes the focus where what had it went away with the step before. */
export function Hint({ children }: { readonly children: string }) {
  const hintRef = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) hintRef.current?.focus();
  }, []);
  return <p ref={hintRef} tabIndex={-1} className="photo-hint">{children}</p>;
}
