// Byte credit, counted the same way on both sides of the bridge. It replaces pausing the WebSocket: a side that
// stopped reading could never see the other's credit, and both would wait for ever.

import { FrameError } from './frames.ts';

/** How much may still be sent to the other side. */
export class SendCredit {
  readonly #window: number;
  #available: number;

  /** @param window the other side's receive window in bytes */
  constructor(window: number) {
    this.#window = window;
    this.#available = window;
  }

  /** Bytes that may be sent now. */
  get available(): number {
    return this.#available;
  }

  /** Counts bytes as sent. */
  spend(bytes: number): void {
    if (bytes > this.#available)
      throw new RangeError(`sending ${bytes} bytes with a credit of ${this.#available}`);
    this.#available -= bytes;
  }

  /**
   * Takes the other side's grant.
   *
   * @throws FrameError where it grants more than was spent
   */
  grant(bytes: number): void {
    if (this.#available + bytes > this.#window) throw new FrameError('credit beyond the window');
    this.#available += bytes;
  }
}

/** How much the other side may still send to us, and when to grant it more. */
export class ReceiveCredit {
  readonly #batch: number;
  #available: number;
  #consumed = 0;

  /** @param window our receive window in bytes */
  constructor(window: number) {
    this.#available = window;
    // A quarter of the window: few enough grants, and the sender never runs dry while its consumer keeps up.
    this.#batch = Math.floor(window / 4);
  }

  /**
   * Counts bytes that arrived.
   *
   * @throws FrameError where the other side sent more than it may
   */
  receive(bytes: number): void {
    if (bytes > this.#available) throw new FrameError('bytes beyond the window');
    this.#available -= bytes;
  }

  /** Counts bytes that the consumer took. Returns how many to grant now: 0, or a whole batch. */
  consume(bytes: number): number {
    this.#consumed += bytes;
    if (this.#consumed < this.#batch) return 0;
    const grant = this.#consumed;
    this.#consumed = 0;
    this.#available += grant;
    return grant;
  }
}
