// STATUS: the counts of a mailbox that need not be selected (RFC 3501 6.3.10).
//
//   status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"

import { nameOf, type MailboxName } from '../wire/mailbox-name.ts';
import { readStatus, type MailboxStatus } from '../wire/status.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** Counts to ask of a mailbox. */
export type StatusItem = Exclude<keyof MailboxStatus, 'name' | 'raw' | 'other'>;

/** What the server must have for an item to be asked for. */
const needed: { readonly [Item in StatusItem]?: string } = {
  deleted: 'IMAP4REV2 or QUOTA=RES-MESSAGE',
  deletedStorage: 'QUOTA=RES-STORAGE',
  size: 'STATUS=SIZE',
  highestModSeq: 'CONDSTORE or QRESYNC',
  appendLimit: 'APPENDLIMIT',
  mailboxId: 'OBJECTID',
};

export const status = command<
  { readonly mailbox: MailboxName; readonly items: readonly StatusItem[] },
  MailboxStatus,
  MailboxStatus
>({
  name: 'STATUS',
  repeatable: () => true,
  states: authenticated,
  needs: ({ items }) => statusNeeds(items),
  send: (out, { mailbox, items }) => writeStatusItems(out.mailbox(mailbox), items),
  collect: { STATUS: (line) => readStatus(line) },
  // Two STATUS under way are answered in order, so the first row is ours whatever spelling its name has; with NOTIFY
  // other mailboxes' come in between.
  accepts:
    ({ mailbox }, runner) =>
    ({ name }) =>
      !runner.session.notifies || spelling(name) === spelling(nameOf(mailbox)),
  result: (rows, _done, { mailbox }) => rows[0] ?? { name: nameOf(mailbox) },
});

/** Servers whose names have no case answer with the name as it was made. */
function spelling(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** The capabilities that the items need. */
export function statusNeeds(items: readonly StatusItem[]): string[] {
  return items.flatMap((item) => needed[item] ?? []);
}

/** Writes the items' names, in parentheses. */
export function writeStatusItems(out: CommandWriter, items: readonly StatusItem[]): void {
  if (items.length === 0) throw new RangeError('STATUS needs at least one item');
  const nameOfItem = (item: StatusItem): string =>
    item === 'deletedStorage' ? 'DELETED-STORAGE' : item.toUpperCase();
  out.list(() => items.forEach((item) => out.atom(nameOfItem(item))));
}
