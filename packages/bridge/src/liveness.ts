// Whether a page is still there and still used: WebSocket pings with a deadline, and the time without a byte.

import type { WebSocket } from 'ws';
import type { Limits } from './limits.ts';

/** What follows from a look at a page. */
export type Verdict = 'alive' | 'lost' | 'idle';

/** Watches one WebSocket. */
export class Liveness {
  readonly #socket: WebSocket;
  readonly #limits: Limits;
  #missedPongs = 0;
  /** How many bytes had passed at the last look that saw some, and when that was. */
  #traffic = { bytes: 0, at: performance.now() };

  constructor(socket: WebSocket, limits: Limits) {
    this.#socket = socket;
    this.#limits = limits;
    socket.on('pong', () => this.heard());
  }

  /** The page has given a sign of life. */
  heard(): void {
    this.#missedPongs = 0;
  }

  /** Looks, and asks for the next sign of life. Called every `pingMs`, with the bytes that passed so far. */
  look(bytes: number): Verdict {
    const now = performance.now();
    if (bytes !== this.#traffic.bytes) this.#traffic = { bytes, at: now };
    if (this.#missedPongs >= this.#limits.missedPongs) return 'lost';
    if (now - this.#traffic.at > this.#limits.idleMs) return 'idle';
    this.#socket.ping();
    // Where bytes are not read for now, the answer waits behind them, and only the system can notice that nobody
    // takes the pings.
    if (!this.#socket.isPaused) this.#missedPongs += 1;
    return 'alive';
  }
}
