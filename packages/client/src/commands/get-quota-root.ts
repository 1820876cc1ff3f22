// GETQUOTAROOT: the quota roots that a mailbox counts for, and their quotas (RFC 9208 4.1.2, RFC 2087 4.3).
//
//   getquotaroot = "GETQUOTAROOT" SP mailbox

import type { MailboxName } from '../wire/mailbox-name.ts';
import { readQuota, readQuotaRoots, type Quota } from '../wire/quota.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** What bounds a mailbox; both lists are empty where nothing does. */
export interface MailboxQuota {
  readonly roots: readonly string[];
  readonly quotas: readonly Quota[];
}

export const getQuotaRoot = command<
  { readonly mailbox: MailboxName },
  Quota | { readonly roots: readonly string[] },
  MailboxQuota
>({
  name: 'GETQUOTAROOT',
  states: authenticated,
  repeatable: () => true,
  needs: () => 'QUOTA',
  send: (out, { mailbox }) => out.mailbox(mailbox),
  collect: { QUOTAROOT: (line) => readQuotaRoots(line), QUOTA: (line) => readQuota(line) },
  result: (rows) => ({
    roots: rows.flatMap((row) => ('roots' in row ? row.roots : [])),
    quotas: rows.flatMap((row) => ('root' in row ? [row] : [])),
  }),
});
