// ImapPool: a few connections to one server, lent by mailbox, for what is done beside the user's own connection:
// searches over many mailboxes, counts, large downloads.

import type { SearchQuery } from '../commands/search.ts';
import type { StatusItem } from '../commands/status.ts';
import type { BodyPart } from '../wire/bodystructure.ts';
import { ImapClient } from './client.ts';
import { Emitter } from './emitter.ts';
import { pooledDownload, type PoolDownloadOptions } from './pool-download.ts';
import { lendOpened, Lending } from './pool-lending.ts';
import { searchRows, statusRows, type SearchRow, type StatusRow } from './pool-rows.ts';
import { rowsOf } from './rows.ts';
import type { CallOptions, ClientEvents, ClientListeners, ConnectOptions, Rows } from './types.ts';

/** How each connection of the pool is made, and how many there may be. */
export interface PoolOptions extends Omit<ConnectOptions, 'on' | 'reconnect' | 'signal'> {
  /** Three by default; fewer where the server refuses more. */
  readonly connections?: number;
  /** A connection that nobody has used for this long is closed: two minutes by default, `Infinity` for never. */
  readonly idleMs?: number;
  /** A call waits this long for a connection: one minute by default. */
  readonly waitMs?: number;
  /** So many calls may wait: 1,000 by default. */
  readonly waiting?: number;
  /** Listeners that hear of what happens on each connection. */
  readonly on?: { readonly [Type in keyof PoolEvents]?: (event: PoolEvents[Type]) => void };
}

/** The events of each connection, and whose they are. */
export type PoolEvents = {
  readonly [Type in keyof ClientEvents]: {
    readonly event: ClientEvents[Type];
    /** Null while it is connecting. */
    readonly client: ImapClient | null;
    /** The mailbox that is selected there. */
    readonly mailbox: string | null;
  };
};

/** How a connection is borrowed. */
export interface UseOptions extends CallOptions {
  /** Opens the mailbox with EXAMINE. */
  readonly readOnly?: boolean;
}

/** All that there are; one that is missing here is an error. */
const eventTypes: { readonly [Type in keyof ClientEvents]: true } = {
  exists: true,
  expunge: true,
  vanished: true,
  fetch: true,
  searchUpdate: true,
  progress: true,
  alert: true,
  status: true,
  mailbox: true,
  overflow: true,
  untagged: true,
  warning: true,
  drain: true,
  reconnecting: true,
  reconnected: true,
  resync: true,
  close: true,
};

/** A few connections that are opened as they are needed. */
export class ImapPool {
  readonly #events = new Emitter<PoolEvents>();
  readonly #lending: Lending;

  /** Connects to nothing yet. @throws RangeError where a number makes no sense */
  constructor(options: PoolOptions) {
    const {
      on = {},
      connections = 3,
      idleMs = 120_000,
      waitMs = 60_000,
      waiting = 1000,
      ...connect
    } = options;
    for (const [name, value] of Object.entries({ connections, waiting, idleMs, waitMs })) {
      if (!(value > 0)) throw new RangeError(`a pool's ${name} must be above 0, and ${value} is not`);
    }
    this.#events.onAll(on);
    this.#lending = new Lending({
      open: async (signal) => {
        const heard: { client: ImapClient | null } = { client: null };
        heard.client = await ImapClient.connect({ ...connect, signal, on: this.#listeners(heard) });
        return heard.client;
      },
      ...{ connections, idleMs, waitMs, waiting },
    });
  }

  /** The connections that are open now. */
  get clients(): readonly ImapClient[] {
    return this.#lending.clients;
  }

  /** Calls `listener` for each event of that kind on any connection; returns what ends it. */
  on<Type extends keyof PoolEvents>(type: Type, listener: (event: PoolEvents[Type]) => void): () => void {
    return this.#events.on(type, listener);
  }

  /**
   * Lends a connection with the mailbox selected until `work` is done; null where any mailbox will do. It may be left
   * with another one selected.
   *
   * `signal` ends the waiting; `work` hands it on to its own calls.
   *
   * @throws what `work` throws, what selecting the mailbox or opening the only connection fails with; TimeoutError
   * where none becomes free, ImapLimitError where too many wait already
   */
  async use<T>(
    mailbox: string | null,
    work: (client: ImapClient) => Promise<T>,
    { signal, readOnly = false }: UseOptions = {},
  ): Promise<T> {
    const loan = await lendOpened(this.#lending, { mailbox, readOnly }, signal);
    try {
      return await work(loan.client);
    } finally {
      loan.end();
    }
  }

  /** Counts of many mailboxes, a row each as they come; a mailbox that the server refuses is a row with its error. */
  status(
    mailboxes: readonly string[],
    items: readonly StatusItem[],
    options: CallOptions = {},
  ): Rows<StatusRow> {
    return this.#rows(options, (signal) => statusRows(this.#lending, mailboxes, items, signal));
  }

  /** Messages that match in many mailboxes, a row each as they come; a refused mailbox is a row with its error. */
  search(mailboxes: readonly string[], query: SearchQuery, options: CallOptions = {}): Rows<SearchRow> {
    return this.#rows(options, (signal) => searchRows(this.#lending, mailboxes, query, signal));
  }

  /**
   * As {@link ImapClient.download}, over a connection that is lent until the stream has been read to its end, or was
   * cancelled: beside the user's own.
   */
  download(
    mailbox: string,
    uid: number,
    part: BodyPart | string,
    options: PoolDownloadOptions = {},
  ): ReadableStream<Uint8Array> {
    return pooledDownload(this.#lending, { mailbox, uid, part }, options);
  }

  /** Logs out of every connection; calls that wait for one are rejected. */
  close(): Promise<void> {
    return this.#lending.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Rows whose questions are taken back when the loop is left. */
  #rows<Row>(
    { signal }: CallOptions,
    begin: (signal: AbortSignal) => AsyncGenerator<Row, void, undefined>,
  ): Rows<Row> {
    return rowsOf(async function* () {
      const left = new AbortController();
      try {
        yield* begin(signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]));
      } finally {
        left.abort();
      }
    });
  }

  #listeners(heard: { readonly client: ImapClient | null }): ClientListeners {
    const pass =
      <Type extends keyof ClientEvents>(type: Type) =>
      (event: ClientEvents[Type]): void => {
        const { client } = heard;
        const told = { event, client, mailbox: client?.mailbox?.name ?? null };
        this.#events.emit(type, told as PoolEvents[Type]);
      };
    const types = Object.keys(eventTypes) as (keyof ClientEvents)[];
    return Object.fromEntries(types.map((type) => [type, pass(type)]));
  }
}
