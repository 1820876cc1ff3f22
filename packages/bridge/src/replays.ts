// Signed tokens that were used: each is remembered until it ends, so that it opens one connection and no more.

/** Remembers used tokens, at most so many. */
export class Replays {
  readonly #limit: number;
  /** When each of them ends, milliseconds since 1970. */
  readonly #used = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#used.size;
  }

  /** Takes note of a use. False where it is not the first, or where no more can be remembered. */
  use(id: string, until: number): boolean {
    if (this.#used.has(id)) return false;
    if (this.#used.size >= this.#limit) {
      this.sweep();
      // Forgetting one that is still good would let it in again.
      if (this.#used.size >= this.#limit) return false;
    }
    this.#used.set(id, until);
    return true;
  }

  /** Forgets those that have ended. */
  sweep(): void {
    const now = Date.now();
    for (const [id, until] of this.#used) if (until < now) this.#used.delete(id);
  }
}
