// The commands that were typed, for the arrow keys. What is kept has no secrets.

const MOST = 200;

export class History {
  #entries: string[] = [];
  /** Where the arrow keys stand; behind the last entry is the line that is being written. */
  #at = 0;
  #unfinished = '';

  /** Keeps a line, once where it is repeated. */
  add(line: string): void {
    if (this.#entries.at(-1) !== line) this.#entries.push(line);
    if (this.#entries.length > MOST) this.#entries.shift();
    this.#at = this.#entries.length;
  }

  /** The line before; null at the first. `now` is what stands in the field. */
  previous(now: string): string | null {
    if (this.#at === 0) return null;
    if (this.#at === this.#entries.length) this.#unfinished = now;
    return this.#entries[--this.#at] ?? null;
  }

  /** The line after, in the end the unfinished one; null there. */
  next(): string | null {
    if (this.#at === this.#entries.length) return null;
    this.#at += 1;
    return this.#entries[this.#at] ?? this.#unfinished;
  }
}
