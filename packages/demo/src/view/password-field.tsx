// A password, and a look at its characters.
import type { TargetedInputEvent } from 'preact';
import { useSignal } from '@preact/signals';
import { Eye, EyeOff } from 'lucide';
import { IconButton } from './icon.tsx';

export function PasswordField(props: {
  value: string;
  required: boolean;
  onInput: (value: string) => void;
  class?: string;
}) {
  const isShown = useSignal(false);
  return (
    <div class={`field ${props.class ?? ''}`}>
      <label for="password">Password</label>
      <div class="field-with-button">
        <input
          {...(isShown.value ? { type: 'text' } : { type: 'password' })}
          id="password"
          name="password"
          required={props.required}
          autocomplete="current-password"
          value={props.value}
          onInput={(event: TargetedInputEvent<HTMLInputElement>) => props.onInput(event.currentTarget.value)}
        />
        <IconButton
          icon={isShown.value ? EyeOff : Eye}
          name={isShown.value ? 'Hide characters' : 'Show characters'}
          aria-pressed={isShown.value}
          onClick={() => (isShown.value = !isShown.value)}
        />
      </div>
    </div>
  );
}
