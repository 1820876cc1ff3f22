// STATUS: the counts of a mailbox that need not be selected (RFC 3501 6.3.10).
//
//   status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"

import { readStatus, type MailboxStatus } from '../wire/status.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

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

export const status = command<
  { readonly mailbox: string; readonly items: readonly StatusItem[] },
  MailboxStatus,
  MailboxStatus
>({
  name: 'STATUS',
  states: authenticated,
  send: (out, { mailbox, items }) => {
    if (items.length === 0) throw new RangeError('STATUS needs at least one item');
    out.mailbox(mailbox).list(() => items.forEach((item) => out.atom(item.toUpperCase())));
  },
  collect: { STATUS: (line) => readStatus(line) },
  // Two STATUS under way are answered in order, so the first row is ours whatever spelling its name has.
  result: (rows, _done, { mailbox }) => rows[0] ?? { name: mailbox },
});
