// The shapes that ImapClient's calls take and give, in the RFC's words.

import type { Connect, Secret } from '../transport/byte-stream.ts';
import type { SessionLimits } from '../session/session.ts';
import type { FetchedMessage } from '../wire/fetch.ts';
import type { SequenceSet } from '../wire/set.ts';

/** How to sign in. Each secret may be a function that is called anew for each connection. */
export interface Auth {
  readonly user: string;
  readonly pass: Secret;
  /** A SASL mechanism; without it PLAIN where the server has it, else the LOGIN command. */
  readonly mechanism?: 'PLAIN' | 'LOGIN';
}

/** How {@link ImapClient.connect} connects. */
export interface ConnectOptions {
  readonly transport: Connect;
  /** Left out, the connection stays unauthenticated until `login` is called. */
  readonly auth?: Auth;
  /**
   * On an unencrypted stream: `required` (default) runs STARTTLS or fails before any secret is sent,
   * `opportunistic` runs it where offered, `none` never does. Local streams count as protected.
   */
  readonly security?: 'required' | 'opportunistic' | 'none';
  /** Name to verify at STARTTLS; by default the host that was connected to. */
  readonly servername?: string;
  /** IDLE by itself after a second without a call; true by default. */
  readonly autoIdle?: boolean;
  readonly limits?: Partial<SessionLimits>;
  readonly signal?: AbortSignal | undefined;
  /** Each line sent (secrets hidden) and received, for logs. */
  readonly onLine?: (direction: 'C' | 'S', line: string) => void;
}

/** What every call accepts. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Whether numbers are UIDs (default) or sequence numbers. */
export interface NumberOptions extends CallOptions {
  readonly uid?: boolean;
}

/** The mailbox that is selected: a snapshot, replaced as the server tells of changes. */
export interface SelectedMailbox {
  readonly name: string;
  readonly readOnly: boolean;
  /** Messages in it. */
  readonly exists: number;
  readonly recent: number;
  readonly flags: readonly string[];
  /** Flags that can be changed for good; `\*` among them allows new keywords. */
  readonly permanentFlags: readonly string[];
  readonly uidValidity: number;
  readonly uidNext: number | null;
  /** Sequence number of the first unseen message, where the server says. */
  readonly firstUnseen: number | null;
  readonly highestModSeq: bigint | null;
}

/** What the server tells without being asked. */
export interface ClientEvents {
  /** The number of messages changed (new mail, mostly). */
  readonly exists: { readonly count: number; readonly previous: number };
  /** A message went; the numbers behind it shift by one. */
  readonly expunge: { readonly sequence: number };
  /** A message changed; most servers send flags, and the UID where they know that we want it. */
  readonly fetch: { readonly message: FetchedMessage };
  /** Words of the server that a person must see (RFC 3501 7.1). */
  readonly alert: { readonly text: string };
  /** Something could not be read; the session goes on. */
  readonly warning: { readonly reason: string; readonly line: string };
  /** The server wants the connection to end within this time. */
  readonly drain: { readonly deadlineMs: number };
  /** The connection is over; null after `logout`. */
  readonly close: { readonly error: Error | null };
}

/** One event with its name, as `idle()` gives it. */
export type MailboxEvent = {
  [Type in 'exists' | 'expunge' | 'fetch']: { readonly type: Type } & ClientEvents[Type];
}['exists' | 'expunge' | 'fetch'];

/** A body section to fetch. */
export interface SectionRequest {
  /** What stands in the brackets: ``, `1.2`, `HEADER`, `1.MIME`, `HEADER.FIELDS (FROM TO)`. */
  readonly section: string;
  /** First octet and number of octets. */
  readonly offset?: number;
  readonly length?: number;
  /** Sets \Seen on the message; by default it does not. */
  readonly markSeen?: boolean;
}

/** What to fetch of each message; the UID always comes along. */
export interface FetchItems {
  readonly flags?: boolean;
  readonly envelope?: boolean;
  readonly bodyStructure?: boolean;
  readonly internalDate?: boolean;
  readonly size?: boolean;
  readonly modSeq?: boolean;
  readonly sections?: readonly (string | SectionRequest)[];
}

/** Flags to add, to remove, or to have and no others. Exactly one. */
export type FlagChange =
  | { readonly add: readonly string[] }
  | { readonly remove: readonly string[] }
  | { readonly replace: readonly string[] };

/** What to look for; all that is named must hold. An empty query is every message. */
export interface SearchQuery {
  readonly seen?: boolean;
  readonly flagged?: boolean;
  readonly answered?: boolean;
  readonly deleted?: boolean;
  readonly draft?: boolean;
  readonly keyword?: string;
  readonly unkeyword?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly bcc?: string;
  readonly subject?: string;
  readonly body?: string;
  /** Header or body. */
  readonly text?: string;
  readonly header?: readonly [name: string, value: string];
  /** Day of arrival: on or after, before, on. */
  readonly since?: Date;
  readonly before?: Date;
  readonly on?: Date;
  /** Day in the Date header. */
  readonly sentSince?: Date;
  readonly sentBefore?: Date;
  /** Octets. */
  readonly larger?: number;
  readonly smaller?: number;
  readonly uid?: SequenceSet;
  readonly sequence?: SequenceSet;
  readonly not?: SearchQuery;
  readonly or?: readonly [SearchQuery, SearchQuery, ...SearchQuery[]];
}

/** Counts to ask of a mailbox. */
export type StatusItem =
  | 'messages'
  | 'recent'
  | 'uidNext'
  | 'uidValidity'
  | 'unseen'
  | 'deleted'
  | 'size'
  | 'highestModSeq';

/** How far a transfer is, in octets as they are on the wire. */
export interface Progress {
  readonly transferred: number;
  readonly total: number;
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

/** Where an appended message went (RFC 4315), or null where the server does not say. */
export interface Appended {
  readonly uidValidity: number;
  readonly uid: number;
}

/** Rows that come as the server sends them. Leaving a loop early drops the rest; calls in between are fine. */
export interface Rows<T> extends AsyncIterable<T> {
  /** All rows at once. */
  toArray(): Promise<T[]>;
}
