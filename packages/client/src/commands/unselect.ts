// UNSELECT: leaves the mailbox and expunges nothing (RFC 3691).

import { command } from './command.ts';
import { selected } from './states.ts';

export const unselect = command<void, never, void>({
  name: 'UNSELECT',
  repeatable: () => true,
  states: selected,
  needs: () => 'UNSELECT',
  barrier: true,
  changesMailbox: true,
  completed: (runner) => runner.leave(),
  result: () => {},
});
