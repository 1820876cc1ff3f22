// Bytes from the far end to the page, as far as the page's credit reaches and its WebSocket takes them. What does
// not fit is one chunk that waits, and a far end that is not read.

import type { Budget } from './budget.ts';
import type { Page } from './page.ts';
import type { Source } from './source.ts';

// A page gets a frame only when it is whole: on a slow network large ones would come so rarely that the connection
// seems dead.
const FRAME = 64 * 1024;

/** How much may be sent now. */
export interface Credit {
  readonly available: number;
  spend(bytes: number): void;
}

/** For those who know no credit: their WebSocket alone says when it is enough. */
export const UNLIMITED: Credit = { available: Infinity, spend() {} };

interface Chunk {
  /** What is still to be sent. */
  rest: Buffer;
  /** How much of it has not left yet. */
  left: number;
  readonly release: () => void;
}

/** The way down. */
export class ToPage {
  readonly #page: Page;
  readonly #credit: Credit;
  readonly #budget: Budget;
  readonly #onEnd: () => void;
  readonly #waiting: Chunk[] = [];
  #source: Source | null = null;
  #atEnd: (() => void) | null = null;
  #bytes = 0;

  /** @param onEnd called when the far end has ended and its last byte was sent */
  constructor(page: Page, about: { credit: Credit; budget: Budget; onEnd: () => void }) {
    this.#page = page;
    this.#credit = about.credit;
    this.#budget = about.budget;
    this.#onEnd = about.onEnd;
  }

  /** Bytes sent so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins to read. */
  attach(source: Source): void {
    this.#source = source;
    source.start({
      bytes: (bytes, release) => {
        this.#budget.take(bytes.length);
        this.#waiting.push({ rest: bytes, left: bytes.length, release });
        this.forward();
      },
      end: () => this.finish(this.#onEnd),
    });
  }

  /** Stops reading. Returns whether bytes of the far end had come that the page has not got. */
  detach(): boolean {
    const source = this.#source;
    this.#source = null;
    source?.stop();
    return this.#waiting.length > 0 || source?.hasStray === true;
  }

  /** Reads on, and drops what comes: the page is gone, and the far end shall not wait for it. */
  discard(): void {
    this.#source?.discard();
    this.#source = null;
    this.#atEnd = null;
    for (const chunk of this.#waiting.splice(0)) this.#left(chunk, chunk.rest.length);
  }

  /** Nothing more will come; calls back when the last byte was sent, at once where nothing waits. */
  finish(done: () => void): void {
    this.#atEnd = done;
    this.forward();
  }

  /** Sends what may be sent now: called when there is more of anything, bytes or credit or room. */
  forward(): void {
    const page = this.#page;
    let chunk = this.#waiting[0];
    if (chunk !== undefined && this.#maySend) {
      // The frames of one read leave in one write.
      page.gather();
      while (chunk !== undefined && this.#maySend) {
        this.#sendFrom(chunk);
        chunk = this.#waiting[0];
      }
      page.release();
    }
    // With the credit used up one more chunk is read and waits: the far end's failure is noticed in time.
    if (chunk !== undefined || page.isFull) this.#source?.pause();
    else this.#source?.resume();
    if (chunk === undefined && this.#atEnd !== null) {
      const done = this.#atEnd;
      this.#atEnd = null;
      done();
    }
  }

  get #maySend(): boolean {
    return this.#credit.available > 0 && !this.#page.isFull;
  }

  #sendFrom(chunk: Chunk): void {
    const size = Math.min(chunk.rest.length, this.#credit.available, FRAME);
    const bytes = chunk.rest.subarray(0, size);
    chunk.rest = chunk.rest.subarray(size);
    if (chunk.rest.length === 0) this.#waiting.shift();
    this.#credit.spend(size);
    this.#bytes += size;
    this.#page.sendBytes(bytes, () => {
      this.#left(chunk, size);
      this.forward();
    });
  }

  #left(chunk: Chunk, bytes: number): void {
    this.#budget.give(bytes);
    chunk.left -= bytes;
    if (chunk.left === 0) chunk.release();
  }
}
