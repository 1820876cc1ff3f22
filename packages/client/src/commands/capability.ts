// CAPABILITY: what the server can do (RFC 3501 6.1.1). The session keeps the answer, as it does with every
// CAPABILITY line and response code.

import { command } from './command.ts';

/** Asks for the capabilities; they then stand in {@link Session.capabilities}. */
export const capability = command<void, never, void>({ name: 'CAPABILITY', result: () => {} });
