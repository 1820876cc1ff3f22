// STATUS responses (RFC 3501 7.2.4).
//
//   mailbox-data = "STATUS" SP mailbox SP "(" [status-att-list] ")"

import type { ResponseReader } from './reader.ts';

/** Counts of a mailbox; those that were not asked for are absent. */
export interface MailboxStatus {
  /** In Unicode. */
  readonly name: string;
  readonly messages?: number;
  readonly recent?: number;
  readonly uidNext?: number;
  readonly uidValidity?: number;
  readonly unseen?: number;
  readonly deleted?: number;
  /** Octets (RFC 8438). */
  readonly size?: bigint;
  readonly highestModSeq?: bigint;
}

/** Reads what stands behind `* STATUS`. */
export function readStatus(reader: ResponseReader): MailboxStatus {
  throw new Error(String(reader));
}
