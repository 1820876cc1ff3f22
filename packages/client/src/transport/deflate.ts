// A compressed connection, as a ByteStream over a ByteStream (RFC 4978): raw deflate both ways, one endless stream in
// each direction. What comes down goes through the platform's inflater; what goes up is written as stored blocks, since
// the platform's deflater cannot flush: commands are short.
//
// Measured in Node 20 and Chromium 156: both give out all octets of a flushed block at once, however it is cut. But
// Chromium inflates a whole chunk before it asks whether anybody reads: a chunk is handed to it in slices.

import { TransportError, type ByteStream, type StreamInfo } from './byte-stream.ts';

/** A slice of 4 KiB becomes 4 MiB at the worst: deflate makes at most 1,032 octets of one. */
const SLICE = 4096;
/** As much as a stored block holds. */
const LONGEST_STORED = 65_535;
/** What a flush ends in; the octets before the end of a connection that was not cut. */
const flushed = [0, 0, 0xff, 0xff];
/** The last block, an empty one: the inflater gives out what it has, and is content. */
const lastBlock = Uint8Array.of(3, 0);

/** How much a server may make of little. */
export interface ExpansionLimit {
  /** Octets that one compressed octet may become, on the whole. */
  readonly ratio: number;
  /** Octets beyond that which the connection may hold: mail that is all the same compresses a thousandfold. */
  readonly allowance: number;
  /** What the stream fails with where it is more. */
  readonly exceeded: (octets: number) => Error;
}

/**
 * The stream as the session sees it, above a stream of raw deflate.
 *
 * There is no STARTTLS above it (RFC 4978 2.1). Closing it closes what is below.
 */
export function inflated(below: ByteStream, limit: ExpansionLimit): ByteStream {
  const down = new Inflating(below, limit);
  return {
    readable: down.readable,
    writable: storing(below.writable.getWriter()),
    get info(): StreamInfo {
      return below.info;
    },
    ...(below.probe === undefined ? {} : { probe: () => below.probe!() }),
    get onDrain() {
      return below.onDrain ?? null;
    },
    set onDrain(listener) {
      below.onDrain = listener;
    },
    close(reason) {
      down.stop(reason);
      below.close(reason);
    },
  };
}

/** The way down. */
class Inflating {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #name: string;
  readonly #limit: ExpansionLimit;
  readonly #below: ReadableStreamDefaultReader<Uint8Array>;
  readonly #in: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #out: ReadableStreamDefaultReader<Uint8Array>;
  readonly #close: (reason: unknown) => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** Taken from below, not yet handed to the inflater. */
  #chunk: Uint8Array = new Uint8Array(0);
  /** The last octets that were handed to it. */
  #tail: readonly number[] = flushed;
  #octetsIn = 0;
  #octetsOut = 0;
  #isWanted = false;
  #isFeeding = false;
  /** What is below has ended, in order or with an error. */
  #ended: { readonly error?: unknown } | null = null;
  #isOver = false;

  constructor(below: ByteStream, limit: ExpansionLimit) {
    const inflater = new DecompressionStream('deflate-raw');
    this.#name = below.info.peer.name;
    this.#limit = limit;
    this.#close = (reason) => below.close(reason);
    this.#below = below.readable.getReader();
    this.#in = inflater.writable.getWriter();
    this.#out = inflater.readable.getReader();
    // What fails is seen where something is read.
    for (const { closed } of [this.#below, this.#in, this.#out]) closed.catch(() => {});
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: (reason) => {
          this.#isOver = true;
          void this.#out.cancel(reason).catch(() => {});
          below.close(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Ends the stream at once: with the reason as its error, or closed without one. */
  stop(reason?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (reason === undefined) this.#controller.close();
    else this.#controller.error(reason);
    void this.#out.cancel(reason).catch(() => {});
  }

  /** The reader waits for the next chunk. */
  async #pull(): Promise<void> {
    this.#isWanted = true;
    void this.#feed();
    try {
      const { value, done } = await this.#out.read();
      if (this.#isOver) return;
      if (done) return this.stop(this.#ended?.error);
      this.#octetsOut += value.length;
      const { allowance, ratio, exceeded } = this.#limit;
      if (this.#octetsOut <= allowance + ratio * this.#octetsIn) return this.#controller.enqueue(value);
      const error = exceeded(this.#octetsOut);
      this.stop(error);
      this.#close(error);
    } catch (error) {
      this.stop(this.#ended?.error ?? this.#broken(error));
    } finally {
      this.#isWanted = false;
    }
  }

  /** Hands on what is below, slice by slice, as long as the reader waits. */
  async #feed(): Promise<void> {
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    try {
      while (this.#isWanted && this.#ended === null && !this.#isOver) {
        if (this.#chunk.length === 0) this.#chunk = await this.#take();
        if (this.#ended !== null) await this.#finish();
        else await this.#hand(this.#chunk.slice(0, SLICE));
      }
    } catch {
      // The inflater has failed: reading from it fails with the same.
    } finally {
      this.#isFeeding = false;
    }
  }

  /** The next chunk from below; where there is none, it has ended. */
  async #take(): Promise<Uint8Array> {
    try {
      const { value, done } = await this.#below.read();
      if (!done) return value;
      this.#ended = {};
    } catch (error) {
      this.#ended = { error };
    }
    return new Uint8Array(0);
  }

  async #hand(slice: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#chunk = this.#chunk.subarray(slice.length);
    this.#octetsIn += slice.length;
    this.#tail = [...this.#tail, ...slice.subarray(-flushed.length)].slice(-flushed.length);
    await this.#in.write(slice);
  }

  /** Nothing more comes: the inflater must give out what it still has. */
  async #finish(): Promise<void> {
    // Behind anything but a flush the last block would be read as something else.
    if (this.#tail.every((octet, at) => octet === flushed[at])) await this.#in.write(lastBlock.slice());
    await this.#in.close();
  }

  #broken(cause: unknown): TransportError {
    return this.#ended === null
      ? new TransportError('protocol', 'relay', `${this.#name} sent what cannot be inflated.`, { cause })
      : new TransportError('unreachable', 'relay', `${this.#name} ended inside a compressed block.`, {
          cause,
        });
  }
}

/** The way up: each chunk as stored blocks (RFC 1951 3.2.4), in one piece. */
function storing(below: WritableStreamDefaultWriter<Uint8Array>): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    start: (controller) => {
      below.closed.catch((error: unknown) => controller.error(error));
    },
    write: (chunk) => below.write(stored(chunk)),
    close: async () => {
      await below.write(lastBlock);
      await below.close();
    },
    abort: (reason) => below.abort(reason),
  });
}

function stored(data: Uint8Array): Uint8Array {
  const blocks = Math.ceil(data.length / LONGEST_STORED);
  const out = new Uint8Array(data.length + 5 * blocks);
  for (let block = 0; block < blocks; block++) {
    const part = data.subarray(block * LONGEST_STORED, (block + 1) * LONGEST_STORED);
    const at = block * (LONGEST_STORED + 5);
    // Not the last block; its length, and its length once more with every bit turned.
    out.set([0, part.length, part.length >> 8, ~part.length, ~part.length >> 8], at);
    out.set(part, at + 5);
  }
  return out;
}
