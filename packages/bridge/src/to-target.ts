// Bytes from the page to the far end. The page's WebSocket is always read: what the far end does not take yet
// waits here, at most one window, and credit goes back when it has been taken.

import type { Writable } from 'node:stream';
import { TransportError, WINDOW } from '@imaplib/client/protocol';
import type { Budget } from './budget.ts';

// Small chunks that wait are gathered in blocks of this size.
const BLOCK = 16 * 1024;

/** How the page is kept from sending more than fits. */
export interface Intake {
  /**
   * Bytes have come.
   *
   * @throws FrameError where they must not
   */
  receive(bytes: number): void;
  /** The far end has taken bytes. */
  taken(bytes: number): void;
}

/** The way up. */
export class ToTarget {
  readonly #intake: Intake;
  readonly #budget: Budget;
  readonly #waiting: Buffer[] = [];
  #target: Writable | null = null;
  /** Where small chunks are gathered; its used part is the last one of those that wait. */
  #block: { readonly bytes: Buffer; used: number } | null = null;
  #whenIdle: (() => void)[] = [];
  #bytes = 0;
  /** Bytes that the far end has not taken. */
  #pending = 0;
  #isFlushing = false;

  constructor(intake: Intake, budget: Budget) {
    this.#intake = intake;
    this.#budget = budget;
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins to write to it. */
  attach(target: Writable): void {
    this.#target = target;
    this.#flush();
  }

  /**
   * Takes bytes of the page.
   *
   * @throws FrameError where the page sends beyond the window, TransportError where the bridge holds too much
   */
  receive(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#intake.receive(chunk.length);
    this.#bytes += chunk.length;
    this.#pending += chunk.length;
    this.#budget.take(chunk.length);
    if (this.#budget.isSpent && this.#pending > WINDOW.min) {
      throw new TransportError(
        'limit',
        'relay',
        'the bridge holds too many bytes of all its pages, and this one has sent far ahead of its server; try again later',
      );
    }
    this.#keep(chunk);
    // The frames of one read leave in one write.
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    process.nextTick(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  /** Ends the far end's input after all that waits. Resolves when that has left, or cannot leave any more. */
  async end(): Promise<void> {
    const target = this.#target;
    if (target === null || target.destroyed) return;
    await new Promise<void>((resolve) => {
      target.once('finish', resolve).once('close', resolve);
      void this.idle().then(() => target.end());
    });
  }

  /** Resolves when everything has left; never, where the far end does not take it. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#flush();
    });
  }

  /** The far end is gone: what waits for it will never leave. */
  discard(): void {
    this.#waiting.length = 0;
    this.#block = null;
    this.#budget.give(this.#pending);
    this.#pending = 0;
  }

  /** Puts a chunk behind the others. */
  #keep(chunk: Buffer): void {
    // A small frame is a view of a large read: one that waits by itself would keep all of that in memory.
    if (this.#isIdle || chunk.length * 4 >= chunk.buffer.byteLength) {
      this.#waiting.push(chunk);
      this.#block = null;
      return;
    }
    let block = this.#block;
    if (block === null || block.used + chunk.length > block.bytes.length) {
      block = { bytes: Buffer.allocUnsafeSlow(Math.max(BLOCK, chunk.length)), used: 0 };
      this.#block = block;
      this.#waiting.push(block.bytes);
    }
    block.used += chunk.copy(block.bytes, block.used);
    this.#waiting[this.#waiting.length - 1] = block.bytes.subarray(0, block.used);
  }

  get #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#target?.writableLength === 0;
  }

  #flush(): void {
    const target = this.#target;
    if (target === null || target.writableLength > 0 || target.destroyed) return;
    if (this.#waiting.length > 0) {
      this.#block = null;
      target.cork();
      for (const chunk of this.#waiting.splice(0)) {
        target.write(chunk, (error) => {
          // The far end's own events tell what went wrong.
          if (error === null || error === undefined) this.#taken(chunk.length);
        });
      }
      target.uncork();
    } else {
      for (const idle of this.#whenIdle.splice(0)) idle();
    }
  }

  #taken(bytes: number): void {
    // Nothing is pending any more once the rest was given up.
    if (this.#pending === 0) return;
    this.#pending -= bytes;
    this.#budget.give(bytes);
    this.#intake.taken(bytes);
    this.#flush();
  }
}
