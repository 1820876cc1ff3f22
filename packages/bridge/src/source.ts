// Where the bytes for a page come from. A stream hands out its own chunks; a plain TCP socket reads into buffers
// of a pool, large ones while much comes and small ones while little does, for the system's calls cost more than
// anything else on the way down.

import type { OnReadOpts, Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** What takes the bytes. */
export interface Sink {
  /** `release` must be called once, when the chunk is not needed any more. */
  bytes(chunk: Buffer, release: () => void): void;
  end(): void;
}

/** A far end's bytes. */
export interface Source {
  start(sink: Sink): void;
  pause(): void;
  resume(): void;
  /** Hands out nothing more, but goes on to notice what comes. */
  stop(): void;
  /** Whether bytes have come that nobody got. */
  readonly hasStray: boolean;
  /** Reads on, and drops what comes. */
  discard(): void;
}

const NO_BYTES = Buffer.alloc(0);
const nothing = (): void => {};

/** The bytes of any stream: TLS, a command's output. */
export class StreamSource implements Source {
  readonly #stream: Readable;
  #sink: Sink | null = null;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  start(sink: Sink): void {
    this.#sink = sink;
    this.#stream.on('data', this.#onData).once('end', this.#onEnd);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  stop(): void {
    this.#sink = null;
    this.#stream.off('data', this.#onData).off('end', this.#onEnd).pause();
  }

  get hasStray(): boolean {
    return this.#stream.readableLength > 0;
  }

  discard(): void {
    this.stop();
    this.#stream.resume();
  }

  readonly #onData = (chunk: Buffer): void => this.#sink?.bytes(chunk, nothing);
  readonly #onEnd = (): void => this.#sink?.end();
}

// An idle connection keeps a small one; the largest is where larger ones bring no more speed.
const SIZES = [4, 16, 64, 512].map((kib) => kib * 1024);
// What has been read empty may stay so for long: its next read is into none larger than this one.
const RESTING = 2;
// A chunk that fills less of its buffer than this is copied, and the buffer used again.
const WORTH_KEEPING = 4;

/** Buffers that are used again, and again. */
export class BufferPool {
  readonly #limit: number;
  readonly #free = SIZES.map((): Buffer[] => []);
  #kept = 0;

  /** @param limit bytes that are kept for later */
  constructor(limit: number) {
    this.#limit = limit;
  }

  take(step: number): Buffer {
    const buffer = this.#free[step]!.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(SIZES[step]!);
    this.#kept -= buffer.length;
    return buffer;
  }

  give(buffer: Buffer): void {
    const step = SIZES.indexOf(buffer.length);
    if (step === -1 || this.#kept + buffer.length > this.#limit) return;
    this.#free[step]!.push(buffer);
    this.#kept += buffer.length;
  }
}

/** The bytes of a plain TCP socket, read into the pool's buffers. */
export class PooledSource implements Source {
  /** For `net.connect`. */
  readonly onread: OnReadOpts;
  readonly #pool: BufferPool;
  #socket: Socket | null = null;
  #sink: Sink | null = null;
  #step = 0;
  #next: Buffer;
  /** What came before anybody took it. */
  #early: [Buffer, () => void][] = [];
  #hasStray = false;
  #isPaused = false;
  #isStopped = false;
  #isDiscarding = false;

  constructor(pool: BufferPool) {
    this.#pool = pool;
    this.#next = pool.take(0);
    this.onread = {
      buffer: () => this.#next,
      callback: (size, buffer) => this.#read(size, buffer as Buffer),
    };
  }

  /** Tells it whose bytes these are. */
  bind(socket: Socket): void {
    this.#socket = socket;
    // The handle may fill it until it is closed.
    socket.once('close', () => this.#pool.give(this.#next));
  }

  start(sink: Sink): void {
    this.#sink = sink;
    this.#socket!.once('end', this.#onEnd);
    for (const [chunk, release] of this.#early.splice(0)) sink.bytes(chunk, release);
    // It has ended before anybody listened.
    if (this.#socket!.readableEnded) process.nextTick(this.#onEnd);
  }

  // Asked at each chunk and each credit: the stream's own machinery is called only where something changes.
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#socket!.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket!.resume();
  }

  stop(): void {
    this.#sink = null;
    this.#isStopped = true;
    this.#socket!.off('end', this.#onEnd).resume();
  }

  get hasStray(): boolean {
    return this.#hasStray;
  }

  discard(): void {
    this.#isDiscarding = true;
    this.stop();
  }

  readonly #onEnd = (): void => {
    const socket = this.#socket!;
    // A connection that was cut while nobody read ends like one that was closed; writing nothing tells which.
    if (socket.writable && socket.writableLength === 0) {
      socket.write(NO_BYTES, (error) => {
        if (error === null || error === undefined) this.#sink?.end();
      });
    } else {
      this.#sink?.end();
    }
  };

  /** @returns whether to read on */
  #read(size: number, buffer: Buffer): boolean {
    if (this.#isDiscarding) return true;
    if (this.#isStopped) {
      this.#hasStray = true;
      return false;
    }
    const [chunk, release] = this.#cut(size, buffer);
    if (this.#sink === null) {
      this.#early.push([chunk, release]);
      this.#isPaused = true;
      return false;
    }
    this.#sink.bytes(chunk, release);
    return true;
  }

  /** A chunk of its own, and the buffer to read into next. */
  #cut(size: number, buffer: Buffer): [Buffer, () => void] {
    const isFull = size === buffer.length;
    const isSmall = size * WORTH_KEEPING < buffer.length;
    const step = this.#step;
    if (isFull) this.#step = Math.min(step + 1, SIZES.length - 1);
    else this.#step = Math.min(isSmall ? Math.max(step - 1, 0) : step, RESTING);
    if (isSmall) {
      const copy = Buffer.from(buffer.subarray(0, size));
      if (this.#step !== step) {
        this.#pool.give(buffer);
        this.#next = this.#pool.take(this.#step);
      }
      return [copy, nothing];
    }
    this.#next = this.#pool.take(this.#step);
    return [buffer.subarray(0, size), () => this.#pool.give(buffer)];
  }
}
