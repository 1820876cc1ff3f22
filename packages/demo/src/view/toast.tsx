// The toast at the bottom left: what was done, with Undo; it waits while somebody points at it.
import { CircleAlert, CircleCheck, X } from 'lucide';
import { toasts } from '../mail/toasts.ts';
import { Icon, IconButton } from './icon.tsx';

export function ToastPlace() {
  const toast = toasts.current.value;
  return (
    <div class="toast-place">
      <div role="status" aria-live="polite">
        {toast !== null && toast.tone === 'done' && <span class="visually-hidden">{toast.text}</span>}
      </div>
      <div role="alert">
        {toast !== null && toast.tone === 'bad' && <span class="visually-hidden">{toast.text}</span>}
      </div>
      {toast !== null && (
        <div
          key={toast.id}
          class={`toast toast-${toast.tone}`}
          onPointerEnter={toasts.hold}
          onPointerLeave={toasts.release}
          onFocusIn={toasts.hold}
          onFocusOut={toasts.release}
        >
          <Icon of={toast.tone === 'bad' ? CircleAlert : CircleCheck} />
          <span aria-hidden="true">{toast.text}</span>
          {toast.undo !== null && (
            <button type="button" class="toast-undo" title="Undo (Ctrl+Z)" onClick={() => void toasts.undo()}>
              Undo
            </button>
          )}
          <IconButton icon={X} size={16} name="Dismiss" onClick={toasts.dismiss} />
        </div>
      )}
    </div>
  );
}
