// Calls while there is no connection: those that were not sent, and those whose answer was lost and that may be asked
// for again. They keep their order, and wait so long and no longer.

import type { Backlog } from '../session/back-pressure.ts';
import { ImapConnectionError } from '../session/errors.ts';
import type { Completion, Request } from '../session/request.ts';
import { after } from '../session/timer.ts';

/** A call that cost the connection so often is what costs it. */
const MOST_TIMES = 3;

/** One call, over as many connections as it takes. */
export class Call {
  readonly request: Request;
  readonly promise: Promise<Completion>;
  /** What it was lost with, once it was. */
  lost: ImapConnectionError | null = null;
  resolve!: (completion: Completion) => void;
  #times = 0;
  #isStreamed = false;
  #reject!: (error: unknown) => void;

  constructor(request: Request) {
    const { rows, literal } = request;
    this.request = {
      ...request,
      ...(rows && { rows: lasting(rows) }),
      ...(literal && {
        literal: (...args: Parameters<typeof literal>) => {
          const stream = literal(...args);
          this.#isStreamed ||= stream !== null;
          return stream;
        },
      }),
    };
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether it may be sent, or sent again, on another connection. */
  mayGoOn({ sent }: ImapConnectionError): boolean {
    const { signal, repeatable } = this.request;
    if (sent === null || signal?.aborted === true) return false;
    if (sent === 'nothing') return true;
    // What a stream has given of a literal cannot be taken back.
    if (this.#isStreamed) return false;
    this.#times += 1;
    // The server has no use for a command without its end.
    return (sent === 'part' || repeatable === true) && this.#times < MOST_TIMES;
  }

  /** Told by the connection's end already, where that is why: calls that nobody looks at need not repeat it. */
  reject(error: unknown): void {
    if (error instanceof ImapConnectionError) this.promise.catch(() => {});
    // A stream as literal can be sent once.
    this.#reject(error instanceof RangeError && this.lost !== null ? this.lost : error);
  }

  /** Rejects because it cannot go on, saying what is known of it. */
  giveUp(why: string, cause: unknown): void {
    const isLost = this.lost !== null && this.lost.sent !== 'nothing';
    const what = isLost ? 'got no answer, and was not sent again' : 'was not sent';
    this.reject(
      new ImapConnectionError(`${this.request.name} ${what}: ${why}`, {
        cause,
        sent: this.lost?.sent ?? 'nothing',
      }),
    );
  }
}

/** Rows that are here stay good when the connection is lost. */
function lasting(rows: Backlog): Backlog {
  return {
    get bytes() {
      return rows.bytes;
    },
    set onDrain(callback: (() => void) | null) {
      rows.onDrain = callback;
    },
    fail: (error) => {
      if (!(error instanceof ImapConnectionError)) rows.fail(error);
    },
  };
}

interface Entry {
  readonly call: Call;
  leave(): void;
}

/** Calls in the order in which they were made. */
export class WaitingCalls {
  readonly #waitMs: number;
  readonly #why: () => { readonly text: string; readonly cause: unknown };
  readonly #entries: Entry[] = [];

  constructor(waitMs: number, why: () => { readonly text: string; readonly cause: unknown }) {
    this.#waitMs = waitMs;
    this.#why = why;
  }

  add(call: Call): void {
    const { signal } = call.request;
    if (signal?.aborted === true) return call.reject(signal.reason);
    const withdraw = (): void => {
      entry.leave();
      this.#entries.splice(this.#entries.indexOf(entry), 1);
    };
    const abort = (): void => {
      withdraw();
      call.reject(signal?.reason);
    };
    const timer = after(this.#waitMs, () => {
      withdraw();
      const { text, cause } = this.#why();
      call.giveUp(`${text} within ${this.#waitMs / 1000} s`, cause);
    });
    signal?.addEventListener('abort', abort, { once: true });
    const entry: Entry = {
      call,
      leave: () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      },
    };
    this.#entries.push(entry);
  }

  /** Takes all of them. */
  take(): Call[] {
    return this.#entries.splice(0).map((entry) => {
      entry.leave();
      return entry.call;
    });
  }
}
