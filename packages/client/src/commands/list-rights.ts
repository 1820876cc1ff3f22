// LISTRIGHTS: what can be granted to somebody on a mailbox (RFC 4314 3.4).
//
//   listrights = "LISTRIGHTS" SP mailbox SP identifier

import { readGrantableRights, type GrantableRights } from '../wire/acl.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** Null where the server tells nothing. */
export const listRights = command<
  { readonly mailbox: MailboxName; readonly identifier: string },
  GrantableRights,
  GrantableRights | null
>({
  name: 'LISTRIGHTS',
  states: authenticated,
  repeatable: () => true,
  needs: () => 'ACL',
  send: (out, { mailbox, identifier }) => out.mailbox(mailbox).astring(identifier),
  collect: { LISTRIGHTS: (line) => readGrantableRights(line) },
  result: (rows) => rows[0] ?? null,
});
