import { Component, type ReactNode } from 'react';
import { texts } from '../texts';

interface ShieldProps {
  readonly children: ReactNode;
}

/** Where a part of the page cannot be loaded or shown it says so, and the rest stays as it is. */
export class Shield extends Component<ShieldProps, { readonly broken: boolean }> {
  override readonly state = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <div role="alert">
        <p>{texts.missing.there}</p>
        <button type="button" className="action mt-4 w-full" data-useful="true" onClick={() => { window.location.reload(); }}>
          {texts.missing.reload}
        </button>
      </div>
    );
  }
}
