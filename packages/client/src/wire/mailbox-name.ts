// Mailbox names as the wire has them (RFC 3501 5.1, RFC 9051 5.1): modified UTF-7, or UTF-8 where that is enabled.

import { encode, text } from './ascii.ts';
import type { ResponseReader } from './reader.ts';
import { decodeUtf7, encodeUtf7 } from './utf7.ts';

/** A mailbox that the server has named. */
export interface NamedMailbox {
  /** In Unicode; INBOX always in capitals. */
  readonly name: string;
  /** The name's octets as they came, where `name` would not be sent as they are: with them it is found again. */
  readonly raw?: Uint8Array;
}

/**
 * A mailbox as commands take it: its name in Unicode, or one that the server has named, such as a row of LIST. Only
 * the latter reaches mailboxes whose names are no well-formed modified UTF-7.
 */
export type MailboxName = string | NamedMailbox;

/** The name in Unicode, however the mailbox was given. */
export function nameOf(mailbox: MailboxName): string {
  return typeof mailbox === 'string' ? mailbox : mailbox.name;
}

/** Name and octets alone, of whatever stands for a mailbox. */
export function namedAs(mailbox: MailboxName): NamedMailbox {
  if (typeof mailbox === 'string') return { name: mailbox };
  const { name, raw } = mailbox;
  return raw === undefined ? { name } : { name, raw };
}

/** What tells two mailboxes apart: the name, and the octets where the name alone does not. */
export function mailboxKey({ name, raw }: NamedMailbox): string {
  return raw === undefined ? name : `${name}\0${raw.join()}`;
}

/** Whether a name stands for INBOX, which has no case. */
export function isInbox(name: string): boolean {
  return name.length === 5 && name.toUpperCase() === 'INBOX';
}

/** The name in Unicode of what is written so. */
export function mailboxName(written: string, utf8: boolean): string {
  return mailboxOf(encode(written), utf8).name;
}

/** Reads a mailbox name. */
export function readMailbox(reader: ResponseReader): NamedMailbox {
  return mailboxOf(reader.astringBytes(), reader.utf8);
}

/** Reads a mailbox name where it need not be sent again. */
export function readMailboxName(reader: ResponseReader): string {
  return readMailbox(reader).name;
}

/** The mailbox with this name. `utf8`: see {@link ResponseReader.utf8}. */
export function mailboxOf(bytes: Uint8Array, utf8: boolean): NamedMailbox {
  const written = text(bytes);
  if (isInbox(written)) return { name: 'INBOX' };
  if (/^[ -%'-~]*$/.test(written)) return { name: written };
  const name = utf8 ? written : decodeUtf7(written);
  return isSentAs(name, bytes, utf8) ? { name } : { name, raw: bytes.slice() };
}

function isSentAs(name: string, bytes: Uint8Array, utf8: boolean): boolean {
  // What the writer refuses in a name: `&AA0-` is a carriage return.
  if (/[\r\n\0\p{Surrogate}]/u.test(name)) return false;
  const sent = encode(utf8 ? name : encodeUtf7(name));
  return sent.length === bytes.length && sent.every((octet, at) => octet === bytes[at]);
}
