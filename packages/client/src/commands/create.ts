// CREATE: makes a mailbox, and those above it (RFC 3501 6.3.3).
//
//   create = "CREATE" SP mailbox

import { command } from './command.ts';
import { authenticated } from './states.ts';

export const create = command<{ readonly mailbox: string }, never, void>({
  name: 'CREATE',
  states: authenticated,
  send: (out, { mailbox }) => out.mailbox(mailbox),
  result: () => {},
});
