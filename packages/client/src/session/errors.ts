// What a call on a connection can fail with. A refused command (NO, BAD) is one thing, a lost connection another:
// after the first the session goes on.

import type { ResponseCode } from '../wire/response-code.ts';
import { countNumbers } from '../wire/set.ts';

/** What to do about a refusal, by its response code. */
const advice: Readonly<Record<string, string | undefined>> = {
  TRYCREATE: 'create the mailbox first',
  TOOBIG: 'it takes no message of this size',
  OVERQUOTA: 'there is no room left: delete something first',
};

/** The server answered NO or BAD. The connection is still good. */
export class ImapCommandError extends Error {
  override readonly name = 'ImapCommandError';
  /** The command without its arguments: `UID FETCH`. */
  readonly command: string;
  readonly status: 'NO' | 'BAD';
  readonly code: ResponseCode | null;
  /** The server's own words. */
  readonly text: string;

  constructor(command: string, status: 'NO' | 'BAD', code: ResponseCode | null, text: string) {
    const next = advice[code?.name ?? ''];
    super(
      `${command}: the server answered ${status}${text === '' ? '' : `: ${text}`}${next === undefined ? '' : `; ${next}`}`,
    );
    this.command = command;
    this.status = status;
    this.code = code;
    this.text = text;
  }
}

/**
 * The server answered OK and has done only a part of what was asked: it handles no more messages at once
 * (MESSAGELIMIT), or somebody else has changed some of them (MODIFIED). The connection is still good.
 */
export class ImapPartialError extends Error {
  override readonly name = 'ImapPartialError';
  /** The command without its arguments: `UID STORE`. */
  readonly command: string;
  /** MESSAGELIMIT tells how far it came, MODIFIED which messages were left as they are. */
  readonly code: ResponseCode & { readonly name: 'MESSAGELIMIT' | 'MODIFIED' };
  /** What the call would have given: that part which was done. Null for rows, which have been given one by one. */
  readonly result: unknown;

  constructor(command: string, code: ImapPartialError['code'], result: unknown) {
    super(
      code.name === 'MODIFIED'
        ? `${command}: ${countNumbers(code.numbers)} of the messages stayed as they are, because they have been changed meanwhile: fetch them again`
        : `${command}: the server handles ${code.limit} messages at once${code.lastUid === null ? ': ask for fewer' : `, and has come to UID ${code.lastUid}: go on below it`}`,
    );
    this.command = command;
    this.code = code;
    this.result = result;
  }
}

/** The connection could not be made, was refused or is gone; `cause` says why (often a TransportError). */
export class ImapConnectionError extends Error {
  override readonly name = 'ImapConnectionError';
  /** What the server said with BYE, where it did. */
  readonly bye: string | null;
  /**
   * How much of the command that this error rejects had left. Nothing, or a part without its end: the server has not
   * carried it out. All: it may have. Null where it is about no command.
   */
  readonly sent: 'nothing' | 'part' | 'all' | null;

  constructor(
    message: string,
    options: {
      readonly cause?: unknown;
      readonly bye?: string | null;
      readonly sent?: ImapConnectionError['sent'];
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.bye = options.bye ?? null;
    this.sent = options.sent ?? null;
  }
}

/** The server lacks what the call needs, and nothing else can take its place. Nothing was sent. */
export class ImapCapabilityError extends Error {
  override readonly name = 'ImapCapabilityError';
  readonly capability: string;

  /** @param hint what to do about it, for the end of the message */
  constructor(command: string, capability: string, hint = '') {
    super(`${command} needs ${capability}, which the server does not offer${hint === '' ? '' : `: ${hint}`}`);
    this.capability = capability;
  }
}

/** An answer, or a message to store, was larger than a limit allows. The session goes on. */
export class ImapLimitError extends Error {
  override readonly name = 'ImapLimitError';
  /** The name of the limit: `line`, `literal`, `maxQueued`. */
  readonly limit: string;

  constructor(message: string, limit: string) {
    super(message);
    this.limit = limit;
  }
}

/** What was asked is not legal, or has no meaning, in the state that the connection is in. It was not sent. */
export class ImapStateError extends Error {
  override readonly name = 'ImapStateError';
}
