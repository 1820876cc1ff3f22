// The page's end of a connection: control frames and bytes into its WebSocket, and how full that is.

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE_CODE } from '@imaplib/client/protocol';
import type { BridgeFrame, TransportError } from '@imaplib/client/protocol';
import type { Budget } from './budget.ts';
import type { Limits } from './limits.ts';

/** Writes to a page. Nothing here waits; what cannot be sent any more is dropped. */
export class Page {
  readonly #socket: WebSocket;
  readonly #wire: Duplex;
  readonly #limits: Limits;
  readonly #budget: Budget;
  #sending = 0;

  /** @param wire what the WebSocket writes to */
  constructor(socket: WebSocket, about: { wire: Duplex; limits: Limits; budget: Budget }) {
    this.#socket = socket;
    this.#wire = about.wire;
    this.#limits = about.limits;
    this.#budget = about.budget;
  }

  /** Whether enough waits for the page already. */
  get isFull(): boolean {
    return (
      this.#sending >= this.#limits.queuedFrames ||
      this.#socket.bufferedAmount >= this.#limits.queuedBytes ||
      // One chunk at a time still passes, so that nobody waits for others.
      (this.#sending > 0 && this.#budget.isSpent)
    );
  }

  /** Holds what is sent back until {@link release}, for a single write. */
  gather(): void {
    this.#wire.cork();
  }

  release(): void {
    this.#wire.uncork();
  }

  /** Sends bytes without copying them; `sent` is called when they have left. */
  sendBytes(bytes: Buffer, sent: () => void): void {
    this.#sending += 1;
    this.#socket.send(bytes, { binary: true }, () => {
      this.#sending -= 1;
      sent();
    });
  }

  /** Sends a control frame. A page that asks for more than it reads is given up. */
  send(frame: BridgeFrame): void {
    this.#socket.send(JSON.stringify(frame), () => {});
    if (this.#socket.bufferedAmount > this.#limits.backlogBytes) this.#socket.terminate();
  }

  /** Says what failed, and closes. */
  fail(error: TransportError): void {
    const { code, stage, message, reason, timings, tls } = error;
    this.send({
      type: 'error',
      code,
      stage,
      message,
      ...(reason === null ? {} : { reason }),
      ...(Object.keys(timings).length === 0 ? {} : { timings }),
      ...(tls === null ? {} : { tls }),
    });
    this.#socket.close(CLOSE_CODE[code], code);
  }

  /** Closes in order. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}
