// A request: one command as the session runs it. Everything about it is said here as data, so that the queue needs
// to know no command by name.

import type { Response, StatusText } from '../wire/response.ts';
import type { CommandWriter } from '../wire/writer.ts';
import type { Backlog } from './back-pressure.ts';
import type { LiteralStream } from './literal-stream.ts';

/** The states of RFC 3501 section 3. */
export type SessionState = 'notAuthenticated' | 'authenticated' | 'selected' | 'logout';

/** How a command ended. */
export interface Completion extends StatusText {
  readonly status: 'OK' | 'NO' | 'BAD';
  /** The tagged line. */
  readonly response: Response;
}

/** One command. */
export interface Request {
  /** Its name without arguments, for errors and traces: `UID FETCH`. */
  readonly name: string;
  /** Where it is legal, checked when its turn comes; everywhere, where absent. */
  readonly states?: readonly SessionState[];
  /**
   * Nothing is unanswered when it is sent, and nothing is sent before it is answered: commands that change what
   * later bytes mean (STARTTLS, AUTHENTICATE, SELECT, IDLE, …).
   */
  readonly barrier?: boolean;
  /** It counts by sequence number, so it waits for whatever could expunge (RFC 3501 5.5). */
  readonly bySequence?: boolean;
  /** No message can be expunged while it runs, so that the numbers hold: FETCH, STORE, SEARCH without UID. */
  readonly keepsNumbers?: boolean;
  /** Asked when its turn comes; throws where the server lacks what it needs. */
  readonly check?: () => void;
  /** The commands behind it are about another mailbox than those before it (SELECT, CLOSE). */
  readonly changesMailbox?: boolean;
  /** Whether it is about what only this connection knows: sequence numbers, the saved result of a search. */
  readonly isBound?: () => boolean;
  /** Carried out twice it does no harm, and gives what is true then: it may be sent again where its answer was lost. */
  readonly repeatable?: boolean;
  /** Called before it is sent again on another connection: forgets the answer so far. False where it cannot. */
  readonly restart?: () => boolean;
  /** Where it is answered OK, no byte may follow before {@link Session.startTls}: the meaning of bytes changes. */
  readonly switchesLayer?: boolean;
  /** The connection ends behind it, and that is in order, answered or not (LOGOUT). */
  readonly endsConnection?: boolean;
  /** Writes name and arguments. Where it throws, nothing has been sent. */
  write(out: CommandWriter): void;
  /**
   * Offered each untagged response while the command is unanswered, oldest command first; true takes it. What it
   * throws is what the call rejects with; the rest of the answer is still offered, and drained. `isContested`: other
   * commands are unanswered too, and it may be theirs. Dovecot answers a later FETCH before the tagged OK of an
   * earlier one. `tag`: the command's own.
   */
  readonly collect?: (response: Response, isContested: boolean, tag: string) => boolean;
  /** Rows that wait for their reader; reading stops while it is full and nobody waits behind it. */
  readonly rows?: Backlog;
  /**
   * Offered the literals of an untagged response before they come, the first few of one that is not long; `head`
   * gives what has come of the response, up to and with `{n}`. The stream takes the octets, and `collect` finds an
   * empty literal in their place. Null leaves the literal in the response, within the limit. Reading stops while the
   * stream is full and nobody waits behind it.
   */
  readonly literal?: (size: number, head: () => Response, isContested: boolean) => LiteralStream | null;
  /**
   * Answers `+` once the command and its literals are out: the line to send, without CRLF. A promise leaves the
   * exchange open (IDLE: DONE follows when the idling is over).
   */
  readonly continuation?: (text: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** What `continuation` gives is hidden from traces. */
  readonly secret?: boolean;
  /** Secrets that it does not send as they are, such as the password of a SCRAM exchange: they are hidden too. */
  readonly secrets?: readonly string[];
  /** From `+` until its continuation is sent the server need not say a word (IDLE). */
  readonly quiet?: boolean;
  /** Called when another command has to wait behind this one; a quiet one's also when its caller has gone. */
  readonly interrupt?: () => void;
  /** Told how many bytes of literals have left, of how many. */
  readonly onProgress?: (sent: number, total: number) => void;
  /**
   * Called with the tagged line, before anything else is read, also where the caller has gone: state changes belong
   * here.
   */
  readonly completed?: (completion: Completion) => void;
  /** Queued: removed. Sent: rejects at once and its answer is drained. Half sent (a literal): the connection closes. */
  readonly signal?: AbortSignal | undefined;
}
