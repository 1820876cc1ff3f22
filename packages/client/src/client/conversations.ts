// The conversations of the selected mailbox, newest first: as the server keeps them (X-GM-THRID, THREADID), as it puts
// them together on request (THREAD), or as they are put together here (References). Kept up to date without fetching
// again what is known.

import type { FetchItems } from '../commands/fetch.ts';
import { thread } from '../commands/thread.ts';
import { ImapCommandError, ImapStateError } from '../session/errors.ts';
import type { Address, EnvelopeAddress } from '../wire/envelope.ts';
import type { FetchedMessage } from '../wire/fetch.ts';
import { formatSet, type SequenceSet } from '../wire/set.ts';
import type { Thread } from '../wire/thread.ts';
import type { ImapClient } from './client.ts';
import { readMessageIds, threadByReferences, type ThreadMessage } from './conversations-references.ts';
import type { CallOptions } from './types.ts';

/** Who says which messages belong together. */
export type ConversationSource =
  /** Gmail's own conversations. */
  | 'X-GM-THRID'
  /** The server's own conversations (RFC 8474). */
  | 'THREADID'
  /** What the server answers to THREAD (RFC 5256). */
  | 'THREAD=REFERENCES'
  | 'THREAD=REFS'
  /** References, In-Reply-To and subjects, put together here. */
  | 'local';

/** Messages that belong together. */
export interface Conversation {
  /** The server's, or made of the UID of the first message. */
  readonly id: string;
  /** Oldest first. */
  readonly uids: readonly number[];
  /** Who answers whom, by UID; the server's own conversations do not say, there all stand beside each other. */
  readonly thread: Thread;
  /** The subject of the oldest message. */
  readonly subject: string | null;
  /** Who has written, in the order of their first message. */
  readonly participants: readonly Address[];
  /** Messages without \Seen. */
  readonly unseen: number;
  /** When the newest message was sent. */
  readonly last: Date;
}

/** How conversations are put together. */
export interface ConversationsOptions extends CallOptions {
  /** The first of {@link ConversationSource} that the server has, where it is left out. */
  readonly source?: ConversationSource;
  /** Only messages with this UID or a higher one: the newest of a large mailbox. */
  readonly fromUid?: number;
}

/** What has happened since, as far as the caller knows. */
export interface MailboxChanges extends CallOptions {
  /** UIDs to fetch. */
  readonly added?: SequenceSet;
  /** UIDs that are gone. */
  readonly vanished?: readonly number[];
  /** Flags that have changed. */
  readonly flags?: readonly { readonly uid: number; readonly flags: readonly string[] }[];
}

interface Known extends ThreadMessage {
  /** The server's own conversation. */
  readonly conversation: string | null;
  readonly from: readonly Address[];
  readonly isSeen: boolean;
}

/** Numbers and ranges that one command names: a longer line is too long for some servers. */
const AT_ONCE = 500;

/** Octets of a References field that are fetched; of a longer one the end is In-Reply-To's. */
const REFERENCES_OCTETS = 16 * 1024;

/**
 * Puts the conversations of the selected mailbox together.
 *
 * @throws ImapStateError where no mailbox is selected; ImapCommandError, ImapConnectionError, AbortError
 */
export async function conversations(
  client: ImapClient,
  options: ConversationsOptions = {},
): Promise<Conversations> {
  const made = new Conversations(client, options);
  await made.update({ signal: options.signal });
  return made;
}

/** The conversations of one mailbox. */
export class Conversations {
  readonly #client: ImapClient;
  readonly #mailbox: { readonly name: string; readonly uidValidity: number };
  readonly #fromUid: number;
  /** As a set of UIDs. */
  readonly #all: string;
  #sources: readonly ConversationSource[];
  #known = new Map<number, Known>();
  #list: readonly Conversation[] = [];
  /** One update after the other. */
  #updated: Promise<unknown> = Promise.resolve();

  constructor(client: ImapClient, { source, fromUid = 1 }: Omit<ConversationsOptions, 'signal'> = {}) {
    if (client.mailbox === null) throw new ImapStateError('Conversations: no mailbox is selected');
    this.#client = client;
    this.#mailbox = client.mailbox;
    this.#sources = source === undefined ? sourcesOf(client.capabilities) : [source];
    this.#fromUid = fromUid;
    this.#all = formatSet([[fromUid, '*']]);
  }

  /** Newest first; a new array after each update. */
  get list(): readonly Conversation[] {
    return this.#list;
  }

  /** Where they come from. */
  get source(): ConversationSource {
    return this.#sources[0]!;
  }

  /**
   * Brings the list up to date: with what the caller names, or with all that has come, gone and changed since. Only
   * messages that are not known yet are fetched.
   *
   * @throws ImapStateError where another mailbox is selected; ImapCommandError, ImapConnectionError, AbortError
   */
  update(changes: MailboxChanges = {}): Promise<void> {
    const update = this.#updated.then(() => this.#update(changes));
    this.#updated = update.catch(() => {});
    return update;
  }

  async #update({ added, vanished, flags, signal }: MailboxChanges): Promise<void> {
    // Until all has come the list stays as it was.
    const known = new Map(this.#known);
    for (const uid of vanished ?? []) known.delete(uid);
    for (const { uid, flags: now } of flags ?? []) setFlags(known, uid, now);
    let set = added;
    if (added === undefined && vanished === undefined && flags === undefined) {
      set = await this.#compare(known, signal);
    }
    for (;;) {
      if (set !== undefined) await this.#fetch(known, set, signal);
      const list = await this.#gather(known, signal);
      if (list !== null) {
        this.#known = known;
        this.#list = list;
        return;
      }
      // The server does not do what it says: the next way needs other items.
      this.#sources = this.#sources.slice(1);
      set = [...known.keys()];
      if (set.length === 0) set = undefined;
    }
  }

  /** Forgets what is gone, takes flags; gives what has come. */
  async #compare(
    known: Map<number, Known>,
    signal: AbortSignal | undefined,
  ): Promise<SequenceSet | undefined> {
    this.#check();
    // Some servers refuse `1:*` in an empty mailbox.
    if (this.#client.mailbox?.exists === 0) known.clear();
    else if (known.size === 0) return this.#all;
    if (known.size === 0) return undefined;
    const there = new Set<number>();
    const added: number[] = [];
    for await (const { uid, flags = [] } of this.#client.fetch(this.#all, { flags: true }, { signal })) {
      // Behind the last message `9:*` is the last message all the same.
      if (uid === undefined || uid < this.#fromUid) continue;
      there.add(uid);
      if (!setFlags(known, uid, flags)) added.push(uid);
    }
    for (const uid of known.keys()) if (!there.has(uid)) known.delete(uid);
    return added.length === 0 ? undefined : added;
  }

  async #fetch(known: Map<number, Known>, set: SequenceSet, signal: AbortSignal | undefined): Promise<void> {
    const parts = formatSet(set).split(',');
    for (let at = 0; at < parts.length; at += AT_ONCE) {
      this.#check();
      const some = parts.slice(at, at + AT_ONCE).join(',');
      for await (const message of this.#client.fetch(some, itemsFor(this.source), { signal })) {
        const { uid = 0 } = message;
        if (uid >= this.#fromUid) known.set(uid, knownOf(message, uid));
      }
    }
    this.#check();
  }

  /** The list, or null where this way turns out to be none. */
  async #gather(
    known: ReadonlyMap<number, Known>,
    signal: AbortSignal | undefined,
  ): Promise<Conversation[] | null> {
    const messages = [...known.values()];
    switch (this.source) {
      case 'X-GM-THRID':
      case 'THREADID': {
        const isKept = messages.length === 0 || messages.some(({ conversation }) => conversation !== null);
        return isKept || this.#sources.length === 1 ? newestFirst(byServer(messages)) : null;
      }
      case 'local':
        return newestFirst(byThreads(threadByReferences(messages), known));
      default: {
        if (messages.length === 0) return [];
        const algorithm = this.source === 'THREAD=REFS' ? 'REFS' : 'REFERENCES';
        try {
          this.#check();
          const query = this.#fromUid > 1 ? { uid: this.#all } : {};
          const args = { algorithm, query, uid: true } as const;
          const threads = await this.#client.run(thread, args, { signal });
          this.#check();
          return newestFirst(byThreads(threads, known));
        } catch (error) {
          if (error instanceof ImapCommandError && this.#sources.length > 1) return null;
          throw error;
        }
      }
    }
  }

  #check(): void {
    const { mailbox } = this.#client;
    const { name, uidValidity } = this.#mailbox;
    if (mailbox?.name === name && mailbox.uidValidity === uidValidity) return;
    throw new ImapStateError(`The conversations of ${name}: that mailbox is no longer selected`);
  }
}

function sourcesOf(capabilities: ReadonlySet<string>): ConversationSource[] {
  const sources: ConversationSource[] = [];
  if (capabilities.has('X-GM-EXT-1')) sources.push('X-GM-THRID');
  if (capabilities.has('OBJECTID')) sources.push('THREADID');
  if (capabilities.has('THREAD=REFERENCES')) sources.push('THREAD=REFERENCES');
  if (capabilities.has('THREAD=REFS')) sources.push('THREAD=REFS');
  sources.push('local');
  return sources;
}

function itemsFor(source: ConversationSource): FetchItems {
  const items: FetchItems = { flags: true, internalDate: true, envelope: true };
  if (source === 'X-GM-THRID') return { ...items, gmailThreadId: true };
  if (source === 'THREADID') return { ...items, threadId: true };
  if (source !== 'local') return items;
  const section = { section: 'HEADER.FIELDS (REFERENCES)', offset: 0, length: REFERENCES_OCTETS };
  return { ...items, sections: [section] };
}

function knownOf(message: FetchedMessage, uid: number): Known {
  const { envelope, flags = [], internalDate, threadId, gmailThreadId, sections } = message;
  const field = sections[0]?.bytes ?? new Uint8Array(0);
  const references = readMessageIds(new TextDecoder().decode(field));
  const parent = readMessageIds(envelope?.inReplyTo ?? null).slice(0, 1);
  const isCut = field.length >= REFERENCES_OCTETS;
  return {
    id: uid,
    messageId: readMessageIds(envelope?.messageId ?? null)[0] ?? null,
    references: references.length === 0 || isCut ? [...references, ...parent] : references,
    subject: envelope?.subject ?? null,
    sent: (envelope?.sent ?? internalDate?.date)?.getTime() ?? 0,
    conversation: gmailThreadId?.toString() ?? threadId ?? null,
    from: (envelope?.from ?? []).flatMap(addressesOf),
    isSeen: flags.some(isSeen),
  };
}

function addressesOf(one: EnvelopeAddress): readonly Address[] {
  return 'group' in one ? one.members : [one];
}

function isSeen(flag: string): boolean {
  return flag.toLowerCase() === '\\seen';
}

/** False where the message is not known. */
function setFlags(known: Map<number, Known>, uid: number, flags: readonly string[]): boolean {
  const message = known.get(uid);
  if (message === undefined) return false;
  known.set(uid, { ...message, isSeen: flags.some(isSeen) });
  return true;
}

function byServer(messages: readonly Known[]): Conversation[] {
  const groups = new Map<string, Known[]>();
  for (const message of messages) {
    const id = message.conversation ?? `uid ${message.id}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [message]);
    else group.push(message);
  }
  return Array.from(groups, ([id, group]) => {
    group.sort(older);
    const replies = group.map((message) => ({ id: message.id, replies: [] }));
    const [only] = replies;
    return conversationOf(group, replies.length === 1 ? only! : { id: null, replies }, id);
  });
}

function byThreads(threads: readonly Thread[], known: ReadonlyMap<number, Known>): Conversation[] {
  const made: Conversation[] = [];
  // What came behind the server's answer has no thread yet.
  const left = new Set(known.keys());
  for (const one of threads) {
    const group: Known[] = [];
    const waiting = [one];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const message = next.id === null ? undefined : known.get(next.id);
      // A hostile answer names a message twice.
      if (message !== undefined && left.delete(message.id)) group.push(message);
      for (const reply of next.replies) waiting.push(reply);
    }
    if (group.length > 0) made.push(conversationOf(group.toSorted(older), one));
  }
  for (const uid of left) made.push(conversationOf([known.get(uid)!], { id: uid, replies: [] }));
  return made;
}

function conversationOf(
  messages: readonly Known[],
  thread_: Thread,
  id = `uid ${messages[0]!.id}`,
): Conversation {
  const participants = new Map<string, Address>();
  for (const address of messages.flatMap(({ from }) => from)) {
    const key = address.address.toLowerCase();
    if (participants.get(key)?.name == null) participants.set(key, address);
  }
  return {
    id,
    uids: messages.map((message) => message.id),
    thread: thread_,
    subject: messages[0]!.subject,
    participants: [...participants.values()],
    unseen: messages.filter((message) => !message.isSeen).length,
    last: new Date(messages.at(-1)!.sent),
  };
}

function older(a: Known, b: Known): number {
  return a.sent - b.sent || a.id - b.id;
}

function newestFirst(list: Conversation[]): Conversation[] {
  return list.toSorted((a, b) => b.last.getTime() - a.last.getTime() || b.uids.at(-1)! - a.uids.at(-1)!);
}
