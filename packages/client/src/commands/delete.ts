// DELETE: removes a mailbox and all that is in it (RFC 3501 6.3.4).
//
//   delete = "DELETE" SP mailbox

import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export const deleteMailbox = command<{ readonly mailbox: MailboxName }, never, void>({
  name: 'DELETE',
  states: authenticated,
  send: (out, { mailbox }) => out.mailbox(mailbox),
  result: () => {},
});
