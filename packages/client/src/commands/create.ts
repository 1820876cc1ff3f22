// CREATE: makes a mailbox, and those above it (RFC 3501 6.3.3), for a special use if wished (RFC 6154 3).
//
//   create       = "CREATE" SP mailbox [SP "(" create-param *(SP create-param) ")"]
//   create-param = "USE" SP "(" [use-attr *(SP use-attr)] ")"

import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export interface CreateArgs {
  /**
   * The delimiter at its end says that mailboxes will be made below it; the name is without it all the same (RFC 3501
   * 6.3.3).
   */
  readonly mailbox: MailboxName;
  /** What it is for: `\Sent`, `\Archive`. A server that cannot do that says NO with code USEATTR. */
  readonly use?: readonly string[] | undefined;
}

/** A mailbox that was made. */
export interface Created {
  /** What it keeps when it is renamed, where the server tells (RFC 8474). */
  readonly mailboxId: string | null;
}

export const create = command<CreateArgs, never, Created>({
  name: 'CREATE',
  states: authenticated,
  needs: ({ use = [] }) => (use.length === 0 ? null : 'CREATE-SPECIAL-USE'),
  send: (out, { mailbox, use = [] }) => {
    out.mailbox(mailbox);
    if (use.length > 0) out.list(() => out.atom('USE').flags(use));
  },
  result: (_rows, { code }) => ({ mailboxId: code?.name === 'MAILBOXID' ? code.mailboxId : null }),
});
