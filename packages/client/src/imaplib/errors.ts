// The three exceptions, in lower case as Python has them. `readonly` is an `abort`, and `abort` is an `error`.

interface ErrorOptions {
  readonly cause?: unknown;
}

/**
 * Any failure of a call: a command that is not legal now, a server that answered BAD, a login that was refused.
 * The reason is its message. An attribute of {@link IMAP4} and of its instances.
 */
export class error extends Error {
  override readonly name: string = 'error';

  constructor(message?: string, options: ErrorOptions = {}) {
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
