// LIST and LSUB responses (RFC 3501 7.2.2, extended by RFC 5258).
//
//   mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox [SP mbox-list-extended]

import { BRACE_OPEN, OPEN, QUOTE, text } from './ascii.ts';
import { readFlags } from './capability.ts';
import { mailboxName } from './mailbox-name.ts';
import { ParseError, type ResponseReader, type Value } from './reader.ts';
import { emptyRecord, record } from './record.ts';

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

/**
 * Reads what stands behind `* LIST`.
 *
 * @param utf8 UTF8=ACCEPT or IMAP4rev2 is enabled: names come as they are, not in modified UTF-7
 */
export function readList(reader: ResponseReader, utf8 = false): ListedMailbox {
  const attributes = readFlags(reader);
  reader.space();
  const delimiter = reader.nstring();
  reader.space();
  const name = mailboxName(readName(reader), utf8);
  reader.space();
  return { name, delimiter: delimiter === '' ? null : delimiter, attributes, extended: readExtended(reader) };
}

function readName(reader: ResponseReader): string {
  const first = reader.peek();
  if (first === QUOTE || first === BRACE_OPEN) return reader.astring();
  const { bytes, position } = reader;
  const name = reader.astring();
  if (reader.position === bytes.length) return name;
  const behind = reader.position;
  if (reader.space() && (reader.position === bytes.length || reader.peek() === OPEN)) {
    // Trailing spaces belong to nobody, a list behind the name is extended data.
    if (bytes[behind] === 32) return name;
  }
  // quirk: unquoted-name. Exchange leaves names with tabs and spaces without quotes: the name is the rest of the line.
  reader.position = bytes.length;
  return text(bytes, position, bytes.length);
}

function readExtended(reader: ResponseReader): Readonly<Record<string, Value>> {
  if (reader.peek() !== OPEN) return emptyRecord;
  const extended = record<Value>();
  const items = reader.value();
  if (!Array.isArray(items)) return emptyRecord;
  for (let at = 0; at + 1 < items.length; at += 2) {
    const name: unknown = items[at];
    if (typeof name !== 'string')
      throw new ParseError('the name of an extended item', reader.position, 'another value');
    extended[name.toUpperCase()] = items[at + 1] as Value;
  }
  return extended;
}

/** Whether it has the attribute, whatever its case (Cyrus writes `\drafts`). */
export function hasAttribute(mailbox: ListedMailbox, attribute: string): boolean {
  const wanted = attribute.toLowerCase();
  return mailbox.attributes.some((one) => one.toLowerCase() === wanted);
}
