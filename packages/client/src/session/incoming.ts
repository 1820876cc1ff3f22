// The reading half of a session: chunks in, responses out, and no faster than they are taken.

import type { ByteStream } from '../transport/byte-stream.ts';
import type { Framer, Frame } from '../wire/framer.ts';
import type { BackPressure } from './back-pressure.ts';
import type { SilenceWatch } from './silence-watch.ts';

/** What the reading half asks of its session. */
export interface Reading {
  /** No more is read. */
  readonly isOver: () => boolean;
  /** So many octets are here. @throws where none may come now */
  readonly arrived: (octets: number) => void;
  readonly take: (frame: Frame) => void;
  /** All responses of a chunk have been taken. */
  readonly taken: () => void;
}

/** Reads responses from a stream that may be replaced while it is being read. */
export class Incoming {
  readonly #framer: Framer;
  readonly #pressure: BackPressure;
  readonly #silence: SilenceWatch;
  #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ByteStream, framer: Framer, pressure: BackPressure, silence: SilenceWatch) {
    this.#reader = stream.readable.getReader();
    this.#framer = framer;
    this.#pressure = pressure;
    this.#silence = silence;
  }

  /** Lets go of the stream: a layer is about to be put on it. What it has not given yet stays in it. */
  release(): void {
    this.#reader.releaseLock();
  }

  /** What comes from here on comes from another stream. */
  use(stream: ByteStream): void {
    this.#reader = stream.readable.getReader();
  }

  /**
   * Reads until the end.
   *
   * @throws what the stream fails with, what {@link Reading.take} throws
   */
  async run(session: Reading): Promise<void> {
    try {
      for (;;) {
        await this.#rowsTaken(session);
        const chunk = await this.#next();
        if (chunk === null || session.isOver()) return;
        session.arrived(chunk.length);
        this.#silence.heard();
        this.#framer.push(chunk);
        for (let frame = this.#framer.next(); frame !== null; frame = this.#framer.next()) {
          session.take(frame);
          if (session.isOver()) return;
        }
        session.taken();
      }
    } finally {
      this.#reader.releaseLock();
    }
  }

  /** The next chunk, from whichever stream gives it; null at the end. */
  async #next(): Promise<Uint8Array | null> {
    for (;;) {
      const reader = this.#reader;
      try {
        const { value, done } = await reader.read();
        if (done) return null;
        if (reader === this.#reader) return value;
      } catch (error) {
        // Released, because another stream has taken its place.
        if (reader === this.#reader) throw error;
        continue;
      }
      throw new Error('the server sent bytes before the layer of the connection was switched');
    }
  }

  /** Waits while the rows of the only command are not being read: back pressure up to the server. */
  async #rowsTaken(session: Reading): Promise<void> {
    while (!session.isOver()) {
      const taken = this.#pressure.next();
      if (taken === null) return;
      await this.#silence.except(taken);
    }
  }
}
