// When rows are read more slowly than they come: the only command on the line lets the server wait, one with others
// behind it lets its rows pile up, and is given up where they are too many.

import { ImapLimitError } from './errors.ts';
import type { Pending } from './pending.ts';
import type { CommandQueue } from './queue.ts';

/** Rows wait for their reader up to this many bytes before the session stops reading, when nobody else waits. */
const ENOUGH_ROWS = 256 * 1024;

/** Tells the reading loop when to go on. */
export class BackPressure {
  readonly #queue: CommandQueue;
  readonly #maxQueued: number;
  #release: (() => void) | null = null;

  constructor(queue: CommandQueue, maxQueued: number) {
    this.#queue = queue;
    this.#maxQueued = maxQueued;
  }

  /** What to wait for before more is read, or null. It may have to be asked again after that. */
  next(): Promise<void> | null {
    const { inFlight, waiting } = this.#queue;
    if (inFlight.length > 1 || waiting.length > 0) {
      for (const pending of inFlight) this.#check(pending);
      return null;
    }
    const rows = inFlight[0]?.request.rows;
    if (rows === undefined || rows.bytes < ENOUGH_ROWS) return null;
    return new Promise((resolve) => {
      this.#release = () => {
        this.#release = null;
        rows.onDrain = null;
        resolve();
      };
      rows.onDrain = this.#release;
    });
  }

  /** Something has changed: the reading loop looks again. */
  release(): void {
    this.#release?.();
  }

  #check(pending: Pending): void {
    const { name, rows } = pending.request;
    if (rows === undefined || rows.bytes <= this.#maxQueued) return;
    const message = `${name}: more than ${this.#maxQueued} bytes wait to be read while other calls wait behind them`;
    pending.fail(new ImapLimitError(message, 'maxQueued'));
  }
}
