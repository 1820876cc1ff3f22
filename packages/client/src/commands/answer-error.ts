// What a call rejects with whose answer came and could not be read.

/**
 * The server has said OK, and what it gave cannot be read: nothing can be said of the result, not even that it is
 * empty. The connection is still good; a `warning` shows the line.
 */
export class ImapAnswerError extends Error {
  override readonly name = 'ImapAnswerError';
  /** The command without its arguments: `UID SEARCH`. */
  readonly command: string;

  constructor(command: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${command}: the server's answer cannot be read: ${reason}`, { cause });
    this.command = command;
  }
}
