// MYRIGHTS: what the user himself may do with a mailbox (RFC 4314 3.5).
//
//   myrights = "MYRIGHTS" SP mailbox

import { readMyRights, type MyRights } from '../wire/acl.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** The rights as letters; null where the server tells nothing. */
export const myRights = command<{ readonly mailbox: MailboxName }, MyRights, string | null>({
  name: 'MYRIGHTS',
  states: authenticated,
  repeatable: () => true,
  needs: () => 'ACL',
  send: (out, { mailbox }) => out.mailbox(mailbox),
  collect: { MYRIGHTS: (line) => readMyRights(line) },
  result: (rows) => rows[0]?.rights ?? null,
});
