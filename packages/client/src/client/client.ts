// ImapClient: exactly one connection, typed. Every call may be made at any time, in any order.

import { append, type Appended, type MessageSource } from '../commands/append.ts';
import { close } from '../commands/close.ts';
import { iterate, run, type Command, type RunOptions } from '../commands/command.ts';
import { copy } from '../commands/copy.ts';
import { create, type Created } from '../commands/create.ts';
import { deleteMailbox } from '../commands/delete.ts';
import { expunge } from '../commands/expunge.ts';
import { fetch, type FetchItems } from '../commands/fetch.ts';
import { list } from '../commands/list.ts';
import { logout } from '../commands/logout.ts';
import { lsub } from '../commands/lsub.ts';
import { noop } from '../commands/noop.ts';
import { rename } from '../commands/rename.ts';
import { search, type SearchQuery } from '../commands/search.ts';
import { select } from '../commands/select.ts';
import type { SortCriterion } from '../commands/sort.ts';
import { status, type StatusItem } from '../commands/status.ts';
import { store, type FlagChange } from '../commands/store.ts';
import { subscribe } from '../commands/subscribe.ts';
import { unsubscribe } from '../commands/unsubscribe.ts';
import type { Session } from '../session/session.ts';
import type { StreamInfo } from '../transport/byte-stream.ts';
import type { BodyPart } from '../wire/bodystructure.ts';
import type { FetchedMessage } from '../wire/fetch.ts';
import type { ListedMailbox } from '../wire/list.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import type { CopyUid } from '../wire/response-code.ts';
import type { SequenceSet } from '../wire/set.ts';
import type { MailboxStatus } from '../wire/status.ts';
import { ClientRunner } from './client-runner.ts';
import { download } from './download.ts';
import { establish } from './establish.ts';
import { eventsOf } from './event-iterator.ts';
import { move } from './move.ts';
import { rowsOf } from './rows.ts';
import { sorted } from './sort.ts';
import { signIn } from './sign-in.ts';
import { signedIn } from './signed-in.ts';
import type {
  AppendOptions,
  Auth,
  CallOptions,
  ClientEvents,
  ClientState,
  ConnectOptions,
  DownloadOptions,
  FetchOptions,
  MailboxEvent,
  NumberOptions,
  OpenedMailbox,
  Rows,
  SelectedMailbox,
  SelectOptions,
  SortOptions,
  StoreOptions,
} from './types.ts';
import { unselect } from './unselect.ts';

/** LOGOUT that is not answered within this time is no reason to keep the connection. */
const LOGOUT_MS = 3_000;

/** A connection to an IMAP server. */
export class ImapClient {
  readonly #runner: ClientRunner;
  readonly #options: Pick<ConnectOptions, 'security' | 'compress'>;

  private constructor(runner: ClientRunner, options: ConnectOptions) {
    this.#runner = runner;
    this.#options = options;
  }

  /**
   * Connects, secures the line, signs in where `auth` is given.
   *
   * @throws ImapConnectionError, ImapCommandError (a refused login), ImapCapabilityError
   */
  static async connect(options: ConnectOptions): Promise<ImapClient> {
    const runner = await ClientRunner.open(options);
    const client = new ImapClient(runner, options);
    try {
      await establish(runner, options);
      await runner.signedIn(options.signal);
      if (options.autoIdle !== false) runner.idling.enable(true);
    } catch (error) {
      runner.close(error instanceof Error ? error : null);
      throw error;
    }
    return client;
  }

  get state(): ClientState {
    return this.#runner.state;
  }

  /** In capitals: `IDLE`, `UIDPLUS`, `AUTH=PLAIN`. */
  get capabilities(): ReadonlySet<string> {
    return this.#session.capabilities;
  }

  /** The server's first words. */
  get greeting(): string {
    return this.#session.greeting.text;
  }

  /** Address, timings, TLS and certificates of the connection. */
  get info(): StreamInfo {
    return this.#session.info;
  }

  /** The selected mailbox as it is now, or null. */
  get mailbox(): SelectedMailbox | null {
    return this.#runner.selection.mailbox;
  }

  /** Settles when the connection is over: null after `logout`, else why. Never rejects. */
  get closed(): Promise<Error | null> {
    return this.#runner.closed;
  }

  /** Calls `listener` for each event of that kind; returns what ends it. */
  on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void {
    return this.#runner.events.on(type, listener);
  }

  /** Signs in, where `connect` was not told how. */
  async login(auth: Auth, options: CallOptions = {}): Promise<void> {
    const { security } = this.#options;
    await signIn(this.#runner, auth, { security, signal: options.signal });
    await signedIn(this.#session, this.#options, options);
    await this.#runner.signedIn(options.signal, auth);
  }

  /** Mailboxes whose names match; `%` stops at the delimiter, `*` does not. Sent when the first row is asked for. */
  list(pattern = '*', options: CallOptions & { readonly reference?: string } = {}): Rows<ListedMailbox> {
    const { reference = '' } = options;
    return rowsOf(() => iterate(this.#runner, list, { reference, pattern }, options));
  }

  /** Subscribed mailboxes whose names match. */
  lsub(pattern = '*', options: CallOptions & { readonly reference?: string } = {}): Rows<ListedMailbox> {
    const { reference = '' } = options;
    return rowsOf(() => iterate(this.#runner, lsub, { reference, pattern }, options));
  }

  /** Counts of a mailbox that need not be selected. */
  status(
    mailbox: MailboxName,
    items: readonly StatusItem[],
    options: CallOptions = {},
  ): Promise<MailboxStatus> {
    return this.#run(status, { mailbox, items }, options);
  }

  /** Opens a mailbox; the one before is left, whether this succeeds or not. */
  async select(mailbox: MailboxName, options: SelectOptions = {}): Promise<OpenedMailbox> {
    const { selection } = this.#runner;
    const { condstore, qresync } = options;
    let opened: SelectedMailbox | null = null;
    const opening = selection.opening(mailbox);
    await select(
      this.#runner,
      { mailbox, readOnly: options.readOnly === true, condstore, qresync },
      {
        ...opening,
        opened: (readOnly) => {
          opening.opened(readOnly);
          opened = selection.mailbox;
        },
      },
      options,
    );
    return qresync === undefined ? opened! : { ...opened!, resync: opening.resync };
  }

  /** Items of messages, a row each, as they come. Sent when the first row is asked for. */
  fetch(set: SequenceSet, items: FetchItems, options: FetchOptions = {}): Rows<FetchedMessage> {
    const { changedSince, vanished, partial } = options;
    const args = { set, items, uid: options.uid !== false, changedSince, vanished, partial };
    return rowsOf(() => iterate(this.#runner, fetch, args, options));
  }

  /**
   * The content of one part of a message in the selected mailbox, decoded, in pieces fetched as they are read; other calls run in between. With a section
   * as text (`''` is the whole message) the octets come as they are. Cancelling the stream stops fetching.
   */
  download(uid: number, part: BodyPart | string, options: DownloadOptions = {}): ReadableStream<Uint8Array> {
    const stillSelected = this.#runner.selection.stillSelected(`Downloading message ${uid}`);
    return download(this.#runner, { uid, part, stillSelected }, options);
  }

  /** UIDs (or sequence numbers) of the messages that match. */
  search(query: SearchQuery, options: NumberOptions = {}): Promise<number[]> {
    return this.#run(search, { query, uid: options.uid !== false }, options);
  }

  /** As {@link search}, in order: the first criterion decides, the next ones where it finds no difference. */
  sort(criteria: readonly SortCriterion[], query: SearchQuery, options: SortOptions = {}): Promise<number[]> {
    return sorted(this.#runner, { criteria, query, uid: options.uid !== false }, options);
  }

  /** Changes flags; gives them as the server reports them. */
  store(set: SequenceSet, change: FlagChange, options: StoreOptions = {}): Promise<FetchedMessage[]> {
    const { unchangedSince, silent } = options;
    return this.#run(store, { set, change, uid: options.uid !== false, unchangedSince, silent }, options);
  }

  /** Copies messages; gives their UIDs there where the server tells (UIDPLUS). */
  copy(set: SequenceSet, mailbox: MailboxName, options: NumberOptions = {}): Promise<CopyUid | null> {
    return this.#run(copy, { set, mailbox, uid: options.uid !== false }, options);
  }

  /** MOVE, or without it COPY, then \Deleted and UID EXPUNGE of what the copy has confirmed. */
  move(set: SequenceSet, mailbox: MailboxName, options: NumberOptions = {}): Promise<CopyUid | null> {
    return move(this.#runner, { set, mailbox, uid: options.uid !== false }, options);
  }

  /** Stores a message: text (as UTF-8), octets, a Blob or File, a stream of known size. */
  append(
    mailbox: MailboxName,
    message: MessageSource,
    options: AppendOptions = {},
  ): Promise<Appended | null> {
    const { flags, date, onProgress, signal } = options;
    return this.#run(
      append,
      { mailbox, flags, date, message },
      { signal, onProgress: onProgress && ((transferred, total) => onProgress({ transferred, total })) },
    );
  }

  /** Removes messages marked \Deleted: all, or those of a UID set (which needs UIDPLUS). */
  expunge(set?: SequenceSet, options: CallOptions = {}): Promise<void> {
    return this.#run(expunge, { set }, options);
  }

  /** Events as they come, until the loop is left or `signal` aborts. Other calls may be made meanwhile. */
  idle(options: CallOptions = {}): AsyncIterable<MailboxEvent> {
    return eventsOf(this.#runner, options);
  }

  /** Makes a mailbox; `use` says what for (`\Sent`), where the server has CREATE-SPECIAL-USE. */
  create(
    mailbox: string,
    options: CallOptions & { readonly use?: readonly string[] } = {},
  ): Promise<Created> {
    return this.#run(create, { mailbox, use: options.use }, options);
  }

  delete(mailbox: MailboxName, options: CallOptions = {}): Promise<void> {
    return this.#run(deleteMailbox, { mailbox }, options);
  }

  rename(mailbox: MailboxName, newName: string, options: CallOptions = {}): Promise<void> {
    return this.#run(rename, { mailbox, newName }, options);
  }

  subscribe(mailbox: MailboxName, options: CallOptions = {}): Promise<void> {
    return this.#run(subscribe, { mailbox }, options);
  }

  unsubscribe(mailbox: MailboxName, options: CallOptions = {}): Promise<void> {
    return this.#run(unsubscribe, { mailbox }, options);
  }

  noop(options: CallOptions = {}): Promise<void> {
    return this.#run(noop, undefined, options);
  }

  /** Runs any command of `@imaplib/client/commands`, and one of your own: `client.run(noop, undefined)`. */
  run<Args, Row, Result>(
    definition: Command<Args, Row, Result>,
    args: Args,
    options: CallOptions = {},
  ): Promise<Result> {
    return this.#run(definition, args, options);
  }

  /** As {@link run}, row by row as they come. Sent when the first row is asked for. */
  rows<Args, Row, Result>(
    definition: Command<Args, Row, Result>,
    args: Args,
    options: CallOptions = {},
  ): Rows<Row> {
    return rowsOf(() => iterate(this.#runner, definition, args, { signal: options.signal }));
  }

  /** Asks whether the connection still lives; rejects, and `close` is told, where it does not. */
  async probe(): Promise<void> {
    const { stream } = this.#session;
    if (stream.probe === undefined || this.state === 'reconnecting') await this.noop();
    else await stream.probe();
  }

  /** Leaves the mailbox and expunges what is marked \Deleted. */
  close(options: CallOptions = {}): Promise<void> {
    return this.#run(close, undefined, options);
  }

  /** Leaves the mailbox without expunging. */
  unselect(options: CallOptions = {}): Promise<void> {
    return unselect(this.#runner, options);
  }

  /** Says good-bye and closes; never fails on a connection that is gone already. */
  async logout(): Promise<void> {
    if (this.#session.state !== 'logout') {
      // Whatever the answer is, or whether there is one: the connection is closed after this.
      await this.#run(logout, undefined, { signal: AbortSignal.timeout(LOGOUT_MS) }).catch(() => {});
    }
    this.#runner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.logout();
  }

  get #session(): Session {
    return this.#runner.session;
  }

  #run<Args, Row, Result>(
    definition: Command<Args, Row, Result>,
    args: Args,
    { signal, onProgress }: RunOptions,
  ): Promise<Result> {
    return run(this.#runner, definition, args, { signal, onProgress });
  }
}
