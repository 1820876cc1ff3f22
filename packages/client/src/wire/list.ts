// LIST and LSUB responses (RFC 3501 7.2.2, extended by RFC 5258).
//
//   mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox [SP mbox-list-extended]

import type { ResponseReader, Value } from './reader.ts';

/** A mailbox as LIST describes it. */
export interface ListedMailbox {
  /** In Unicode; INBOX always in capitals. */
  readonly name: string;
  /** Between the levels of the hierarchy; null where there are none. */
  readonly delimiter: string | null;
  /** As the server wrote them: `\HasChildren`, `\Noselect`, `\Sent`. */
  readonly attributes: readonly string[];
  /** Extended data items (RFC 5258), by name in capitals. */
  readonly extended: Readonly<Record<string, Value>>;
}

/** Reads what stands behind `* LIST`. */
export function readList(reader: ResponseReader): ListedMailbox {
  throw new Error(String(reader));
}

/** Whether it has the attribute, whatever its case (Cyrus writes `\drafts`). */
export function hasAttribute(mailbox: ListedMailbox, attribute: string): boolean {
  throw new Error(String(mailbox) + attribute);
}
