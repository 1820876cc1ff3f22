// Icons: lucide's data, drawn here. An icon says nothing to a screen reader; whatever holds it has a name.
import { createElement, type ButtonHTMLAttributes, type ComponentChildren } from 'preact';

export type IconData = readonly (readonly [string, Readonly<Record<string, string | number | undefined>>])[];

export function Icon({ of, size = 18, filled = false }: { of: IconData; size?: number; filled?: boolean }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width={1.75}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {of.map(([tag, attributes]) => createElement(tag, attributes))}
    </svg>
  );
}

export type IconButtonProps = Omit<ButtonHTMLAttributes, 'icon' | 'name' | 'size' | 'role'> & {
  readonly icon: IconData;
  readonly name: string;
  /** The key that does the same. */
  readonly hint?: string;
  readonly filled?: boolean;
  readonly size?: number;
  readonly children?: ComponentChildren;
};

/** A button with an icon and a name. */
export function IconButton({
  icon,
  name,
  hint,
  filled = false,
  size = 18,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={name}
      title={hint === undefined ? name : `${name} (${hint})`}
      {...rest}
    >
      <Icon of={icon} size={size} filled={filled} />
      {children}
    </button>
  );
}
