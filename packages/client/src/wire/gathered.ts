// The octets of a response that came in more than one chunk, held until it is whole.

/** Below this a chunk is copied into a block of its own, so that a drip of single octets stays cheap to hold. */
const SMALL = 1024;
const BLOCK = 16 * 1024;

/** Grows as octets arrive, never by what a server announces. */
export class Gathered {
  #pieces: Uint8Array[] = [];
  /** The last piece, while it has room for more small chunks. */
  #block: Uint8Array | null = null;
  #used = 0;
  length = 0;

  push(view: Uint8Array): void {
    if (view.length === 0) return;
    this.length += view.length;
    if (view.length >= SMALL) {
      this.#seal();
      this.#pieces.push(view);
      return;
    }
    if (this.#block === null || this.#used + view.length > this.#block.length) {
      this.#seal();
      this.#block = new Uint8Array(BLOCK);
    }
    this.#block.set(view, this.#used);
    this.#used += view.length;
  }

  /** The octets from `from` to the end, copied; it costs no more than what it copies. */
  tail(from: number): Uint8Array {
    const start = Math.max(0, from);
    const out = new Uint8Array(this.length - start);
    let end = out.length;
    for (let index = this.#pieces.length; end > 0; index--) {
      const piece =
        index === this.#pieces.length ? this.#block?.subarray(0, this.#used) : this.#pieces[index];
      if (piece === undefined) continue;
      const part = piece.length > end ? piece.subarray(piece.length - end) : piece;
      end -= part.length;
      out.set(part, end);
    }
    return out;
  }

  /** The first octets, at most `count` of them. */
  head(count: number): Uint8Array {
    const out = new Uint8Array(Math.min(count, this.length));
    let at = 0;
    for (const piece of [
      ...this.#pieces,
      ...(this.#block === null ? [] : [this.#block.subarray(0, this.#used)]),
    ]) {
      if (at === out.length) break;
      const part = piece.subarray(0, out.length - at);
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  /** Forgets all but the last octets, once there are many more than `count`. */
  shorten(count: number): void {
    if (this.length < BLOCK) return;
    const last = this.tail(this.length - count);
    this.clear();
    this.push(last);
  }

  /** Forgets everything. */
  clear(): void {
    this.#pieces = [];
    this.#block = null;
    this.#used = 0;
    this.length = 0;
  }

  #seal(): void {
    if (this.#block !== null) this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = null;
    this.#used = 0;
  }
}
