// A modal dialog: the browser's own, which keeps the focus inside and gives it back.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { X } from 'lucide';
import { IconButton } from './icon.tsx';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly role?: 'alertdialog';
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, wide = false, role, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog dialog-wide' : 'dialog'}
      role={role}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => {
        // The backdrop belongs to the dialog itself, everything else to its content.
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-content">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          <IconButton icon={X} name="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
