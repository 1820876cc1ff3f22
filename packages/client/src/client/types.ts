// The shapes that ImapClient's calls take and give, in the RFC's words.

import type { Connect, Secret } from '../transport/byte-stream.ts';
import type { Mechanism } from '../sasl/mechanism.ts';
import type { ScramHash } from '../sasl/scram.ts';
import type { Observer } from '../session/observer.ts';
import type { ImapCommandError } from '../session/errors.ts';
import type { SessionState } from '../session/request.ts';
import type { Reconnect } from './keeper.ts';
import type { QResync } from '../commands/select.ts';
import type { Session, SessionLimits } from '../session/session.ts';
import type { FetchedMessage } from '../wire/fetch.ts';
import type { ListedMailbox } from '../wire/list.ts';
import type { NamedMailbox } from '../wire/mailbox-name.ts';
import type { Response } from '../wire/response.ts';
import type { MailboxStatus } from '../wire/status.ts';
import type { ExtendedSearch } from '../wire/search.ts';
import type { NumberRange } from '../wire/set.ts';
import type { Vanished } from '../wire/vanished.ts';

/** Where a client stands; `reconnecting` while its connection is lost and another one is being made. */
export type ClientState = SessionState | 'reconnecting';

/** How to sign in. Each secret may be a function that is called anew for each connection. */
export type Auth = PasswordAuth | TokenAuth | ExternalAuth | AnonymousAuth | OwnAuth;

/** With a password: by the strongest mechanism that both sides know, unless one is named. */
export interface PasswordAuth {
  readonly user: string;
  readonly pass: Secret;
  /** The only one to use, whether the server names it or not. */
  readonly mechanism?: PasswordMechanism;
  /** What a server may ask for with SCRAM, which takes time here; 600,000 where absent. */
  readonly maxIterations?: number;
}

/** The mechanisms for a password. */
export type PasswordMechanism = `SCRAM-${ScramHash}` | 'CRAM-MD5' | 'PLAIN' | 'LOGIN';

/** With an OAuth 2.0 access token. It is never sent on an unencrypted line without `security: 'none'`. */
export interface TokenAuth {
  readonly user: string;
  readonly accessToken: Secret;
  readonly mechanism?: 'OAUTHBEARER' | 'XOAUTH2';
}

/** As whom the TLS layer shows us: a client certificate. */
export interface ExternalAuth {
  readonly mechanism: 'EXTERNAL';
  /** Whom to act as, where that is somebody else. */
  readonly user?: string;
}

/** As a guest. */
export interface AnonymousAuth {
  readonly mechanism: 'ANONYMOUS';
  /** For the server's log: an e-mail address or a short word. */
  readonly trace?: string;
}

/** With a mechanism of your own; called anew for each connection. */
export interface OwnAuth {
  readonly mechanism: () => Mechanism | Promise<Mechanism>;
}

/** Listeners by the name of their event. */
export type ClientListeners = { readonly [Type in keyof ClientEvents]?: (event: ClientEvents[Type]) => void };

/** How {@link ImapClient.connect} connects. */
export interface ConnectOptions {
  readonly transport: Connect;
  /** Left out, the connection stays unauthenticated until `login` is called. */
  readonly auth?: Auth;
  /**
   * On an unencrypted stream: `required` (default) runs STARTTLS or fails before any secret is sent,
   * `opportunistic` runs it where offered, `none` never does. Local streams count as protected; `starttls` runs it
   * or fails there too. What `opportunistic` leaves plain carries a password, readable only where the server knows
   * no challenge (SCRAM, CRAM-MD5), and no access token; `none` lets both pass.
   */
  readonly security?: 'required' | 'starttls' | 'opportunistic' | 'none';
  /** Name to verify at STARTTLS; by default the host that was connected to. */
  readonly servername?: string | undefined;
  /**
   * `deflate` compresses the connection once signed in, where the server can (COMPRESS=DEFLATE, RFC 4978). Whoever
   * sees the line and sends mail to the user may then learn something of the text around it.
   */
  readonly compress?: ((session: Session, options: CallOptions) => Promise<void>) | undefined;
  /** IDLE by itself after a second without a call; true by default. */
  readonly autoIdle?: boolean;
  /** Listeners that hear of what happens while connecting, too: an alert at login, a warning. */
  readonly on?: ClientListeners | undefined;
  readonly limits?: Partial<SessionLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `reconnecting()`: another connection takes the place of one that is lost. Without it the client ends with it. */
  readonly reconnect?: Reconnect | undefined;
  /** Watches the connection, and those that take its place: a {@link Trace}. */
  readonly trace?: Observer | undefined;
  /** Each line sent (secrets hidden) and received, for logs. */
  readonly onLine?: ((direction: 'C' | 'S', line: string) => void) | undefined;
}

/** What every call accepts. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Whether numbers are UIDs (default) or sequence numbers. */
export interface NumberOptions extends CallOptions {
  readonly uid?: boolean;
}

/** How a mailbox is opened. */
export interface SelectOptions extends CallOptions {
  readonly readOnly?: boolean;
  /** Asks for modification sequences, where the server has them only on request. Needs CONDSTORE. */
  readonly condstore?: boolean;
  /** What is known of it from before; the changes since then are the result's `resync`. Needs QRESYNC, enabled. */
  readonly qresync?: QResync;
}

/** Which messages, and what of their history. */
export interface FetchOptions extends NumberOptions {
  /** Only those that have changed after this modification sequence. Needs CONDSTORE. */
  readonly changedSince?: bigint;
  /** With `changedSince`: a `vanished` event tells which are gone. Needs QRESYNC. */
  readonly vanished?: boolean;
  /** Only a page of them: 1 is the first, -1 the last one. Needs PARTIAL. */
  readonly partial?: readonly [first: number, last: number];
}

/** How flags are changed. */
export interface StoreOptions extends NumberOptions {
  /**
   * Leaves messages alone that have changed after this modification sequence; then it rejects with an
   * ImapPartialError, which names them. Needs CONDSTORE.
   */
  readonly unchangedSince?: bigint;
  /** The server need not report the flags: many messages are changed with little traffic. */
  readonly silent?: boolean;
}

/** How messages are sorted. */
export interface SortOptions extends NumberOptions {
  /** Where the server cannot sort, fetches what is needed and sorts here: a few hundred octets for each message. */
  readonly local?: boolean;
}

/** The mailbox that is selected: a snapshot, replaced as the server tells of changes. */
export interface SelectedMailbox extends NamedMailbox {
  readonly readOnly: boolean;
  /** Messages in it. */
  readonly exists: number;
  readonly recent: number;
  readonly flags: readonly string[];
  /** Flags that can be changed for good; `\*` among them allows new keywords. */
  readonly permanentFlags: readonly string[];
  readonly uidValidity: number;
  /** The next message gets this UID, or a higher one where some have come since the server named it. */
  readonly uidNext: number | null;
  /** UIDs are made anew each time it is opened (UIDNOTSTICKY): they mean nothing later. */
  readonly uidNotSticky?: true;
  /** Its name for ever, however it is renamed (RFC 8474). */
  readonly mailboxId?: string;
  /** Sequence number of the first unseen message, where the server says. */
  readonly firstUnseen: number | null;
  /** Null where the mailbox keeps none (NOMODSEQ). */
  readonly highestModSeq: bigint | null;
}

/** A mailbox that has just been opened. */
export interface OpenedMailbox extends SelectedMailbox {
  /** What has happened since the state that `qresync` named; absent where it named none. */
  readonly resync?: Resync;
}

/** Changes of a mailbox while nobody looked (RFC 7162 3.2.5). */
export interface Resync {
  /** UIDs that are gone, ascending; some of them may never have been in use. */
  readonly vanished: readonly NumberRange[];
  /** UID, flags and MODSEQ of messages that are new or changed. */
  readonly changed: readonly FetchedMessage[];
}

/**
 * The mailbox after a reconnection. UIDs are ranges, in ascending order; they do for a set (`fetch(added, …)`) where there
 * are any.
 */
export interface MailboxResync extends Resync {
  readonly mailbox: string;
  /** Why it could not be opened again: it is gone, or no longer ours. None is selected then. */
  readonly error: ImapCommandError | null;
  /** It was made anew: none of the UIDs holds any more. Nothing else is told then. */
  readonly uidValidityChanged: boolean;
  /** UIDs that are not there any more; some of them may have been gone, or never been in use, before. */
  readonly vanished: readonly NumberRange[];
  /** UID and flags of messages that were there before, and may have changed. */
  readonly changed: readonly FetchedMessage[];
  /** Messages that have come since the mailbox was selected, as far as their UIDs have not been told. */
  readonly added: readonly NumberRange[];
  /**
   * Messages whose flags were not asked for: there are too many, and the server cannot tell which have changed. Where
   * it does not even tell which are there, all that is known of the mailbox.
   */
  readonly unchecked: readonly NumberRange[];
  /** Told by the server (QRESYNC), by modification sequence (CONDSTORE), or found by comparing. */
  readonly how: 'qresync' | 'condstore' | 'compare';
}

/** What the server tells without being asked. */
export interface ClientEvents {
  /** The number of messages changed (new mail, mostly). */
  readonly exists: { readonly count: number; readonly previous: number };
  /** A message went; the numbers behind it shift by one. */
  readonly expunge: { readonly sequence: number };
  /** Messages went, told by UID: with QRESYNC or UIDONLY in the place of `expunge`, or in answer to a FETCH. */
  readonly vanished: Vanished;
  /** A message changed; most servers send flags, and the UID where they know that we want it. */
  readonly fetch: { readonly message: FetchedMessage };
  /** The result of a search that asked for updates has changed; `tag` is that result's. */
  readonly searchUpdate: Pick<ExtendedSearch, 'tag' | 'addTo' | 'removeFrom'> & {
    /** Whether the numbers are UIDs. */
    readonly uid?: boolean;
    /** The server keeps it up to date no longer (NOUPDATE). */
    readonly ended?: true;
  };
  /** How far a long command is; null where the server does not say. */
  readonly progress: {
    readonly tag: string | null;
    readonly done: number | null;
    readonly total: number | null;
    readonly text: string;
  };
  /** Words of the server that a person must see (RFC 3501 7.1). */
  readonly alert: { readonly text: string };
  /** Counts of a mailbox that nobody has asked for, as NOTIFY brings them (RFC 5465). */
  readonly status: { readonly status: MailboxStatus };
  /** A mailbox was made, renamed, removed (`\NonExistent`) or subscribed to, as NOTIFY tells it. */
  readonly mailbox: { readonly mailbox: ListedMailbox };
  /** The server has given up NOTIFY: changes are no longer told. */
  readonly overflow: { readonly text: string };
  /** A response that no call has asked for, and no other event tells; the readers of `/wire` may know it. */
  readonly untagged: { readonly response: Response };
  /** Something could not be read; the session goes on. */
  readonly warning: { readonly reason: string; readonly line: string };
  /** The server wants the connection to end within this time. */
  readonly drain: { readonly deadlineMs: number };
  /** The connection is lost. An attempt at another one is made in `delayMs`, or when `now` is called. */
  readonly reconnecting: {
    /** Counted from 1; from 1 again once a connection has lasted. */
    readonly attempt: number;
    readonly delayMs: number;
    /** Why the connection, or the last attempt, failed. */
    readonly error: Error;
    readonly now: () => void;
  };
  /** There is a connection again, and the mailbox is selected. */
  readonly reconnected: { readonly attempts: number };
  /** What has changed in the selected mailbox while there was no connection. Told before any call goes on. */
  readonly resync: MailboxResync;
  /** The connection is over, and none will follow; null after `logout`. */
  readonly close: { readonly error: Error | null };
}

/** One event with its name, as `idle()` gives it. */
export type MailboxEvent = {
  [Type in 'exists' | 'expunge' | 'vanished' | 'fetch' | 'resync']: {
    readonly type: Type;
  } & ClientEvents[Type];
}['exists' | 'expunge' | 'vanished' | 'fetch' | 'resync'];

/** How far a transfer is, in octets as they are on the wire. */
export interface Progress {
  readonly transferred: number;
  /** Null where the server does not say before the end. */
  readonly total: number | null;
}

/** How a download is made. */
export interface DownloadOptions extends CallOptions {
  readonly onProgress?: (progress: Progress) => void;
}

/** How a message is appended. */
export interface AppendOptions extends CallOptions {
  readonly flags?: readonly string[];
  /** Its date of arrival; now, where absent. */
  readonly date?: Date;
  readonly onProgress?: (progress: Progress) => void;
}

/** Rows that come as the server sends them. Leaving a loop early drops the rest; calls in between are fine. */
export interface Rows<T> extends AsyncIterable<T> {
  /** All rows at once. */
  toArray(): Promise<T[]>;
}
