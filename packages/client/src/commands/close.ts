// CLOSE: expunges what is marked \Deleted and leaves the mailbox (RFC 3501 6.4.2).

import { command } from './command.ts';
import { selected } from './states.ts';

export const close = command<void, never, void>({
  name: 'CLOSE',
  states: selected,
  barrier: true,
  changesMailbox: true,
  completed: (runner) => runner.leave(),
  result: () => {},
});
