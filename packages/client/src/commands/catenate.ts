// CATENATE: a message put together on the server, from texts and from parts of messages that are there already
// (RFC 4469): an attachment is forwarded without being downloaded.
//
//   append-data = "CATENATE" SP "(" cat-part *(SP cat-part) ")"
//   cat-part    = text-literal / url
//   url         = "URL" SP astring
//   text-literal = "TEXT" SP literal

import type { MailboxName } from '../wire/mailbox-name.ts';
import type { LiteralSource } from '../wire/writer.ts';
import { appendedOf, writeTerms, type Appended, type AppendMessage } from './append.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** A piece of the message: octets, or the URL of what is on the server, see {@link imapUrl}. */
export type CatenatePart = { readonly text: string | Uint8Array | LiteralSource } | { readonly url: string };

export interface CatenateArgs extends Pick<AppendMessage, 'flags' | 'date'> {
  readonly mailbox: MailboxName;
  readonly parts: readonly CatenatePart[];
}

/** @throws ImapCommandError with code BADURL where a part is not there, TOOBIG where the whole is too large */
export const catenate = command<CatenateArgs, never, Appended | null>({
  name: 'APPEND',
  states: authenticated,
  needs: () => 'CATENATE',
  send: (out, { mailbox, parts, ...terms }) => {
    if (parts.length === 0) throw new RangeError('CATENATE needs at least one part');
    out.mailbox(mailbox);
    writeTerms(out, terms);
    out.raw('CATENATE').list((inner) => {
      for (const part of parts) {
        if ('url' in part) inner.raw('URL').astring(part.url);
        else inner.raw('TEXT').literal(octetsOf(part.text));
      }
    });
  },
  result: (_rows, done) => appendedOf(done)[0] ?? null,
});

function octetsOf(text: string | Uint8Array | LiteralSource): Uint8Array | LiteralSource {
  const octets = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  if (octets instanceof Uint8Array && octets.includes(0)) throw new RangeError('A text cannot hold NUL');
  return octets;
}

/** What an IMAP URL points at. */
export interface ImapUrl {
  /** Its name in Unicode. */
  readonly mailbox: string;
  /** Without it the URL may mean another message once the mailbox has been made anew. */
  readonly uidValidity?: number | undefined;
  readonly uid: number;
  /** `HEADER`, `TEXT`, `1.2`, `1.2.MIME`; the whole message, where absent. */
  readonly section?: string | undefined;
}

/**
 * The URL of a message, or of a part of it, on the server that it is sent to (RFC 5092).
 *
 * @example
 * imapUrl({ mailbox: 'Entwürfe', uidValidity: 7, uid: 20, section: '1.2' });
 * // '/Entw%C3%BCrfe;UIDVALIDITY=7/;UID=20/;SECTION=1.2'
 */
export function imapUrl({ mailbox, uidValidity, uid, section = '' }: ImapUrl): string {
  for (const number of [uid, uidValidity ?? 1]) {
    if (!Number.isInteger(number) || number < 1 || number > 0xffffffff)
      throw new RangeError(`${number} is no UID or UIDVALIDITY`);
  }
  if (mailbox === '') throw new RangeError('A URL needs the name of a mailbox');
  const validity = uidValidity === undefined ? '' : `;UIDVALIDITY=${uidValidity}`;
  const part = section === '' ? '' : `/;SECTION=${escaped(section)}`;
  return `/${escaped(mailbox)}${validity}/;UID=${uid}${part}`;
}

/** `enc-mailbox`, `enc-section`: what is not plain as UTF-8 in percent signs; a slash stays. */
function escaped(value: string): string {
  if (/\p{Surrogate}/u.test(value)) throw new RangeError('A URL cannot hold half of a surrogate pair');
  return encodeURIComponent(value).replaceAll('%2F', '/');
}
