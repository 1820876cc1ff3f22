// LIST, LSUB and XLIST responses (RFC 3501 7.2.2, extended by RFC 5258 and RFC 9051).
//
//   mailbox-list           = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox [SP mbox-list-extended]
//   mbox-list-extended     = "(" [mbox-list-extended-item *(SP mbox-list-extended-item)] ")"
//   childinfo-extended-item = "CHILDINFO" SP "(" list-select-base-opt-quoted *(SP list-select-base-opt-quoted) ")"
//   oldname-extended-item  = "OLDNAME" SP "(" mailbox ")"

import { BRACE_OPEN, OPEN, QUOTE } from './ascii.ts';
import { readFlags } from './capability.ts';
import { mailboxName, mailboxOf, type NamedMailbox } from './mailbox-name.ts';
import { ParseError, type ResponseReader, type Value } from './reader.ts';
import { emptyRecord, record } from './record.ts';

/** A mailbox as LIST describes it. */
export interface ListedMailbox extends NamedMailbox {
  /** Between the levels of the hierarchy; null where there are none. */
  readonly delimiter: string | null;
  /** As the server wrote them: `\HasChildren`, `\Noselect`, `\Sent`. */
  readonly attributes: readonly string[];
  /** What is below it and matches, although it does not match itself: `SUBSCRIBED` (RFC 5258, RECURSIVEMATCH). */
  readonly childInfo?: readonly string[];
  /** Its name before a rename, or the one that was asked for (RFC 9051). */
  readonly oldName?: string;
  /** Extended data items (RFC 5258), by name in capitals. */
  readonly extended: Readonly<Record<string, Value>>;
}

/** Reads what stands behind `* LIST`. */
export function readList(reader: ResponseReader): ListedMailbox {
  const attributes = readFlags(reader);
  reader.space();
  const delimiter = reader.nstring();
  reader.space();
  const named = mailboxOf(readName(reader), reader.utf8);
  reader.space();
  const extended = readExtended(reader);
  return {
    ...named,
    delimiter: delimiter === '' ? null : delimiter,
    attributes,
    ...(extended === emptyRecord ? {} : typedItems(extended, reader.utf8)),
    extended,
  };
}

function readName(reader: ResponseReader): Uint8Array {
  const first = reader.peek();
  if (first === QUOTE || first === BRACE_OPEN) return reader.astringBytes();
  const { bytes, position } = reader;
  const name = reader.astringBytes();
  if (reader.position === bytes.length) return name;
  const behind = reader.position;
  if (reader.space() && (reader.position === bytes.length || reader.peek() === OPEN)) {
    // Trailing spaces belong to nobody, a list behind the name is extended data.
    if (bytes[behind] === 32) return name;
  }
  // quirk: unquoted-name. Exchange leaves names with tabs and spaces without quotes: the name is the rest of the line.
  reader.position = bytes.length;
  return bytes.subarray(position);
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

function typedItems(
  extended: Readonly<Record<string, Value>>,
  utf8: boolean,
): Pick<ListedMailbox, 'childInfo' | 'oldName'> {
  const childInfo = stringsOf(extended['CHILDINFO']);
  const [oldName] = stringsOf(extended['OLDNAME']);
  return {
    ...(childInfo.length === 0 ? {} : { childInfo: childInfo.map((option) => option.toUpperCase()) }),
    ...(oldName === undefined ? {} : { oldName: mailboxName(oldName, utf8) }),
  };
}

function stringsOf(value: Value | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one: Value): one is string => typeof one === 'string');
}

/** Whether it has the attribute, whatever its case (Cyrus writes `\drafts`). */
export function hasAttribute(mailbox: ListedMailbox, attribute: string): boolean {
  const wanted = attribute.toLowerCase();
  return mailbox.attributes.some((one) => one.toLowerCase() === wanted);
}
