// What the self-test has put on the server, and taking it away again: its mailboxes, their subscriptions, and its message
// in INBOX. Each part is tried even where another one fails.

import type { Datum } from '../datum.ts';
import type { IMAP4 } from '../imap4.ts';
import type { Journal } from './journal.ts';
import { mailboxNames, type Place } from './place.ts';

/** What there may be to take away. Noted before the command is sent that makes it. */
export class Traces {
  /** Where everything is the self-test's, or null while there is nothing. */
  place: Place | null = null;
  /** The Message-ID of what was appended to INBOX. */
  messageId: string | null = null;
  /** Messages of the user's whose \Deleted was taken away for a moment. */
  #spared: readonly string[] = [];

  get isEmpty(): boolean {
    return this.place === null && this.messageId === null;
  }

  /** What is still there, for a person; null where that is nothing. */
  get left(): string | null {
    const mailboxes = this.place === null ? [] : [`all mailboxes that begin with ${this.place.root}`];
    const message = this.messageId === null ? [] : [`the message ${this.messageId} in INBOX`];
    return this.isEmpty ? null : [...mailboxes, ...message].join(', ');
  }

  /**
   * Takes everything away.
   *
   * @throws the first failure, when everything has been tried
   */
  async remove(journal: Journal, M: IMAP4): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (part: () => Promise<void>): Promise<void> => {
      try {
        await part();
      } catch (reason) {
        failures.push(reason);
      }
    };
    // Selecting INBOX also leaves the mailbox that is to be deleted, and removes nothing as CLOSE would.
    await attempt(async () => {
      await journal.run(M, 'select', 'INBOX');
      await this.#removeMessage(journal, M);
    });
    const { place } = this;
    if (place !== null) {
      await attempt(() => unsubscribe(journal, M, place.root));
      await attempt(() => removeMailboxes(journal, M, place));
    }
    if (failures.length > 0) throw failures[0];
    this.place = null;
  }

  async #removeMessage(journal: Journal, M: IMAP4): Promise<void> {
    if (this.messageId === null) return;
    try {
      const uids = words(
        await journal.run(M, 'uid', 'SEARCH', 'HEADER', 'Message-ID', `"${this.messageId}"`),
      );
      if (uids.length > 0) await this.#expunge(journal, M, uids);
    } finally {
      await this.#restore(journal, M);
    }
    this.messageId = null;
  }

  async #expunge(journal: Journal, M: IMAP4, uids: readonly string[]): Promise<void> {
    const set = uids.join(',');
    const flag = () => journal.run(M, 'uid', 'STORE', set, '+FLAGS.SILENT', '(\\Deleted)');
    if (M.capabilities.includes('UIDPLUS') || M.capabilities.includes('IMAP4REV2')) {
      await flag();
      await journal.run(M, 'uid', 'EXPUNGE', set);
      return;
    }
    // EXPUNGE takes every deleted message: the user's own are spared for as long as that lasts.
    const deleted = words(await journal.run(M, 'uid', 'SEARCH', 'DELETED'));
    this.#spared = [...new Set([...this.#spared, ...deleted.filter((uid) => !uids.includes(uid))])];
    const spared = this.#spared.join(',');
    if (spared !== '') await journal.run(M, 'uid', 'STORE', spared, '-FLAGS.SILENT', '(\\Deleted)');
    await flag();
    await journal.run(M, 'expunge');
  }

  async #restore(journal: Journal, M: IMAP4): Promise<void> {
    if (this.#spared.length === 0) return;
    await journal.run(M, 'uid', 'STORE', this.#spared.join(','), '+FLAGS.SILENT', '(\\Deleted)');
    this.#spared = [];
  }
}

async function unsubscribe(journal: Journal, M: IMAP4, root: string): Promise<void> {
  for (const name of mailboxNames(await journal.run(M, 'lsub', '', `${root}*`))) {
    await journal.run(M, 'unsubscribe', name);
  }
}

/** Children first; what is only a level of the hierarchy may go by itself with its last child. */
async function removeMailboxes(journal: Journal, M: IMAP4, { root, missing }: Place): Promise<void> {
  const list = async (pattern: string) => mailboxNames(await journal.run(M, 'list', '', pattern));
  const own = await list(`${root}*`);
  for (const level of missing) own.push(...(await list(level)));
  let failure: unknown = null;
  for (const name of own.toSorted((a, b) => b.length - a.length)) {
    try {
      await journal.run(M, 'delete', name);
    } catch (reason) {
      failure ??= reason;
    }
  }
  if (failure === null || (await list(`${root}*`)).length === 0) return;
  throw failure;
}

function words(data: readonly Datum[]): string[] {
  return data.flatMap((datum) =>
    typeof datum === 'string' ? datum.split(' ').filter((word) => word !== '') : [],
  );
}
