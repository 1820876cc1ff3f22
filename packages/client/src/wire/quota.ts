// QUOTA and QUOTAROOT responses (RFC 9208, RFC 2087).
//
//   quota-response     = "QUOTA" SP quota-root-name SP quota-list
//   quota-list         = "(" [quota-resource *(SP quota-resource)] ")"
//   quota-resource     = resource-name SP resource-usage SP resource-limit
//   quotaroot-response = "QUOTAROOT" SP mailbox *(SP quota-root-name)

import { readMailbox, type NamedMailbox } from './mailbox-name.ts';
import type { ResponseReader } from './reader.ts';
import { record } from './record.ts';

/** How much of a resource is used, and may be. `STORAGE` counts units of 1024 octets, others what their name says. */
export interface QuotaResource {
  readonly usage: bigint;
  readonly limit: bigint;
}

/** The quotas that hold below one root. */
export interface Quota {
  readonly root: string;
  /** By name in capitals: `STORAGE`, `MESSAGE`, `MAILBOX`, `ANNOTATION-STORAGE`. */
  readonly resources: Readonly<Record<string, QuotaResource>>;
}

/** The roots that a mailbox counts for; none, where it is not bound. */
export interface QuotaRoots extends NamedMailbox {
  readonly roots: readonly string[];
}

/** Reads what stands behind `* QUOTA`. */
export function readQuota(reader: ResponseReader): Quota {
  const root = reader.astring();
  reader.space();
  const resources = record<QuotaResource>();
  // quirk: no-quota-list. Courier's list of nothing is left out.
  if (reader.atEnd) return { root, resources };
  reader.list(() => {
    const name = reader.atom().toUpperCase();
    reader.space();
    const usage = reader.bigint();
    reader.space();
    resources[name] = { usage, limit: reader.bigint() };
  });
  return { root, resources };
}

/** Reads what stands behind `* QUOTAROOT`. */
export function readQuotaRoots(reader: ResponseReader): QuotaRoots {
  const mailbox = readMailbox(reader);
  const roots: string[] = [];
  for (reader.space(); !reader.atEnd; reader.space()) roots.push(reader.astring());
  return { ...mailbox, roots };
}
