// The sending half of every transport: a writable stream that knows whether everything it accepted has left,
// which a writable stream by itself does not tell, and that can be held while the connection is upgraded.

import { abortable } from './abort.ts';

/** Where the bytes go. */
export interface SendSink {
  /** Hands the bytes on; resolves when they have left. Rejects when the signal (the writer's abort) fires. */
  write(chunk: Uint8Array, signal: AbortSignal): Promise<void> | void;
  /** The writer was closed in order, everything has left. */
  close(): Promise<void> | void;
  /** The writer was aborted; a part of a chunk may have left. */
  aborted(reason: unknown): void;
}

interface Hold {
  /** So many of the accepted writes may still pass. */
  readonly after: number;
  readonly released: Promise<void>;
  readonly release: () => void;
}

/** Bytes on their way out. */
export class SendSide {
  readonly writable: WritableStream<Uint8Array>;
  #controller!: WritableStreamDefaultController;
  #accepted = 0;
  #left = 0;
  #held: Hold | null = null;
  #flushing: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | null = null;
  #failed: { readonly error: unknown } | null = null;
  #closed = false;

  constructor(sink: SendSink) {
    this.writable = new WritableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        write: async (chunk, controller) => {
          try {
            await this.#permitted(controller.signal);
            controller.signal.throwIfAborted();
            await sink.write(chunk, controller.signal);
          } catch (error) {
            // What of the chunk has left is not known: the connection cannot be used any more.
            if (this.#failed === null) {
              this.fail(error);
              sink.aborted(error);
            }
            throw error;
          }
          this.#left++;
          if (this.#held === null || this.#left >= this.#held.after) this.#flushing?.resolve();
        },
        close: async () => {
          await this.#permitted();
          await sink.close();
          this.#closed = true;
        },
        abort: (reason) => {
          sink.aborted(reason);
        },
      },
      {
        highWaterMark: 1,
        // Called for each write at the moment when it is accepted, long before the sink sees it.
        size: () => {
          this.#accepted++;
          return 1;
        },
      },
    );
  }

  /** True once the writer has closed it in order. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Keeps back whatever is written from now on, until {@link release}. Resolves when everything accepted before has
   * left.
   */
  hold(): Promise<void> {
    if (this.#failed !== null) return Promise.reject(this.#failed.error);
    const after = this.#accepted;
    let release!: () => void;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held = { after, released, release };
    if (this.#left >= after) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#flushing = { resolve, reject };
    });
  }

  /** Lets the writes go on. */
  release(): void {
    const held = this.#held;
    this.#held = null;
    held?.release();
  }

  /** The connection broke: pending and later writes reject. A write in the sink must be rejected there. */
  fail(error: unknown): void {
    if (this.#failed !== null) return;
    this.#failed = { error };
    this.#controller.error(error);
    this.release();
    this.#flushing?.reject(error);
  }

  async #permitted(signal?: AbortSignal): Promise<void> {
    while (this.#held !== null && this.#left >= this.#held.after)
      await abortable(this.#held.released, signal);
    if (this.#failed !== null) throw this.#failed.error;
  }
}
