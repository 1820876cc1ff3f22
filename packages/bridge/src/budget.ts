// The bytes that wait in one process, for all its connections together. When the budget is spent, nobody is cut
// off for what others queue: each connection keeps a small share, and who holds more than that has to wait or go.

/** Counts waiting bytes. */
export class Budget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that wait now. */
  get used(): number {
    return this.#used;
  }

  get isSpent(): boolean {
    return this.#used >= this.#limit;
  }

  take(bytes: number): void {
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}
