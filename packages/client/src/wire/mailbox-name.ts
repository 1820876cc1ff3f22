// Mailbox names as the wire has them (RFC 3501 5.1).

import type { ResponseReader } from './reader.ts';
import { decodeUtf7 } from './utf7.ts';

/** The name in Unicode; INBOX, whatever its case, in capitals. */
export function mailboxName(written: string, utf8 = false): string {
  if (written.length === 5 && written.toUpperCase() === 'INBOX') return 'INBOX';
  return utf8 ? written : decodeUtf7(written);
}

/**
 * Reads a mailbox name.
 *
 * @param utf8 UTF8=ACCEPT or IMAP4rev2 is enabled: `&` is a letter like any other
 */
export function readMailboxName(reader: ResponseReader, utf8 = false): string {
  return mailboxName(reader.astring(), utf8);
}
