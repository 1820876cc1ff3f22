// GETQUOTA: what is used and what may be, below a quota root (RFC 9208 4.1.1, RFC 2087 4.2).
//
//   getquota = "GETQUOTA" SP quota-root-name

import { readQuota, type Quota } from '../wire/quota.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** The quota of a root; null where the server tells none. */
export const getQuota = command<{ readonly root: string }, Quota, Quota | null>({
  name: 'GETQUOTA',
  states: authenticated,
  repeatable: () => true,
  needs: () => 'QUOTA',
  send: (out, { root }) => out.astring(root),
  collect: { QUOTA: (line) => readQuota(line) },
  result: (rows, _done, { root }) => rows.find((row) => row.root === root) ?? rows[0] ?? null,
});
