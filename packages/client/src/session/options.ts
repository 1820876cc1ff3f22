// How a session is opened, and what it puts up with.

import type { ImapLimitError } from './errors.ts';
import type { Observer } from './observer.ts';
import type { Connect } from '../transport/byte-stream.ts';
import { defaultLimits, type Limits } from '../wire/limits.ts';
import type { Response } from '../wire/response.ts';

/** How a session is opened. */
export interface SessionOptions {
  readonly transport: Connect;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Partial<SessionLimits> | undefined;
  /** Every untagged response that no command has taken, before and between commands too. */
  readonly onUntagged?: (response: Response) => void;
  /** Is told of commands and lines, and may watch several connections one after the other: a `Trace`. */
  readonly trace?: Observer | undefined;
  /** Each line that was sent (secrets as `***`) or received (literals as `{n}`), for logs. */
  readonly onLine?: ((direction: 'C' | 'S', line: string) => void) | undefined;
  /** A response that answers no command broke a limit and was passed over; `response` is its beginning. */
  readonly onTooLarge?: (error: ImapLimitError, response: Response) => void;
  /** Nothing is queued and nothing is unanswered any more. */
  readonly onIdle?: () => void;
  /** Tags are this and a number; random letters where absent. */
  readonly tagPrefix?: string | undefined;
}

/** The session's own limits beside those of the wire; times in milliseconds, sizes in bytes. */
export interface SessionLimits extends Limits {
  /** Until the greeting has come. */
  readonly greetingMs: number;
  /** Without a byte from the server while a command is unanswered. */
  readonly silenceMs: number;
  /** From BYE until the server must have closed the connection. */
  readonly byeMs: number;
  /** Rows that wait for a slow reader while other calls wait behind them. */
  readonly maxQueued: number;
  /** What one call gathers of the server's answer before it gives it as a whole; rows in a loop are not gathered. */
  readonly collected: number;
}

/** The limits that hold where nothing else is said. */
export const defaultSessionLimits: SessionLimits = {
  ...defaultLimits,
  greetingMs: 30_000,
  silenceMs: 120_000,
  byeMs: 3_000,
  maxQueued: 64 * 1024 * 1024,
  collected: 256 * 1024 * 1024,
};
