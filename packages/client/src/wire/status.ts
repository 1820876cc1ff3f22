// STATUS responses (RFC 3501 7.2.4).
//
//   mailbox-data   = "STATUS" SP mailbox SP "(" [status-att-list] ")"
//   status-att-val = … / "DELETED-STORAGE" SP number64 / "APPENDLIMIT" SP (number / nil) / "MAILBOXID" SP "(" objectid ")"

import { readMailbox, type NamedMailbox } from './mailbox-name.ts';
import type { ResponseReader, Value } from './reader.ts';
import { record } from './record.ts';

/** Counts of a mailbox; those that were not asked for are absent. */
export interface MailboxStatus extends NamedMailbox {
  readonly messages?: number;
  readonly recent?: number;
  readonly uidNext?: number;
  readonly uidValidity?: number;
  readonly unseen?: number;
  readonly deleted?: number;
  /** Octets (RFC 8438). */
  readonly size?: bigint;
  /** Octets that expunging would free (RFC 9208). */
  readonly deletedStorage?: bigint;
  readonly highestModSeq?: bigint;
  /** The most octets that a message may have to be appended; null where there is no bound (RFC 7889). */
  readonly appendLimit?: number | null;
  /** What stays the same when the mailbox is renamed (RFC 8474). */
  readonly mailboxId?: string;
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
const bigNumbers = {
  SIZE: 'size',
  HIGHESTMODSEQ: 'highestModSeq',
  'DELETED-STORAGE': 'deletedStorage',
} as const;

type Counts = { -readonly [key in keyof MailboxStatus]: MailboxStatus[key] };

/** Reads what stands behind `* STATUS`. */
export function readStatus(reader: ResponseReader): MailboxStatus {
  const status: Counts = { ...readMailbox(reader) };
  reader.space();
  reader.list(() => {
    const item = reader.atom().toUpperCase();
    reader.space();
    if (Object.hasOwn(numbers, item)) status[numbers[item as keyof typeof numbers]] = reader.number();
    else if (Object.hasOwn(bigNumbers, item))
      status[bigNumbers[item as keyof typeof bigNumbers]] = reader.bigint();
    else if (item === 'APPENDLIMIT') status.appendLimit = reader.nnumber();
    else if (item === 'MAILBOXID') {
      const [id] = reader.list(() => reader.astring());
      // quirk: garbled-mailboxid. Cyrus 3.6 sends octets here that stand for nothing.
      if (id !== undefined && /^[\w-]{1,255}$/.test(id)) status.mailboxId = id;
    } else {
      const other: Record<string, Value> = status.other ?? record<Value>();
      other[item] = reader.value();
      status.other = other;
    }
  });
  return status;
}
