// A literal of the server on its way to whoever reads it, octet by octet and never as a whole: the session stops
// reading while too much of it waits and nobody else does.

/** The octets of one literal. */
export class LiteralStream {
  /** As announced. */
  readonly size: number;
  readonly stream: ReadableStream<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #received = 0;
  #dropped: number | null = null;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;
  #drained: (() => void) | null = null;

  constructor(size: number) {
    this.size = size;
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => this.#pull(controller),
        cancel: () => this.#drop(),
      },
      { highWaterMark: 0 },
    );
  }

  /** Bytes that wait for their reader. */
  get bytes(): number {
    return this.#bytes;
  }

  /** All of it has come and been read, or dropped. */
  get isRead(): boolean {
    return this.#received === this.size && this.#bytes === 0;
  }

  /** Bytes that nobody wanted any more. */
  get dropped(): number {
    return this.#dropped ?? 0;
  }

  /** Called when less waits than before. */
  set onDrain(callback: (() => void) | null) {
    this.#drained = callback;
  }

  /** Some more octets; the last of them end the stream. */
  push(octets: Uint8Array): void {
    this.#received += octets.length;
    if (this.#dropped !== null) {
      this.#dropped += octets.length;
      return;
    }
    this.#chunks.push(octets);
    this.#bytes += octets.length;
    this.#wake?.();
  }

  /** Ends the stream with an error, unless all of it has come; what still comes is dropped. */
  fail(error: unknown): void {
    if (this.#received === this.size || this.#dropped !== null) return;
    this.#failure = { error };
    this.#drop();
    this.#wake?.();
  }

  #drop(): void {
    this.#dropped ??= 0;
    this.#chunks = [];
    this.#bytes = 0;
    this.#drained?.();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#chunks.length === 0 && this.#failure === null) {
      if (this.#received === this.size) return controller.close();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure.error;
    // All that waits, one chunk at a time: there are few, since the session stops reading.
    const chunk = this.#chunks.shift()!;
    this.#bytes -= chunk.length;
    controller.enqueue(chunk);
    this.#drained?.();
  }
}
