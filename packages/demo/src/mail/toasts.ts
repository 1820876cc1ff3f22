// The one toast on the screen: what has happened, and for eight seconds a way to take it back.
import { signal, type Signal } from '@preact/signals';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'done' | 'bad';
  readonly undo: (() => Promise<void>) | null;
  /** Milliseconds that it stays, not counting the time it is held. */
  readonly duration: number;
}

/** The clock a toast runs by. */
export interface Clock {
  now(): number;
  later(run: () => void, milliseconds: number): unknown;
  cancel(handle: unknown): void;
}

const clock: Clock = {
  now: () => performance.now(),
  later: (run, milliseconds) => setTimeout(run, milliseconds),
  cancel: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

export interface Toasts {
  readonly current: Signal<Toast | null>;
  /** Shows what has been done; the one before goes, and can no longer be taken back. */
  readonly done: (text: string, undo?: () => Promise<void>) => void;
  readonly bad: (text: string) => void;
  readonly dismiss: () => void;
  /** Stops the clock while somebody reads or is about to click. */
  readonly hold: () => void;
  readonly release: () => void;
  /** Takes the last action back, once. False where there is nothing to take back. */
  readonly undo: () => Promise<boolean>;
}

export function createToasts(at: Clock = clock): Toasts {
  const current = signal<Toast | null>(null);
  let count = 0;
  let handle: unknown;
  let left = 0;
  let since = 0;

  const run = () => {
    since = at.now();
    handle = at.later(dismiss, left);
  };
  const show = (toast: Omit<Toast, 'id'>) => {
    at.cancel(handle);
    current.value = { ...toast, id: ++count };
    left = toast.duration;
    run();
  };
  function dismiss(): void {
    at.cancel(handle);
    current.value = null;
  }
  const bad = (text: string) => show({ text, tone: 'bad', undo: null, duration: 10_000 });

  return {
    current,
    bad,
    dismiss,
    done: (text, undo) =>
      show({ text, tone: 'done', undo: undo ?? null, duration: undo === undefined ? 4_000 : 8_000 }),
    hold() {
      if (current.value === null) return;
      at.cancel(handle);
      left = Math.max(1_500, left - (at.now() - since));
    },
    release() {
      if (current.value === null) return;
      at.cancel(handle);
      run();
    },
    async undo() {
      const toast = current.value;
      if (toast === null || toast.undo === null) return false;
      dismiss();
      try {
        await toast.undo();
      } catch (error) {
        bad(`That could not be undone: ${error instanceof Error ? error.message : String(error)}`);
      }
      return true;
    },
  };
}

export const toasts = createToasts();
