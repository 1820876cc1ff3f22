// A person as a round spot with initials; its colour stays the same for the same address.
import { hue, initials } from '../mail/people.ts';

export function Avatar({ name, address, size }: { name: string; address: string; size?: 'large' }) {
  return (
    <span
      class={size === 'large' ? 'avatar avatar-large' : 'avatar'}
      style={{ '--hue': String(hue(address === '' ? name : address)) }}
      aria-hidden="true"
    >
      {initials(name)}
    </span>
  );
}
