// The end of a connection: why it came, and who is told. The first reason is the one that counts.

import { ImapConnectionError } from './errors.ts';
import { after } from './timer.ts';

/** Whether a connection is over, and why. */
export class Ending {
  /** Settles when it is over: null where that was in order, else why. Never rejects. */
  readonly closed: Promise<Error | null>;
  readonly #ended = new AbortController();
  #error: ImapConnectionError | null = null;
  #bye: string | null = null;
  #byeTimer: ReturnType<typeof setTimeout> | undefined;
  #resolveClosed!: (error: Error | null) => void;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** Why it is over; null while it is not. */
  get error(): ImapConnectionError | null {
    return this.#error;
  }

  /** The server has said BYE: it takes no further command. */
  get isAnnounced(): boolean {
    return this.#bye !== null;
  }

  /** Aborts with the reason once everybody has been told. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** The server has said BYE and must close the connection soon; `late` is called where it does not. */
  heardBye(text: string, ms: number, late: () => void): void {
    this.#bye = text;
    this.#byeTimer ??= after(ms, late);
  }

  /** The error for an end that came by itself: the server's BYE explains more than what happened then. */
  explain(what: string, cause?: unknown): ImapConnectionError {
    if (cause instanceof ImapConnectionError) return cause;
    const bye = this.#bye;
    if (bye !== null)
      return new ImapConnectionError(`the server ended the connection: ${bye}`, { cause, bye });
    const why = cause instanceof Error ? cause.message : 'the server closed it';
    return new ImapConnectionError(`${what}: ${why}`, { cause });
  }

  /** Nothing more is sent or read from here on; false where it was over already. */
  begin(error: ImapConnectionError): boolean {
    if (this.#error !== null) return false;
    this.#error = error;
    clearTimeout(this.#byeTimer);
    return true;
  }

  /** Tells those who wait for the end. */
  tell(isInOrder: boolean): void {
    this.#ended.abort(this.#error);
    this.#resolveClosed(isInOrder ? null : this.#error);
  }
}
