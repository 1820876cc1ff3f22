// The selected mailbox as the server tells it: what SELECT said, kept up to date by everything that comes unasked.

import type { Opening } from '../commands/select.ts';
import { ImapStateError } from '../session/errors.ts';
import { readFlags } from '../wire/capability.ts';
import { readFetched, type FetchedMessage } from '../wire/fetch.ts';
import { mailboxKey, namedAs, type MailboxName } from '../wire/mailbox-name.ts';
import { readStatusText, type Response } from '../wire/response.ts';
import { codeName, type ResponseCode } from '../wire/response-code.ts';
import { readExtendedSearch } from '../wire/search.ts';
import { countNumbers, type NumberRange } from '../wire/set.ts';
import { readVanished } from '../wire/vanished.ts';
import type { Emitter } from './emitter.ts';
import type { ClientEvents, Resync, SelectedMailbox } from './types.ts';

const nothing: Omit<SelectedMailbox, 'name' | 'raw'> = {
  readOnly: false,
  exists: 0,
  recent: 0,
  flags: [],
  permanentFlags: [],
  uidValidity: 0,
  uidNext: null,
  firstUnseen: null,
  highestModSeq: null,
};

/** Keeps the state of the selected mailbox and tells of its changes. */
export class Selection {
  #mailbox: SelectedMailbox | null = null;
  readonly #events: Emitter<ClientEvents>;

  constructor(events: Emitter<ClientEvents>) {
    this.#events = events;
  }

  /** As it is now; a new object after each change. */
  get mailbox(): SelectedMailbox | null {
    return this.#mailbox;
  }

  /** The next message gets this UID, or a higher one: for servers that do not say so with SELECT. */
  expect(uidNext: number): void {
    const now = this.#mailbox;
    if (now !== null && (now.uidNext ?? 0) < uidNext) this.#mailbox = { ...now, uidNext };
  }

  /** Nothing is selected any more. */
  leave(): void {
    this.#mailbox = null;
  }

  /**
   * A test that the mailbox which is selected now still is; UIDs mean nothing in another one, or in one made anew.
   *
   * @param what the beginning of the error's message
   */
  stillSelected(what: string): () => void {
    const begun = this.#mailbox;
    return () => {
      const now = this.#mailbox;
      if (begun === null) throw new ImapStateError(`${what}: no mailbox was selected when it began`);
      const isSame = now !== null && mailboxKey(now) === mailboxKey(begun);
      if (isSame && now.uidValidity === begun.uidValidity) return;
      throw new ImapStateError(`${what}: the mailbox ${begun.name} is no longer selected`);
    };
  }

  /** Takes what the server says while a mailbox is being opened; it counts once that has been answered with OK. */
  opening(mailbox: MailboxName): Opening & { readonly resync: Resync } {
    const fresh: SelectedMailbox = { ...nothing, ...namedAs(mailbox) };
    let draft = fresh;
    const vanished: NumberRange[] = [];
    const changed: FetchedMessage[] = [];
    return {
      resync: { vanished, changed },
      take: (response) => {
        if (response.name === 'VANISHED')
          for (const range of readVanished(response.reader()).uids) vanished.push(range);
        else if (isFetch(response)) changed.push(readFetched(response.reader(), response));
        else draft = { ...draft, ...readChange(response) };
      },
      restart: () => {
        draft = fresh;
        vanished.length = 0;
        changed.length = 0;
      },
      opened: (readOnly) => {
        this.#mailbox = { ...draft, readOnly };
      },
    };
  }

  /** Takes the code of a tagged answer: EXPUNGE and its like tell the state that they leave behind (RFC 7162 3.2.7). */
  heard(code: ResponseCode | null): void {
    if (code?.name !== 'HIGHESTMODSEQ' || this.#mailbox === null) return;
    this.#mailbox = { ...this.#mailbox, highestModSeq: code.value };
  }

  /** Takes a response that nobody asked for. Returns false where it does not concern the mailbox. */
  take(response: Response): boolean {
    const before = this.#mailbox;
    if (before === null) return false;
    if (isFetch(response)) {
      numberOf(response);
      const message = readFetched(response.reader(), response);
      const { uid } = message;
      if (uid !== undefined && before.uidNext !== null && uid >= before.uidNext)
        this.#mailbox = { ...before, uidNext: uid + 1 };
      this.#events.emit('fetch', { message });
      return true;
    }
    if (response.name === 'EXPUNGE') {
      const sequence = numberOf(response);
      this.#mailbox = { ...before, exists: Math.max(0, before.exists - 1) };
      this.#events.emit('expunge', { sequence });
      return true;
    }
    if (response.name === 'VANISHED') {
      const vanished = readVanished(response.reader());
      if (!vanished.earlier) {
        this.#mailbox = { ...before, exists: Math.max(0, before.exists - countNumbers(vanished.uids)) };
      }
      this.#events.emit('vanished', vanished);
      return true;
    }
    if (response.name === 'ESEARCH') return this.#searchUpdate(response);
    if (response.name === 'NO') return this.#searchEnded(response);
    const change = readChange(response);
    if (change === null) return false;
    this.#mailbox = { ...before, ...change, ...grownUidNext(before, change) };
    // Several servers repeat EXISTS without news; that is not an event.
    if (change.exists !== undefined && change.exists !== before.exists) {
      this.#events.emit('exists', { count: change.exists, previous: before.exists });
    }
    return true;
  }

  #searchEnded(response: Response): boolean {
    const { code } = readStatusText(response.reader());
    if (code?.name !== 'NOUPDATE') return false;
    this.#events.emit('searchUpdate', { tag: code.tag, ended: true });
    return true;
  }

  #searchUpdate(response: Response): boolean {
    const { tag, uid, addTo, removeFrom } = readExtendedSearch(response.reader());
    if (addTo === undefined && removeFrom === undefined) return false;
    this.#events.emit('searchUpdate', {
      tag,
      uid,
      ...(addTo && { addTo }),
      ...(removeFrom && { removeFrom }),
    });
    return true;
  }
}

/** Each message that came has a UID of its own, from the next one on (RFC 3501 2.3.1.1). */
function grownUidNext(
  { exists, uidNext }: SelectedMailbox,
  change: Partial<SelectedMailbox>,
): Partial<SelectedMailbox> {
  const came = (change.exists ?? exists) - exists;
  return uidNext === null || came <= 0 ? {} : { uidNext: uidNext + came };
}

function isFetch({ name }: Response): boolean {
  return name === 'FETCH' || name === 'UIDFETCH';
}

/** What one response changes of the mailbox, or null. */
function readChange(response: Response): Partial<SelectedMailbox> | null {
  switch (response.name) {
    case 'EXISTS':
      return { exists: numberOf(response) };
    case 'RECENT':
      return { recent: numberOf(response) };
    case 'FLAGS':
      return { flags: readFlags(response.reader()) };
    case 'OK':
      return readCode(response);
    default:
      return null;
  }
}

function numberOf({ name, number }: Response): number {
  if (number === null) throw new Error(`${name} without its number`);
  return number;
}

function readCode(response: Response): Partial<SelectedMailbox> | null {
  const { code } = readStatusText(response.reader());
  if (code === null) return null;
  switch (code.name) {
    case 'UIDVALIDITY':
      return { uidValidity: code.value };
    case 'UIDNEXT':
      return { uidNext: code.value };
    case 'UNSEEN':
      return { firstUnseen: code.value };
    case 'PERMANENTFLAGS':
      return { permanentFlags: code.flags };
    case 'HIGHESTMODSEQ':
      return { highestModSeq: code.value };
    case 'UIDNOTSTICKY':
      return { uidNotSticky: true };
    case 'NOMODSEQ':
      return { highestModSeq: null };
    case 'MAILBOXID':
      return { mailboxId: code.mailboxId };
    default:
      // Another client has taken the right to write, or has given it back (RFC 3501 7.1).
      if (codeName(code) === 'READ-ONLY') return { readOnly: true };
      return codeName(code) === 'READ-WRITE' ? { readOnly: false } : null;
  }
}
