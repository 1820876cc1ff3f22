// Bytes from the far end to the page, as far as the page's credit reaches and its WebSocket takes them. What does
// not fit is one held chunk, and a far end that is not read.

import type { Readable } from 'node:stream';
import { MAX_FRAME, SendCredit } from '@imaplib/client/protocol';
import type { Page } from './page.ts';

/** The way down. */
export class ToPage {
  readonly #page: Page;
  readonly #credit: SendCredit;
  readonly #onEnd: () => void;
  #source: Readable | null = null;
  #held: Buffer | null = null;
  #atEnd: (() => void) | null = null;
  #bytes = 0;

  /**
   * @param window the page's receive window
   * @param onEnd called when the far end has ended and its last byte was sent
   */
  constructor(page: Page, window: number, onEnd: () => void) {
    this.#page = page;
    this.#credit = new SendCredit(window);
    this.#onEnd = onEnd;
  }

  /** Bytes sent so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins to read. */
  attach(source: Readable): void {
    this.#source = source;
    source.on('data', this.#take).once('end', this.#end);
  }

  /** Stops reading. Returns whether bytes of the far end had come that the page has not got. */
  detach(): boolean {
    const source = this.#source;
    this.#source = null;
    source?.off('data', this.#take).off('end', this.#end).pause();
    return this.#held !== null || (source?.readableLength ?? 0) > 0;
  }

  /** Reads on, and drops what comes: the page is gone, and the far end shall not wait for it. */
  discard(): void {
    const source = this.#source;
    this.detach();
    this.#held = null;
    this.#atEnd = null;
    source?.resume();
  }

  /**
   * More may be sent.
   *
   * @throws FrameError where the page grants beyond its window
   */
  grant(bytes: number): void {
    this.#credit.grant(bytes);
    this.#forward();
  }

  /** Nothing more will come; calls back when the last byte was sent, at once where nothing waits. */
  finish(done: () => void): void {
    this.#atEnd = done;
    this.#forward();
  }

  readonly #take = (chunk: Buffer): void => {
    // One more may come although reading was paused: Node resumes the stdout of a child that exits.
    this.#held = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#forward();
  };

  readonly #end = (): void => this.finish(this.#onEnd);

  readonly #forward = (): void => {
    const page = this.#page;
    while (this.#held !== null && this.#credit.available > 0 && !page.isFull) {
      const size = Math.min(this.#held.length, this.#credit.available, MAX_FRAME);
      const bytes = this.#held.subarray(0, size);
      this.#held = size === this.#held.length ? null : this.#held.subarray(size);
      this.#credit.spend(size);
      this.#bytes += size;
      page.sendBytes(bytes, this.#forward);
    }
    // With the credit used up one more chunk is read and held: its end, or its failure, is noticed in time.
    if (this.#held !== null || page.isFull) this.#source?.pause();
    else this.#source?.resume();
    if (this.#held === null && this.#atEnd !== null) {
      const done = this.#atEnd;
      this.#atEnd = null;
      done();
    }
  };
}
