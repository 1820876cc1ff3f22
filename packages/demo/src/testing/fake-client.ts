// A mail server in memory with the calls of ImapClient that the page uses: for tests of what the page makes of them.
import {
  ImapCommandError,
  type ClientEvents,
  type FlagChange,
  type FetchedMessage,
  type SelectedMailbox,
} from '@imaplib/client';
import type { Client } from '../mail/account.ts';

export interface FakeMessage {
  uid: number;
  flags: string[];
  subject: string;
  date: Date;
}

type Listener = (event: never) => void;
type Call = readonly [name: string, ...values: unknown[]];

const attributesOf: Readonly<Record<string, string>> = {
  Drafts: '\\Drafts',
  Archive: '\\Archive',
  Trash: '\\Trash',
};

function* rowsOf(set: unknown): Generator<readonly [number, number]> {
  for (const member of typeof set === 'string' ? [set.split(':')] : Array.isArray(set) ? set : [set]) {
    const ends = Array.isArray(member) ? member : [member, member];
    const [first, last] = ends.map((end: unknown) => (end === '*' ? Infinity : Number(end)));
    yield [first ?? 0, last ?? first ?? 0];
  }
}

/** The mailboxes of one account; any number of clients may look at them. */
export class FakeServer {
  readonly boxes = new Map<string, FakeMessage[]>();
  readonly clients = new Set<FakeClient>();
  /** Every command, in the order it came. */
  readonly calls: Call[] = [];
  /** Commands that are refused, by name. */
  readonly refused = new Map<string, string>();
  #uid = 0;

  constructor(counts: Readonly<Record<string, number>>) {
    for (const [name, count] of Object.entries(counts)) {
      this.boxes.set(name, []);
      for (let at = 0; at < count; at++) this.add(name, `Message ${at + 1}`, ['\\Seen'], at * 60_000);
    }
  }

  add(box: string, subject: string, flags: string[] = [], at = Date.now()): FakeMessage {
    const message = { uid: ++this.#uid, flags, subject, date: new Date(at) };
    this.boxes.get(box)?.push(message);
    return message;
  }

  /** New mail: whoever has the mailbox selected hears of it. */
  deliver(box: string, subject: string): FakeMessage {
    const message = this.add(box, subject);
    const count = this.boxes.get(box)?.length ?? 0;
    for (const client of this.clients) {
      if (client.mailbox?.name === box) client.emit('exists', { count, previous: count - 1 });
    }
    return message;
  }

  remove(box: string, uids: readonly number[]): void {
    const list = this.boxes.get(box) ?? [];
    for (const uid of uids) {
      const at = list.findIndex((message) => message.uid === uid);
      if (at === -1) continue;
      list.splice(at, 1);
      for (const client of this.clients) {
        if (client.mailbox?.name === box) client.emit('expunge', { sequence: at + 1 });
      }
    }
  }

  connect(): FakeClient {
    const client = new FakeClient(this);
    this.clients.add(client);
    return client;
  }
}

export class FakeClient implements Client {
  readonly capabilities: ReadonlySet<string> = new Set(['UIDPLUS', 'MOVE', 'IDLE']);
  readonly #server: FakeServer;
  readonly #listeners = new Map<string, Set<Listener>>();
  #box: string | null = null;

  constructor(server: FakeServer) {
    this.#server = server;
  }

  get mailbox(): SelectedMailbox | null {
    if (this.#box === null) return null;
    return {
      name: this.#box,
      readOnly: false,
      exists: this.#list().length,
      recent: 0,
      flags: [],
      permanentFlags: ['\\*'],
      uidValidity: 1,
      uidNext: null,
      firstUnseen: null,
      highestModSeq: null,
    };
  }

  on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void {
    const all = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, all.add(listener));
    return () => all.delete(listener);
  }

  emit<Type extends keyof ClientEvents>(type: Type, event: ClientEvents[Type]): void {
    for (const listener of this.#listeners.get(type) ?? []) (listener as (it: typeof event) => void)(event);
  }

  /** The connection breaks. */
  cut(): void {
    this.#server.clients.delete(this);
    this.emit('close', { error: new Error('cut') });
  }

  #list(name = this.#box): FakeMessage[] {
    return this.#server.boxes.get(name ?? '') ?? [];
  }

  #call(name: string, ...values: unknown[]): void {
    this.#server.calls.push([name, ...values]);
    const reason = this.#server.refused.get(name);
    if (reason !== undefined) throw new ImapCommandError(name, 'NO', null, reason);
  }

  #find(set: unknown, byUid = true): FakeMessage[] {
    const found = new Set<FakeMessage>();
    const list = this.#list();
    for (const [first, last] of rowsOf(set)) {
      for (const [at, message] of list.entries()) {
        const number = byUid ? message.uid : at + 1;
        if (number >= first && number <= last) found.add(message);
      }
      // `n:*` always holds the last message (RFC 3501 9).
      const newest = list.at(-1);
      if (byUid && last === Infinity && newest !== undefined) found.add(newest);
    }
    return [...found];
  }

  #rows<T>(name: string, read: () => T[]) {
    const all = async (): Promise<T[]> => {
      this.#call(name);
      return Promise.resolve(read());
    };
    return {
      toArray: all,
      async *[Symbol.asyncIterator]() {
        yield* await all();
      },
    };
  }

  list() {
    return this.#rows('LIST', () =>
      [...this.#server.boxes.keys()].map((name) => ({
        name,
        delimiter: '/',
        attributes: attributesOf[name] === undefined ? [] : [attributesOf[name]],
        extended: {},
      })),
    );
  }

  async status(name: string) {
    const list = this.#list(name);
    const unseen = list.filter(({ flags }) => !flags.includes('\\Seen')).length;
    return Promise.resolve({ name, messages: list.length, unseen });
  }

  async select(name: string): Promise<SelectedMailbox> {
    this.#call('SELECT', name);
    this.#box = name;
    const { mailbox } = this;
    if (mailbox === null) throw new Error('nothing selected');
    return Promise.resolve(mailbox);
  }

  fetch(set: unknown, _items: unknown, options: { readonly uid?: boolean } = {}) {
    return this.#rows('FETCH', () =>
      this.#find(set, options.uid !== false).map(({ uid, flags, subject, date }): FetchedMessage => ({
        sequence: this.#list().findIndex((message) => message.uid === uid) + 1,
        uid,
        flags: [...flags],
        internalDate: { date, zone: 0 },
        size: 1000,
        envelope: {
          date: null,
          sent: date,
          subject,
          from: [{ name: 'Ada', address: 'ada@example.org' }],
          sender: [],
          replyTo: [],
          to: [],
          cc: [],
          bcc: [],
          inReplyTo: null,
          messageId: `<${uid}@example.org>`,
        },
        sections: [],
        other: {},
        unparsed: {},
      })),
    );
  }

  async search(
    query: { readonly seen?: boolean; readonly header?: readonly [string, string] } = {},
  ): Promise<number[]> {
    this.#call('SEARCH', query);
    const found = this.#list().filter(({ uid, flags }) => {
      if (query.seen !== undefined && flags.includes('\\Seen') !== query.seen) return false;
      return query.header === undefined || query.header[1] === `<${uid}@example.org>`;
    });
    return Promise.resolve(found.map(({ uid }) => uid));
  }

  async store(set: unknown, change: FlagChange) {
    this.#call('STORE', set, change);
    for (const message of this.#find(set)) {
      const add = 'add' in change ? change.add : [];
      const remove = 'remove' in change ? change.remove : [];
      message.flags = [...new Set([...message.flags, ...add])].filter((flag) => !remove.includes(flag));
    }
    return Promise.resolve([]);
  }

  async move(set: unknown, destination: string) {
    this.#call('MOVE', set, destination);
    const moved = this.#find(set);
    const source = moved.map(({ uid }) => uid);
    this.#server.remove(this.#box ?? '', source);
    const copies = moved.map(({ subject, flags, date }) =>
      this.#server.add(destination, subject, flags, date.getTime()),
    );
    const count = this.#list(destination).length;
    for (const client of this.#server.clients) {
      if (client.mailbox?.name === destination)
        client.emit('exists', { count, previous: count - copies.length });
    }
    return Promise.resolve({ uidValidity: 1, source, destination: copies.map(({ uid }) => uid) });
  }

  async expunge(set?: unknown): Promise<void> {
    this.#call('EXPUNGE', set);
    const marked = this.#find(set).filter(({ flags }) => flags.includes('\\Deleted'));
    this.#server.remove(
      this.#box ?? '',
      marked.map(({ uid }) => uid),
    );
    return Promise.resolve();
  }

  async append(mailbox: string, message: unknown, options: { readonly flags?: readonly string[] } = {}) {
    this.#call('APPEND', mailbox, message);
    const { uid } = this.#server.add(mailbox, 'appended', [...(options.flags ?? [])]);
    return Promise.resolve({ uidValidity: 1, uid });
  }

  async create(name: string): Promise<{ readonly mailboxId: string | null }> {
    this.#server.boxes.set(name, []);
    return Promise.resolve({ mailboxId: null });
  }

  download(): ReadableStream<Uint8Array> {
    return new Blob(['Hello']).stream();
  }

  async noop(): Promise<void> {
    return Promise.resolve();
  }

  async probe(): Promise<void> {
    return Promise.resolve();
  }

  async logout(): Promise<void> {
    this.#server.clients.delete(this);
    return Promise.resolve();
  }
}
