import { Icon, type IconName } from './Icon';

interface ActionButtonProps {
  readonly icon: IconName;
  /** Whether pressing it would change anything now. */
  readonly useful: boolean;
  readonly onPress: () => void;
  readonly children: string;
}

/**
 * A button that fades where it has nothing to do but is never disabled: one
 * that switches itself off under the keyboard's focus would lose it.
 */
export function ActionButton({ icon, useful, onPress, children }: ActionButtonProps) {
  return (
    <button type="button" className="action" data-useful={useful} onClick={onPress}>
      <Icon name={icon} />
      {children}
    </button>
  );
}
