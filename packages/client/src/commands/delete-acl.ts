// DELETEACL: takes somebody's entry from a mailbox's list of access rights (RFC 4314 3.2).
//
//   deleteacl = "DELETEACL" SP mailbox SP identifier

import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export const deleteAcl = command<{ readonly mailbox: MailboxName; readonly identifier: string }, never, void>(
  {
    name: 'DELETEACL',
    states: authenticated,
    needs: () => 'ACL',
    send: (out, { mailbox, identifier }) => out.mailbox(mailbox).astring(identifier),
    result: () => {},
  },
);
