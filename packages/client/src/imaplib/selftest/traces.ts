// What the self-test has put on the server, and taking it away again: its mailboxes, their subscriptions, and its message
// in INBOX. Each part is tried even where another one fails.

import type { Datum } from '../datum.ts';
import type { IMAP4 } from '../imap4.ts';
import type { Journal } from './journal.ts';
import { mailboxNames } from './place.ts';

/** What there may be to take away. Noted before the command is sent that makes it. */
export class Traces {
  /** Everything that begins with it is the self-test's, or null while there is nothing. */
  root: string | null = null;
  /** The Message-ID of what was appended to INBOX. */
  messageId: string | null = null;
  /** Messages of the user's whose \Deleted was taken away for a moment. */
  #spared: readonly string[] = [];

  get isEmpty(): boolean {
    return this.root === null && this.messageId === null;
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
    if (this.root !== null) {
      const root = this.root;
      await attempt(() => unsubscribe(journal, M, root));
      await attempt(() => removeMailboxes(journal, M, root));
    }
    if (failures.length > 0) throw failures[0];
    this.root = null;
  }

  async #removeMessage(journal: Journal, M: IMAP4): Promise<void> {
    if (this.messageId === null) return;
    const uids = words(await journal.run(M, 'uid', 'SEARCH', 'HEADER', 'Message-ID', `"${this.messageId}"`));
    if (uids.length > 0) await this.#expunge(journal, M, uids);
    this.messageId = null;
  }

  async #expunge(journal: Journal, M: IMAP4, uids: readonly string[]): Promise<void> {
    const set = uids.join(',');
    if (M.capabilities.includes('UIDPLUS') || M.capabilities.includes('IMAP4REV2')) {
      await journal.run(M, 'uid', 'STORE', set, '+FLAGS.SILENT', '(\\Deleted)');
      await journal.run(M, 'uid', 'EXPUNGE', set);
      return;
    }
    // EXPUNGE takes every deleted message: the user's own are spared for as long as that lasts.
    const deleted = words(await journal.run(M, 'uid', 'SEARCH', 'DELETED'));
    this.#spared = [...new Set([...this.#spared, ...deleted.filter((uid) => !uids.includes(uid))])];
    const spared = this.#spared.join(',');
    if (spared !== '') await journal.run(M, 'uid', 'STORE', spared, '-FLAGS.SILENT', '(\\Deleted)');
    try {
      await journal.run(M, 'uid', 'STORE', set, '+FLAGS.SILENT', '(\\Deleted)');
      await journal.run(M, 'expunge');
    } finally {
      if (spared !== '') {
        await journal.run(M, 'uid', 'STORE', spared, '+FLAGS.SILENT', '(\\Deleted)');
        this.#spared = [];
      }
    }
  }
}

async function unsubscribe(journal: Journal, M: IMAP4, root: string): Promise<void> {
  for (const name of mailboxNames(await journal.run(M, 'lsub', '', `${root}*`))) {
    await journal.run(M, 'unsubscribe', name);
  }
}

/** Children first; what is only a level of the hierarchy may go by itself with its last child. */
async function removeMailboxes(journal: Journal, M: IMAP4, root: string): Promise<void> {
  const list = async () => mailboxNames(await journal.run(M, 'list', '', `${root}*`));
  let failure: unknown = null;
  for (const name of (await list()).toSorted((a, b) => b.length - a.length)) {
    try {
      await journal.run(M, 'delete', name);
    } catch (reason) {
      failure ??= reason;
    }
  }
  const left = failure === null ? [] : await list();
  if (left.length > 0) throw failure;
}

function words(data: readonly Datum[]): string[] {
  return data.flatMap((datum) =>
    typeof datum === 'string' ? datum.split(' ').filter((word) => word !== '') : [],
  );
}
