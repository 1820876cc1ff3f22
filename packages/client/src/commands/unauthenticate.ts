// UNAUTHENTICATE: signs out and keeps the connection, for the next user (RFC 8437). Only TLS lasts.
//
//   unauthenticate = "UNAUTHENTICATE"

import { command } from './command.ts';
import { authenticated } from './states.ts';

/**
 * Leaves the mailbox, forgets what ENABLE has switched on and what the server could do for that user. Not on a
 * compressed connection: the compression would end with it.
 */
export const unauthenticate = command<void, never, void>({
  name: 'UNAUTHENTICATE',
  states: authenticated,
  needs: () => 'UNAUTHENTICATE',
  barrier: true,
  completed: (runner) => {
    runner.leave();
    runner.session.signedOut();
  },
  result: () => {},
});
