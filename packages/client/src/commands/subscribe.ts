// SUBSCRIBE: adds a mailbox to those that LSUB lists (RFC 3501 6.3.6).
//
//   subscribe = "SUBSCRIBE" SP mailbox

import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export const subscribe = command<{ readonly mailbox: MailboxName }, never, void>({
  name: 'SUBSCRIBE',
  repeatable: () => true,
  states: authenticated,
  send: (out, { mailbox }) => out.mailbox(mailbox),
  result: () => {},
});
