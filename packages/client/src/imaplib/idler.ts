// IDLE (RFC 2177): what the server tells while nothing is asked, as an async iterable.

import { after } from '../session/timer.ts';
import type { Datum } from './datum.ts';

/** One untagged response: its name and what it held. */
export type IdleEvent = [typ: string, data: Datum[]];

/** What an {@link Idler} needs of its connection. */
export interface IdleConnection {
  /** Sends IDLE and waits for `+`; from then on, and before, hands over what comes. */
  begin(idler: IdleReceiver): Promise<void>;
  /** Sends DONE and waits for the tagged answer; the events that nobody has taken by then are kept for later. */
  end(left: () => readonly IdleEvent[]): Promise<void>;
}

/** Where the connection hands over what comes while it idles. */
export interface IdleReceiver {
  /** @returns the bytes that now wait unread */
  receive(event: IdleEvent, bytes: number): number;
  /** The connection is over. */
  fail(reason: unknown): void;
}

/**
 * What {@link IMAP4.idle} gives.
 *
 * A `for await` over it sends IDLE, yields one response at a time, and sends DONE when the loop is left. To read in
 * several loops, or with {@link burst}, begin with `await using idler = await M.idle().start()`, or end with
 * `await idler.done()`.
 */
export class Idler implements AsyncIterable<IdleEvent>, AsyncDisposable {
  readonly #connection: IdleConnection;
  readonly #duration: number | null;
  #waiting: { readonly event: IdleEvent; readonly bytes: number }[] = [];
  #bytes = 0;
  #failure: { readonly reason: unknown } | null = null;
  #wake: (() => void) | null = null;
  #until = Infinity;
  #started: Promise<void> | null = null;

  /** @param duration seconds until the iteration ends, or null for no end */
  constructor(connection: IdleConnection, duration: number | null) {
    this.#connection = connection;
    this.#duration = duration;
  }

  /** Begins to idle; a loop does it by itself. Resolves when the server has agreed. */
  async start(): Promise<this> {
    this.#started ??= this.#begin();
    await this.#started;
    return this;
  }

  async #begin(): Promise<void> {
    this.#failure = null;
    this.#until = Infinity;
    try {
      await this.#connection.begin({
        receive: (event, bytes) => {
          this.#waiting.push({ event, bytes });
          this.#bytes += bytes;
          this.#wake?.();
          return this.#bytes;
        },
        fail: (reason) => {
          this.#failure = { reason };
          this.#wake?.();
        },
      });
    } catch (reason) {
      this.#started = null;
      throw reason;
    }
    if (this.#duration !== null) this.#until = performance.now() + this.#duration * 1000;
  }

  /** Ends idling. What has not been read can be asked for with `response()`. */
  async done(): Promise<void> {
    const started = this.#started;
    if (started === null) return;
    this.#started = null;
    // Where it could not begin there is nothing to end, and whoever began has been told why.
    const hasBegun = await started.then(
      () => true,
      () => false,
    );
    if (!hasBegun) return;
    this.#wake?.();
    await this.#connection.end(() => {
      this.#bytes = 0;
      return this.#waiting.splice(0).map(({ event }) => event);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.done();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<IdleEvent, void, void> {
    const isOurs = this.#started === null;
    await this.start();
    try {
      for (let event = await this.#next(this.#until); event !== null; event = await this.#next(this.#until)) {
        yield event;
      }
    } finally {
      if (isOurs) await this.done();
    }
  }

  /**
   * The responses that come close together: waits for the first as a loop does, then yields on while the next begins
   * within `interval` seconds.
   */
  async *burst(interval = 0.1): AsyncGenerator<IdleEvent, void, void> {
    const isOurs = this.#started === null;
    await this.start();
    try {
      let event = await this.#next(this.#until);
      while (event !== null) {
        yield event;
        event = await this.#next(performance.now() + interval * 1000);
      }
    } finally {
      if (isOurs) await this.done();
    }
  }

  /** The next response, or null when the time has passed; what is there already is given in any case. */
  async #next(until: number): Promise<IdleEvent | null> {
    for (;;) {
      const first = this.#waiting.shift();
      if (first !== undefined) {
        this.#bytes -= first.bytes;
        return first.event;
      }
      if (this.#failure !== null) throw this.#failure.reason;
      const left = until - performance.now();
      if (left <= 0 || this.#started === null) return null;
      await this.#changed(left);
    }
  }

  async #changed(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== Infinity) timer = after(ms, resolve);
    });
    this.#wake = null;
    clearTimeout(timer);
  }
}
