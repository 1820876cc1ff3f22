// The one clock of a session: how long a server may say nothing while a command waits for its answer.

/** Calls back once when nothing was heard for too long. */
export class SilenceWatch {
  readonly #ms: number;
  readonly #onSilence: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching = false;
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
    if (on && !this.#watching) {
      this.heard();
      this.#arm(this.#ms);
    } else if (!on) {
      clearTimeout(this.#timer);
    }
    this.#watching = on;
  }

  /** It is we who do not read. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Counts again from now. */
  resume(): void {
    this.heard();
    if (this.#watching) this.#arm(this.#ms);
  }

  /** For good. */
  stop(): void {
    this.#watching = false;
    clearTimeout(this.#timer);
  }

  /** One timer for many answers: it looks at the clock when it fires instead of being set anew for each chunk. */
  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const left = this.#heardAt + this.#ms - performance.now();
      if (left > 1) this.#arm(left);
      else this.#onSilence();
    }, ms);
  }
}
