// Byte strings: text whose characters are bytes, U+0000 to U+00FF. What is to be sent is put together in this form,
// because Python's rules for quoting are written for bytes.

import { latin1, text } from '../wire/ascii.ts';
import type { Text } from './datum.ts';

const utf8 = new TextEncoder();

/**
 * Text as bytes; bytes stay as they are.
 *
 * @throws RangeError for characters that the connection cannot carry before UTF-8 is enabled
 */
export function toByteString(value: Text, isUtf8: boolean): string {
  if (value instanceof Uint8Array) return latin1(value);
  if (typeof value !== 'string') throw new TypeError(`text or bytes are needed here, not ${typeof value}`);
  if (isUtf8) return latin1(utf8.encode(value));
  if (!isAscii(value)) {
    throw new RangeError(
      `${repr(value)} has characters beyond ASCII, which need enable('UTF8=ACCEPT'), or bytes, or a charset`,
    );
  }
  return value;
}

export function fromByteString(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

/** A line of the server, or bytes that stand for one, as text. */
export function lineText(value: Text): string {
  return typeof value === 'string' ? value : text(value);
}

export function isAscii(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- ASCII is what is meant
  return /^[\0-\x7f]*$/.test(value);
}

/** As Python writes a value in a message: `'INBOX'`, and `b'INBOX'` for bytes. */
export function repr(value: Text): string {
  return typeof value === 'string' ? quoted(value) : bytesRepr(value);
}

/** What came from the server, written as Python writes bytes. */
export function bytesRepr(value: Text): string {
  const characters =
    typeof value === 'string' ? (isAscii(value) ? value : latin1(utf8.encode(value))) : latin1(value);
  const escaped = (character: string) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return `b${quoted(characters).replaceAll(/[\x7f-\xff]/g, escaped)}`;
}

function quoted(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const known: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  // oxlint-disable-next-line no-control-regex -- they are what has to be escaped
  const inner = value.replaceAll(/[\\\0-\x1f]|'/g, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    return known[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return quote + inner + quote;
}
