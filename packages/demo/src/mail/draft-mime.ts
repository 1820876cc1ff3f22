// Builds the message that a draft is stored as: plain text in UTF-8, quoted-printable, encoded headers (RFC 2047).
import type { Address } from '@imaplib/client';

export interface DraftMessage {
  readonly from: Address;
  readonly to: string;
  readonly cc: string;
  readonly subject: string;
  readonly body: string;
  readonly date: Date;
  /** With its angle brackets. */
  readonly messageId: string;
  readonly inReplyTo?: string | null;
  readonly references?: readonly string[];
}

const utf8 = new TextEncoder();

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

const clean = (text: string): string => text.replaceAll(/[\r\n\0]+/g, ' ');

/** Words of at most 75 characters, cut between characters, never inside one (RFC 2047 2 and 5). */
function encodedWords(text: string): string[] {
  const words: string[] = [];
  let piece = '';
  for (const character of text) {
    if (utf8.encode(piece + character).length > 45) {
      words.push(piece);
      piece = '';
    }
    piece += character;
  }
  words.push(piece);
  return words.map((word) => `=?UTF-8?B?${base64(utf8.encode(word))}?=`);
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text) && !text.includes('=?');

/** Text for an unstructured header: as it is, or as encoded words. */
export function headerText(text: string): string {
  const line = clean(text);
  return isPlain(line) ? line : encodedWords(line).join(' ');
}

/** Folds before spaces so that lines stay below 78 characters where they can (RFC 5322 2.2.3). */
function fold(name: string, value: string): string {
  let line = `${name}:`;
  let folded = '';
  for (const word of value.split(' ')) {
    if (line.length + 1 + word.length > 76 && line.trim() !== '' && line !== `${name}:`) {
      folded += `${line}\r\n`;
      line = '';
    }
    line += ` ${word}`;
  }
  return `${folded}${line}\r\n`;
}

/** Splits a list of addresses at commas outside of quotes and angle brackets. */
export function splitAddresses(list: string): string[] {
  const parts = clean(list).match(/(?:"(?:\\.|[^"\\])*"?|<[^>]*>?|[^,;"<])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** One address as typed: `Ada <ada@example.com>` or `ada@example.com`. */
export function parseAddress(typed: string): Address {
  const match = /^(.*?)\s*<([^<>]*)>\s*$/.exec(typed);
  if (match === null) return { name: null, address: typed.trim() };
  const name = (match[1] ?? '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replaceAll(/\\(.)/g, '$1');
  return { name: name === '' ? null : name, address: (match[2] ?? '').trim() };
}

function headerAddress({ name, address }: Address): string {
  const spec = clean(address).replaceAll(' ', '');
  if (name === null || name === '') return spec;
  if (!isPlain(name)) return `${encodedWords(clean(name)).join(' ')} <${spec}>`;
  return /^[\w !#$%&'*+/=?^`{|}~-]+$/.test(name)
    ? `${name} <${spec}>`
    : `"${clean(name).replaceAll(/["\\]/g, '\\$&')}" <${spec}>`;
}

const addressList = (list: string): string =>
  splitAddresses(list)
    .map((entry) => {
      const address = parseAddress(entry);
      // What is no address yet is kept as typed: as a name without one.
      return /^[^\s@]+@[^\s@]+$/.test(address.address)
        ? headerAddress(address)
        : `${encodedWords(entry).join(' ')} <>`;
    })
    .join(', ');

/** RFC 2045 6.7: lines of at most 76 characters, no space before a line's end. */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => {
      const lines: string[] = [];
      let out = '';
      const bytes = utf8.encode(line);
      for (const [at, byte] of bytes.entries()) {
        const isLast = at === bytes.length - 1;
        const plain = (byte >= 33 && byte <= 126 && byte !== 61) || ((byte === 32 || byte === 9) && !isLast);
        const piece = plain
          ? String.fromCharCode(byte)
          : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
        if (out.length + piece.length > 75) {
          lines.push(`${out}=`);
          out = '';
        }
        out += piece;
      }
      lines.push(out);
      return lines.join('\r\n');
    })
    .join('\r\n');
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322 3.3, with the local zone. */
export function headerDate(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const east = -date.getTimezoneOffset();
  const zone = `${east < 0 ? '-' : '+'}${two(Math.floor(Math.abs(east) / 60))}${two(Math.abs(east) % 60)}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${days[date.getDay()]}, ${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()} ${time} ${zone}`;
}

/** The whole message, lines ended by CRLF. */
export function buildDraft(draft: DraftMessage): Uint8Array {
  const to = addressList(draft.to);
  const cc = addressList(draft.cc);
  let message = fold('Date', headerDate(draft.date)) + fold('From', headerAddress(draft.from));
  if (to !== '') message += fold('To', to);
  if (cc !== '') message += fold('Cc', cc);
  message += fold('Subject', headerText(draft.subject)) + fold('Message-ID', clean(draft.messageId));
  if (draft.inReplyTo) message += fold('In-Reply-To', clean(draft.inReplyTo));
  const references = draft.references ?? [];
  if (references.length > 0) message += fold('References', clean(references.join(' ')));
  message +=
    'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n' +
    `Content-Transfer-Encoding: quoted-printable\r\n\r\n${quotedPrintable(draft.body)}`;
  if (!message.endsWith('\r\n')) message += '\r\n';
  return utf8.encode(message);
}
