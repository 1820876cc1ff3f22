// When rows, or the octets of a literal, are read more slowly than they come: the only command on the line lets the
// server wait, one with others behind it lets them pile up, and is given up where they are too many.

import { ImapLimitError } from './errors.ts';
import type { Pending } from './pending.ts';
import type { CommandQueue } from './queue.ts';

/** So much waits for its reader before the session stops reading, when nobody else waits. */
const ENOUGH = 256 * 1024;

/** What waits to be read. */
export interface Backlog {
  readonly bytes: number;
  /** Called when it has become less. */
  set onDrain(callback: (() => void) | null);
  fail(error: unknown): void;
}

/** Tells the reading loop when to go on. */
export class BackPressure {
  readonly #queue: CommandQueue;
  readonly #maxQueued: number;
  #isHurried = false;
  #release: (() => void) | null = null;

  constructor(queue: CommandQueue, maxQueued: number) {
    this.#queue = queue;
    this.#maxQueued = maxQueued;
  }

  /** What to wait for before more is read, or null. It may have to be asked again after that. */
  next(): Promise<void> | null {
    const { inFlight, waiting } = this.#queue;
    // Whose caller has gone waits for nothing.
    const awaited = inFlight.filter((pending) => !pending.abandoned);
    if (this.#isHurried || awaited.length > 1 || waiting.length > 0) {
      for (const pending of awaited) this.#check(pending);
      return null;
    }
    const backlogs = awaited[0]?.backlogs ?? [];
    if (sum(backlogs) < ENOUGH) return null;
    return new Promise((resolve) => {
      this.#release = () => {
        this.#release = null;
        for (const backlog of backlogs) backlog.onDrain = null;
        resolve();
      };
      for (const backlog of backlogs) backlog.onDrain = this.#release;
    });
  }

  /** Somebody waits from here on, though not in the queue. */
  hurry(): void {
    this.#isHurried = true;
    this.release();
  }

  /** Something has changed: the reading loop looks again. */
  release(): void {
    this.#release?.();
  }

  #check(pending: Pending): void {
    if (sum(pending.backlogs) <= this.#maxQueued) return;
    const message = `${pending.request.name}: more than ${this.#maxQueued} bytes wait to be read while other calls wait behind them`;
    pending.fail(new ImapLimitError(message, 'maxQueued'));
  }
}

function sum(backlogs: readonly Backlog[]): number {
  return backlogs.reduce((total, { bytes }) => total + bytes, 0);
}
