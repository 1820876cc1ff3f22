// SETQUOTA: bounds what may be used below a quota root (RFC 9208 4.1.3, RFC 2087 4.1).
//
//   setquota      = "SETQUOTA" SP quota-root-name SP setquota-list
//   setquota-list = "(" [setquota-resource *(SP setquota-resource)] ")"

import { readQuota, type Quota } from '../wire/quota.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export interface SetQuotaArgs {
  readonly root: string;
  /** By resource: `{ STORAGE: 512n }` is 512 units of 1024 octets. A resource that is left out is not bounded. */
  readonly limits: Readonly<Record<string, number | bigint>>;
}

/** Gives the quota as it is now, where the server tells. Servers let administrators do it, mostly. */
export const setQuota = command<SetQuotaArgs, Quota, Quota | null>({
  name: 'SETQUOTA',
  states: authenticated,
  // RFC 9208 has QUOTASET for it; servers of RFC 2087 do not know that.
  needs: () => 'QUOTASET or QUOTA',
  send: (out, { root, limits }) => {
    out.astring(root).list(() => {
      for (const [resource, limit] of Object.entries(limits)) out.atom(resource).number(limit);
    });
  },
  collect: { QUOTA: (line) => readQuota(line) },
  result: (rows, _done, { root }) => rows.find((row) => row.root === root) ?? rows[0] ?? null,
});
