// ImapClient: exactly one connection, typed. Every call may be made at any time, in any order.

import type { StreamInfo } from '../transport/byte-stream.ts';
import type { SessionState } from '../session/request.ts';
import type { BodyPart } from '../wire/bodystructure.ts';
import type { FetchedMessage } from '../wire/fetch.ts';
import type { ListedMailbox } from '../wire/list.ts';
import type { CopyUid } from '../wire/response-code.ts';
import type { SequenceSet } from '../wire/set.ts';
import type { MailboxStatus } from '../wire/status.ts';
import type { LiteralSource } from '../wire/writer.ts';
import type {
  Appended,
  AppendOptions,
  Auth,
  CallOptions,
  ClientEvents,
  ConnectOptions,
  DownloadOptions,
  FetchItems,
  FlagChange,
  MailboxEvent,
  NumberOptions,
  Rows,
  SearchQuery,
  SelectedMailbox,
  StatusItem,
} from './types.ts';

/** A connection to an IMAP server. */
export declare class ImapClient {
  /**
   * Connects, secures the line, signs in where `auth` is given.
   *
   * @throws ImapConnectionError, ImapCommandError (a refused login), ImapCapabilityError
   */
  static connect(options: ConnectOptions): Promise<ImapClient>;

  readonly state: SessionState;
  /** In capitals: `IDLE`, `UIDPLUS`, `AUTH=PLAIN`. */
  readonly capabilities: ReadonlySet<string>;
  /** The server's first words. */
  readonly greeting: string;
  /** Address, timings, TLS and certificates of the connection. */
  readonly info: StreamInfo;
  /** The selected mailbox as it is now, or null. */
  readonly mailbox: SelectedMailbox | null;
  /** Settles when the connection is over: null after `logout`, else why. Never rejects. */
  readonly closed: Promise<Error | null>;

  /** Calls `listener` for each event of that kind; returns what ends it. */
  on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void;

  login(auth: Auth, options?: CallOptions): Promise<void>;
  /** Mailboxes whose names match; `%` stops at the delimiter, `*` does not. */
  list(pattern?: string, options?: CallOptions & { readonly reference?: string }): Rows<ListedMailbox>;
  lsub(pattern?: string, options?: CallOptions & { readonly reference?: string }): Rows<ListedMailbox>;
  status(mailbox: string, items: readonly StatusItem[], options?: CallOptions): Promise<MailboxStatus>;
  select(mailbox: string, options?: CallOptions & { readonly readOnly?: boolean }): Promise<SelectedMailbox>;
  fetch(set: SequenceSet, items: FetchItems, options?: NumberOptions): Rows<FetchedMessage>;
  /**
   * The content of one part, decoded, in pieces fetched as they are read; other calls run in between. With a section
   * as text (`''` is the whole message) the octets come as they are. Cancelling the stream stops fetching.
   */
  download(uid: number, part: BodyPart | string, options?: DownloadOptions): ReadableStream<Uint8Array>;
  search(query: SearchQuery, options?: NumberOptions): Promise<number[]>;
  /** Gives the new flags as the server reports them. */
  store(set: SequenceSet, change: FlagChange, options?: NumberOptions): Promise<FetchedMessage[]>;
  copy(set: SequenceSet, mailbox: string, options?: NumberOptions): Promise<CopyUid | null>;
  /** MOVE, or without it COPY, then \\Deleted and UID EXPUNGE of what the copy has confirmed. */
  move(set: SequenceSet, mailbox: string, options?: NumberOptions): Promise<CopyUid | null>;
  append(
    mailbox: string,
    message: string | Uint8Array | LiteralSource,
    options?: AppendOptions,
  ): Promise<Appended | null>;
  /** Removes messages marked \\Deleted: all, or those of a UID set (which needs UIDPLUS). */
  expunge(set?: SequenceSet, options?: CallOptions): Promise<void>;
  /** Events as they come, until the loop is left or `signal` aborts. */
  idle(options?: CallOptions): AsyncIterable<MailboxEvent>;
  create(mailbox: string, options?: CallOptions): Promise<void>;
  delete(mailbox: string, options?: CallOptions): Promise<void>;
  rename(mailbox: string, newName: string, options?: CallOptions): Promise<void>;
  subscribe(mailbox: string, options?: CallOptions): Promise<void>;
  unsubscribe(mailbox: string, options?: CallOptions): Promise<void>;
  noop(options?: CallOptions): Promise<void>;
  /** Asks whether the connection still lives; rejects, and `close` is told, where it does not. */
  probe(): Promise<void>;
  /** Leaves the mailbox and expunges what is marked \\Deleted. */
  close(options?: CallOptions): Promise<void>;
  /** Leaves the mailbox without expunging. */
  unselect(options?: CallOptions): Promise<void>;
  /** Says good-bye and closes; never fails on a connection that is gone already. */
  logout(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
