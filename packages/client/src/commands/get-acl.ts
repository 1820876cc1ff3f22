// GETACL: who may do what with a mailbox (RFC 4314 3.3).
//
//   getacl = "GETACL" SP mailbox

import { readAccessList, type AccessList, type AccessRights } from '../wire/acl.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export const getAcl = command<{ readonly mailbox: MailboxName }, AccessList, readonly AccessRights[]>({
  name: 'GETACL',
  states: authenticated,
  repeatable: () => true,
  needs: () => 'ACL',
  send: (out, { mailbox }) => out.mailbox(mailbox),
  collect: { ACL: (line) => readAccessList(line) },
  result: (rows) => rows.flatMap(({ entries }) => entries),
});
