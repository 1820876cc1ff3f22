// CAPABILITY: what the server can do (RFC 3501 6.1.1). The session keeps the answer, as it does with every
// CAPABILITY line and response code.

import { readCapabilities } from '../wire/capability.ts';
import { command } from './command.ts';

/** Asks for the capabilities; they then stand in {@link Session.capabilities}. */
export const capability = command<void, string[], void>({
  name: 'CAPABILITY',
  repeatable: () => true,
  // The session has read it already; here a line that cannot be read becomes a warning.
  collect: { CAPABILITY: (line) => readCapabilities(line) },
  result: () => {},
});
