// The selected mailbox as the server tells it: what SELECT said, kept up to date by everything that comes unasked.

import type { Opening } from '../commands/select.ts';
import { ImapStateError } from '../session/errors.ts';
import { readFlags } from '../wire/capability.ts';
import { readFetch } from '../wire/fetch.ts';
import { readStatusText, type Response } from '../wire/response.ts';
import { codeName } from '../wire/response-code.ts';
import type { Emitter } from './emitter.ts';
import type { ClientEvents, SelectedMailbox } from './types.ts';

const nothing: Omit<SelectedMailbox, 'name'> = {
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
      if (now?.name === begun.name && now.uidValidity === begun.uidValidity) return;
      throw new ImapStateError(`${what}: the mailbox ${begun.name} is no longer selected`);
    };
  }

  /** Takes what the server says while a mailbox is being opened; it counts once that has been answered with OK. */
  opening(name: string): Opening {
    let draft: SelectedMailbox = { ...nothing, name };
    return {
      take: (response) => {
        draft = { ...draft, ...readChange(response) };
      },
      opened: (readOnly) => {
        this.#mailbox = { ...draft, readOnly };
      },
    };
  }

  /** Takes a response that nobody asked for. Returns false where it does not concern the mailbox. */
  take(response: Response): boolean {
    const before = this.#mailbox;
    if (before === null) return false;
    if (response.name === 'FETCH') {
      this.#events.emit('fetch', { message: readFetch(response.reader(), numberOf(response)) });
      return true;
    }
    if (response.name === 'EXPUNGE') {
      const sequence = numberOf(response);
      this.#mailbox = { ...before, exists: Math.max(0, before.exists - 1) };
      this.#events.emit('expunge', { sequence });
      return true;
    }
    const change = readChange(response);
    if (change === null) return false;
    this.#mailbox = { ...before, ...change };
    // Several servers repeat EXISTS without news; that is not an event.
    if (change.exists !== undefined && change.exists !== before.exists) {
      this.#events.emit('exists', { count: change.exists, previous: before.exists });
    }
    return true;
  }
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
    default:
      // Another client has taken the right to write (RFC 3501 7.1).
      return codeName(code) === 'READ-ONLY' ? { readOnly: true } : null;
  }
}
