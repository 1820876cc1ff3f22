// UNSUBSCRIBE: takes a mailbox from those that LSUB lists (RFC 3501 6.3.7).
//
//   unsubscribe = "UNSUBSCRIBE" SP mailbox

import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export const unsubscribe = command<{ readonly mailbox: MailboxName }, never, void>({
  name: 'UNSUBSCRIBE',
  repeatable: () => true,
  states: authenticated,
  send: (out, { mailbox }) => out.mailbox(mailbox),
  result: () => {},
});
