// STATUS responses (RFC 3501 7.2.4).
//
//   mailbox-data = "STATUS" SP mailbox SP "(" [status-att-list] ")"

import { readMailboxName } from './mailbox-name.ts';
import type { ResponseReader, Value } from './reader.ts';
import { record } from './record.ts';

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
  /** Items without a reader here, by name in capitals. */
  readonly other?: Readonly<Record<string, Value>>;
}

const numbers = {
  MESSAGES: 'messages',
  RECENT: 'recent',
  UIDNEXT: 'uidNext',
  UIDVALIDITY: 'uidValidity',
  UNSEEN: 'unseen',
  DELETED: 'deleted',
} as const;
const bigNumbers = { SIZE: 'size', HIGHESTMODSEQ: 'highestModSeq' } as const;

type Counts = { -readonly [key in keyof MailboxStatus]: MailboxStatus[key] };

/**
 * Reads what stands behind `* STATUS`.
 *
 * @param utf8 UTF8=ACCEPT or IMAP4rev2 is enabled: names come as they are, not in modified UTF-7
 */
export function readStatus(reader: ResponseReader, utf8 = false): MailboxStatus {
  const status: Counts = { name: readMailboxName(reader, utf8) };
  reader.space();
  reader.list(() => {
    const item = reader.atom().toUpperCase();
    reader.space();
    if (Object.hasOwn(numbers, item)) status[numbers[item as keyof typeof numbers]] = reader.number();
    else if (Object.hasOwn(bigNumbers, item))
      status[bigNumbers[item as keyof typeof bigNumbers]] = reader.bigint();
    else {
      const other: Record<string, Value> = status.other ?? record<Value>();
      other[item] = reader.value();
      status.other = other;
    }
  });
  return status;
}
