// RENAME: gives a mailbox and those below it another name (RFC 3501 6.3.5).
//
//   rename = "RENAME" SP mailbox SP mailbox

import type { MailboxName } from '../wire/mailbox-name.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export const rename = command<{ readonly mailbox: MailboxName; readonly newName: string }, never, void>({
  name: 'RENAME',
  states: authenticated,
  send: (out, { mailbox, newName }) => out.mailbox(mailbox).mailbox(newName),
  result: () => {},
});
