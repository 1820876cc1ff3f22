// One connection: greeting, state, tags, queue, and whose response is whose. It sends nothing of its own accord.

import type { ByteStream, Connect, StreamInfo, TlsInfo, TlsOptions } from '../transport/byte-stream.ts';
import type { Limits } from '../wire/limits.ts';
import type { Response, StatusText } from '../wire/response.ts';
import type { Completion, Request, SessionState } from './request.ts';

/** How a session is opened. */
export interface SessionOptions {
  readonly transport: Connect;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Partial<SessionLimits>;
  /** Every untagged response that no command has taken, before and between commands too. */
  readonly onUntagged?: (response: Response) => void;
  /** Each line that was sent (secrets as `***`) or received (literals as `{n}`), for logs. */
  readonly onLine?: (direction: 'C' | 'S', line: string) => void;
  /** Tags are this and a number; random letters where absent. */
  readonly tagPrefix?: string;
}

/** The session's own limits beside those of the wire; times in milliseconds, sizes in bytes. */
export interface SessionLimits extends Limits {
  /** Until the greeting has come. */
  readonly greetingMs: number;
  /** Without a byte from the server while a command is unanswered. */
  readonly silenceMs: number;
  /** Rows that wait for a slow reader while other calls wait behind them. */
  readonly maxQueued: number;
}

/** A connection to an IMAP server, at the level of lines and tags. */
export declare class Session {
  /**
   * Connects and waits for the greeting (OK or PREAUTH).
   *
   * @throws ImapConnectionError where there is no connection, or the server says BYE or something else
   */
  static open(options: SessionOptions): Promise<Session>;

  readonly state: SessionState;
  /** What the server said first. */
  readonly greeting: StatusText & { readonly status: 'OK' | 'PREAUTH'; readonly response: Response };
  /** In capitals; as last heard in a greeting, a CAPABILITY line or a response code. */
  readonly capabilities: ReadonlySet<string>;
  /** Whether {@link capabilities} has been heard since the last STARTTLS or login. */
  readonly capabilitiesKnown: boolean;
  readonly info: StreamInfo;
  readonly stream: ByteStream;
  /** Settles when the connection is over: null after LOGOUT, else why. Never rejects. */
  readonly closed: Promise<Error | null>;
  /** UTF8=ACCEPT is enabled: names and strings go out in UTF-8. Set by whoever sent ENABLE. */
  utf8: boolean;

  /**
   * Queues a command; it is sent when its turn comes.
   *
   * Resolves with any tagged answer, NO and BAD too. Rejects with ImapStateError, RangeError (nothing was sent),
   * ImapLimitError, AbortError or ImapConnectionError.
   */
  execute(request: Request): Promise<Completion>;

  /** Upgrades the stream after a STARTTLS command has been answered OK; nothing may be queued or unread. */
  startTls(options?: TlsOptions): Promise<TlsInfo>;

  /** State is changed by whoever knows what a command means: login, select, close, logout. */
  enter(state: SessionState): void;

  /** Ends the connection at once; unanswered commands reject. */
  close(error?: Error | null): void;
}
