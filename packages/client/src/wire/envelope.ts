// ENVELOPE: the structured headers of a message (RFC 3501 7.4.2).
//
//   envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP env-bcc
//              SP env-in-reply-to SP env-message-id ")"
//   address  = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"

import { text } from './ascii.ts';
import { decodeWords } from './encoded-word.ts';
import { parseMessageDate } from './message-date.ts';
import { ParseError, type ResponseReader, type Value } from './reader.ts';

/** A person or a list. `name` is decoded (RFC 2047). */
export interface Address {
  readonly name: string | null;
  /** `local-part@domain`; without a domain where the server gave none. */
  readonly address: string;
}

/** A named group of addresses (RFC 5322 3.4). */
export interface AddressGroup {
  readonly group: string;
  readonly members: readonly Address[];
}

export type EnvelopeAddress = Address | AddressGroup;

/** The structured headers; text is decoded (RFC 2047), missing values are null or empty. */
export interface Envelope {
  /** As it stands in the message; {@link Envelope.sent} is the instant, where it can be read. */
  readonly date: string | null;
  readonly sent: Date | null;
  readonly subject: string | null;
  readonly from: readonly EnvelopeAddress[];
  readonly sender: readonly EnvelopeAddress[];
  readonly replyTo: readonly EnvelopeAddress[];
  readonly to: readonly EnvelopeAddress[];
  readonly cc: readonly EnvelopeAddress[];
  readonly bcc: readonly EnvelopeAddress[];
  readonly inReplyTo: string | null;
  readonly messageId: string | null;
}

/** Reads an envelope. */
export function readEnvelope(reader: ResponseReader): Envelope {
  const position = reader.position;
  const value = reader.value();
  if (!isList(value)) throw new ParseError('an envelope', position, 'another value');
  return envelopeOf(value);
}

/** An envelope from its values. quirk: short-envelope. Fields at the end may be missing. */
export function envelopeOf(fields: readonly Value[]): Envelope {
  const date = textOf(fields[0]);
  const subject = textOf(fields[1]);
  return {
    date,
    sent: date === null ? null : parseMessageDate(date),
    subject: subject === null ? null : decodeWords(subject),
    from: addressesOf(fields[2]),
    sender: addressesOf(fields[3]),
    replyTo: addressesOf(fields[4]),
    to: addressesOf(fields[5]),
    cc: addressesOf(fields[6]),
    bcc: addressesOf(fields[7]),
    inReplyTo: textOf(fields[8]),
    messageId: textOf(fields[9]),
  };
}

/** Whether a value is a list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A value as text; lists and NIL have none. */
export function textOf(value: Value | undefined): string | null {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? text(value) : null;
}

const none: readonly EnvelopeAddress[] = [];

function addressesOf(value: Value | undefined): readonly EnvelopeAddress[] {
  if (!isList(value)) return none;
  const addresses: EnvelopeAddress[] = [];
  let group: { group: string; members: Address[] } | null = null;
  for (const one of value) {
    // quirk: nil-in-addresses. SmarterMail has NIL among them.
    if (!isList(one)) continue;
    const [name, mailbox, host] = addressParts(one);
    if (host === null && name === null) {
      // (NIL NIL "name" NIL) begins a group, (NIL NIL NIL NIL) ends it.
      group = mailbox === null ? null : { group: decodeWords(mailbox), members: [] };
      if (group !== null) addresses.push(group);
      continue;
    }
    const address = { name, address: joined(mailbox ?? '', host ?? '') };
    if (group === null) addresses.push(address);
    else group.members.push(address);
  }
  // A group that neither ends nor has members is an address without a domain: `To: root`.
  if (group !== null && group.members.length === 0)
    addresses[addresses.length - 1] = { name: null, address: group.group };
  return addresses;
}

function addressParts(
  values: readonly Value[],
): [name: string | null, mailbox: string | null, host: string | null] {
  let name = textOf(values[0]);
  let mailbox = textOf(values[2]);
  let host = textOf(values[3]);
  if (values.length > 4) {
    // quirk: miscounted-literal. A length counted in characters, not octets, cuts the name: its pieces are joined.
    name = values.slice(0, -3).map(textOf).join(' ');
    mailbox = textOf(values.at(-2));
    host = textOf(values.at(-1));
  }
  // quirk: flipped-sender. Gmail sometimes puts the address where the name belongs: ("<a@b.org>" NIL "Name" NIL).
  const flipped = host === null && mailbox !== null ? /^<([^<>]*)@([^<>@]+)>$/.exec(name ?? '') : null;
  if (flipped !== null) return [decodeWords(mailbox ?? ''), flipped[1] ?? '', flipped[2] ?? ''];
  return [name === null ? null : decodeWords(name), mailbox, host];
}

/** quirk: missing-domain. What Dovecot and UW write where a part of the address is missing. */
const missing = /^\.?MISSING[-_](?:DOMAIN|MAILBOX|HOST-NAME)\.?$/;

/** quirk: nil-mailbox. A domain alone is kept: `@example.org`. */
function joined(mailbox: string, host: string): string {
  const local = missing.test(mailbox) ? '' : mailbox;
  return host === '' || missing.test(host) ? local : `${local}@${host}`;
}
