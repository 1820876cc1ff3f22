// The receiving half of every transport: a queue behind a readable stream with a high-water mark of 0. A chunk stays
// here until the consumer asks for it, so whoever bounds this queue bounds the memory of the connection.

// Chunks smaller than this are joined: a server that sends single bytes must not cost an object for each.
const JOIN_BELOW = 4096;

/** What the owner of a {@link ReceiveSide} learns. */
export interface ReceiveEvents {
  /** The consumer took a chunk of so many bytes. */
  taken?(bytes: number): void;
  /** The consumer cancelled the stream. */
  cancelled(reason: unknown): void;
}

/** Bytes that arrived and are not read yet. */
export class ReceiveSide {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #events: ReceiveEvents;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #queue: Uint8Array[] = [];
  #head = 0;
  #queued = 0;
  #wanted = false;
  #last: { readonly error?: unknown } | null = null;
  #done = false;

  constructor(events: ReceiveEvents) {
    this.#events = events;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#wanted = true;
          this.#deliver();
        },
        cancel: (reason) => {
          this.#done = true;
          this.#clear();
          this.#events.cancelled(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Bytes that wait for the consumer. */
  get queued(): number {
    return this.#queued;
  }

  /** True once nothing more can be pushed. */
  get ended(): boolean {
    return this.#done || this.#last !== null;
  }

  /** Adds bytes that arrived; after the end they are dropped. */
  push(chunk: Uint8Array): void {
    if (this.ended || chunk.length === 0) return;
    const last = this.#queue.at(-1);
    if (last !== undefined && this.#head < this.#queue.length && last.length + chunk.length <= JOIN_BELOW) {
      const joined = new Uint8Array(last.length + chunk.length);
      joined.set(last);
      joined.set(chunk, last.length);
      this.#queue[this.#queue.length - 1] = joined;
    } else {
      this.#queue.push(chunk);
    }
    this.#queued += chunk.length;
    this.#deliver();
  }

  /** The other side has ended: the stream closes behind the queued bytes. */
  end(): void {
    if (this.ended) return;
    this.#last = {};
    this.#deliver();
  }

  /** The connection broke: the stream errors behind the queued bytes, which may say why. */
  fail(error: unknown): void {
    if (this.ended) return;
    this.#last = { error };
    this.#deliver();
  }

  /** Drops the queued bytes and ends the stream at once: with the reason as its error, or closed without one. */
  stop(reason?: unknown): void {
    if (this.#done) return;
    this.#clear();
    this.#last = reason === undefined ? {} : { error: reason };
    this.#deliver();
  }

  #deliver(): void {
    if (this.#done) return;
    if (this.#wanted && this.#head < this.#queue.length) {
      const chunk = this.#queue[this.#head++]!;
      if (this.#head === this.#queue.length) {
        this.#queue = [];
        this.#head = 0;
      }
      this.#queued -= chunk.length;
      this.#wanted = false;
      // Enqueueing may pull again at once, when more reads are pending.
      this.#controller.enqueue(chunk);
      this.#events.taken?.(chunk.length);
    }
    if (this.#last !== null && this.#queued === 0 && !this.#done) {
      this.#done = true;
      if (this.#last.error !== undefined) this.#controller.error(this.#last.error);
      else this.#controller.close();
    }
  }

  #clear(): void {
    this.#queue = [];
    this.#head = 0;
    this.#queued = 0;
  }
}
