// One session as imaplib uses it: each wait has its timeout, each failure imaplib's name, each line goes to the log.

import { abortable } from '../transport/abort.ts';
import type { Connect } from '../transport/byte-stream.ts';
import { ImapConnectionError } from '../session/errors.ts';
import type { Observer } from '../session/observer.ts';
import type { Completion, Request, SessionState } from '../session/request.ts';
import { defaultSessionLimits, Session, type SessionLimits } from '../session/session.ts';
import type { Response } from '../wire/response.ts';
import { bytesRepr } from './byte-string.ts';
import type { DebugLog } from './debug-log.ts';
import { abort, error, reasonOf } from './errors.ts';
import { within } from './patience.ts';

/** How a link is made. */
export interface LinkOptions {
  readonly transport: Connect;
  readonly tagPrefix: string;
  /** Seconds without a word from the server, or null. */
  readonly timeout: number | null;
  readonly limits: Partial<SessionLimits> | undefined;
  readonly trace: Observer | undefined;
  readonly log: DebugLog;
  /** Gives the connecting up. */
  readonly signal: AbortSignal;
  /** Everything untagged that comes outside of a command. */
  readonly onResponse: (response: Response) => void;
}

/** Seconds for what is answered at once by any server that is still there, where no timeout was given. */
const PATIENCE = 60;
/** Milliseconds that the session's own clocks run behind a timeout that was given. */
const BEHIND = 60_000;

/** A connection that stands, until it is {@link over}. */
export class Link {
  /** Why the connection is over: what each later call is told. */
  over: Error | null = null;
  /** Settles when it is over: null after logout, else why. */
  readonly closed: Promise<Error | null>;
  readonly #session: Session;
  readonly #timeout: number | null;

  private constructor(session: Session, timeout: number | null) {
    this.#session = session;
    this.#timeout = timeout;
    this.closed = session.closed.then((reason) => {
      this.over = (reasonOf(reason) as Error | null) ?? new abort('socket error: the connection is closed');
      return reason === null ? null : this.over;
    });
  }

  /**
   * Connects and waits for the greeting.
   *
   * @throws abort where there is no connection
   * @throws error where the greeting is none
   */
  static async open(options: LinkOptions): Promise<Link> {
    const { transport, tagPrefix, timeout, trace, log, onResponse } = options;
    let greeting = '';
    const onLine = (direction: 'C' | 'S', line: string): void => {
      greeting ||= line;
      log.wire(`${direction === 'C' ? '>' : '<'} ${bytesRepr(line)}`);
    };
    const limits = { ...clocksBehind(timeout), ...options.limits };
    try {
      const session = await within(
        'connecting',
        timeout,
        () => 0,
        (late) => {
          const signal = late === undefined ? options.signal : AbortSignal.any([late, options.signal]);
          return Session.open({
            transport,
            signal,
            tagPrefix,
            limits,
            trace,
            onLine,
            onUntagged: onResponse,
          });
        },
      );
      return new Link(session, timeout);
    } catch (reason) {
      if (!(reason instanceof ImapConnectionError)) throw reason;
      if (greeting !== '') throw new error(`invalid greeting: ${greeting}`, { cause: reason });
      // Bad input, such as a port that does not exist, is the caller's and no failure of a connection.
      if (reason.cause instanceof RangeError) throw reason.cause;
      throw reasonOf(reason);
    }
  }

  get greeting(): Response {
    return this.#session.greeting.response;
  }

  get isPreauthenticated(): boolean {
    return this.#session.greeting.status === 'PREAUTH';
  }

  get isSecure(): boolean {
    return this.#session.info.tls !== null;
  }

  get peer(): string {
    return this.#session.info.peer.name;
  }

  /**
   * One command and its tagged answer.
   *
   * @throws abort where the connection is lost
   * @throws DOMException named TimeoutError; the answer may still come, and is then passed over
   */
  async execute(request: Request): Promise<Completion> {
    if (this.over !== null) throw this.over;
    let sent = 0;
    const onProgress = (): void => {
      sent = performance.now();
    };
    // While a callback thinks about its answer, it is not the server that is silent.
    let thinking = false;
    const { continuation } = request;
    const answer = async (text: Uint8Array): Promise<Uint8Array> => {
      thinking = true;
      try {
        return await continuation!(text);
      } finally {
        thinking = false;
        onProgress();
      }
    };
    try {
      return await within(
        request.name,
        request.quiet === true ? null : this.#timeout,
        () => (thinking ? performance.now() : Math.max(this.#session.lastHeard, sent)),
        (signal) =>
          this.#session.execute({
            ...request,
            ...(continuation !== undefined && { continuation: answer }),
            signal,
            onProgress,
          }),
      );
    } catch (reason) {
      throw reasonOf(reason, request.name);
    }
  }

  /** Waits for what any server answers at once. */
  soon<T>(what: string, promise: Promise<T>): Promise<T> {
    return within(
      what,
      this.#timeout ?? PATIENCE,
      () => this.#session.lastHeard,
      (signal) => abortable(promise, signal),
    );
  }

  /** @throws abort where the handshake fails, or something was sent behind the server's OK */
  async startTls(servername: string | undefined): Promise<void> {
    try {
      await this.soon('STARTTLS', this.#session.startTls(servername === undefined ? {} : { servername }));
    } catch (reason) {
      throw reasonOf(reason, 'STARTTLS');
    }
  }

  enableUtf8(): void {
    this.#session.utf8 = true;
  }

  enter(state: SessionState): void {
    this.#session.enter(state);
  }

  close(reason?: Error): void {
    this.#session.close(reason);
  }
}

/** Where the caller gave a timeout it decides, and the session's own clocks run behind it. */
function clocksBehind(timeout: number | null): Partial<SessionLimits> {
  if (timeout === null) return {};
  const behind = timeout * 1000 + BEHIND;
  return { greetingMs: behind, silenceMs: Math.max(behind, defaultSessionLimits.silenceMs) };
}
