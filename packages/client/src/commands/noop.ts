// NOOP: nothing, which gives the server an occasion to tell what is new (RFC 3501 6.1.2).

import { command } from './command.ts';

export const noop = command<void, never, void>({ name: 'NOOP', repeatable: () => true, result: () => {} });
