// CHECK: a checkpoint of the selected mailbox, whatever that is to the server (RFC 3501 6.4.1; gone from RFC 9051).

import { command } from './command.ts';
import { selected } from './states.ts';

export const check = command<void, never, void>({
  name: 'CHECK',
  states: selected,
  repeatable: () => true,
  result: () => {},
});
