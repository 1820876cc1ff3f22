// The one clock of a session: how long a server may say nothing while a command waits for its answer.

import { after } from './timer.ts';

/** Calls back once when nothing was heard for too long. */
export class SilenceWatch {
  readonly #ms: number;
  readonly #onSilence: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching = false;
  /** How many reasons there are why it is we who are slow. */
  #paused = 0;
  /** In the time of `performance.now()`. */
  #heardAt = performance.now();

  constructor(ms: number, onSilence: () => void) {
    this.#ms = ms;
    this.#onSilence = onSilence;
  }

  get lastHeard(): number {
    return this.#heardAt;
  }

  /** Something came, or something of ours left. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** Begins, or ends where no command waits any more. */
  watch(on: boolean): void {
    if (on === this.#watching) return;
    this.#watching = on;
    this.#start();
  }

  /** Does not count while a promise of our own side is waited for. */
  async except<T>(ours: Promise<T>): Promise<T> {
    this.#paused += 1;
    this.#start();
    try {
      return await ours;
    } finally {
      this.#paused -= 1;
      this.#start();
    }
  }

  /** For good. */
  stop(): void {
    this.#watching = false;
    clearTimeout(this.#timer);
  }

  #start(): void {
    clearTimeout(this.#timer);
    if (!this.#watching || this.#paused > 0) return;
    this.heard();
    this.#arm(this.#ms);
  }

  /** One timer for many answers: it looks at the clock when it fires instead of being set anew for each chunk. */
  #arm(ms: number): void {
    this.#timer = after(ms, () => {
      const left = this.#heardAt + this.#ms - performance.now();
      if (left > 1) this.#arm(left);
      else this.#onSilence();
    });
  }
}
