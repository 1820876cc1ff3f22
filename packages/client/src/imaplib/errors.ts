// The three exceptions, in lower case as Python has them: `readonly` is an `abort`, and `abort` is an `error`. And
// how the session's errors become theirs.

import { ImapConnectionError, ImapLimitError } from '../session/errors.ts';

interface Because {
  readonly cause?: unknown;
}

/**
 * Any failure of a call: a command that is not legal now, a server that answered BAD, a login that was refused.
 * The reason is its message. An attribute of {@link IMAP4} and of its instances.
 */
export class error extends Error {
  override readonly name: string = 'error';

  constructor(message?: string, options: Because = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }
}

/** The connection failed. A new instance often gets over it; `cause` says more, often as a TransportError. */
export class abort extends error {
  override readonly name: string = 'abort';
}

/** A mailbox that was writable has become read-only. Selecting it again asks for write permission. */
export class readonly extends abort {
  override readonly name: string = 'readonly';
}

/** What a caller is told: a lost connection as `abort`, a limit as `error`, anything else as it is. */
export function reasonOf(reason: unknown, command?: string): unknown {
  const prefix = command === undefined ? '' : `command: ${command} => `;
  if (reason instanceof ImapLimitError) return new error(prefix + reason.message, { cause: reason });
  if (!(reason instanceof ImapConnectionError)) return reason;
  const text = reason.bye ?? `socket error: ${socketError(reason)}`;
  return new abort(prefix + text, { cause: reason.cause ?? reason });
}

function socketError({ message, cause }: ImapConnectionError): string {
  // Nothing went wrong but that the server hung up.
  if (cause === undefined || (cause instanceof ImapConnectionError && cause.cause === undefined))
    return 'EOF';
  return cause instanceof Error && cause.name !== 'TimeoutError' ? cause.message : message;
}
