// Passing over an item that broke its grammar: to where the next one begins, without reading what lies between.

import {
  BACKSLASH,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  CLOSE,
  LF,
  OPEN,
  QUOTE,
  SP,
  TAB,
  isBlank,
  text,
} from './ascii.ts';
import { literalAtEnd } from './line.ts';
import type { ResponseReader } from './reader.ts';

/**
 * Moves behind the item that begins at the cursor, and gives its name in capitals and all its bytes.
 *
 * Where quotes and parentheses do not balance, that is all that is left.
 */
export function passOver(reader: ResponseReader): { readonly name: string; readonly bytes: Uint8Array } {
  const { bytes } = reader;
  const from = reader.position;
  let at = nameEnd(bytes, from);
  const name = text(bytes, from, Math.min(at, from + longestName)).toUpperCase();
  while (isBlank(bytes[at])) at++;
  // It is passed over by one octet at least, whatever it is: reading goes on.
  reader.position = Math.max(valueEnd(bytes, at), Math.min(from + 1, bytes.length));
  return { name, bytes: bytes.subarray(from, reader.position) };
}

/** A name that does not end is no name. */
const longestName = 80;

function nameEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  let bracket = false;
  for (; at < bytes.length; at++) {
    if (bytes[at] === BRACKET_OPEN) bracket = true;
    else if (bytes[at] === BRACKET_CLOSE) bracket = false;
    else if (!bracket && (bytes[at] === SP || bytes[at] === CLOSE || bytes[at] === OPEN)) break;
  }
  return at;
}

function valueEnd(bytes: Uint8Array, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < bytes.length; at++) {
    const octet = bytes[at];
    if (octet === LF) {
      // A line ends within a response only where a literal follows; it is passed over whole.
      const size = literalAtEnd(bytes.subarray(Math.max(from, at - 40), at + 1)) ?? 0;
      quoted = false;
      at = Math.min(at + size, bytes.length);
      if (depth === 0) return Math.min(at + 1, bytes.length);
    } else if (quoted) {
      if (octet === BACKSLASH) at++;
      else if (octet === QUOTE && endsQuoted(bytes[at + 1])) quoted = false;
    } else if (octet === QUOTE) quoted = true;
    else if (octet === OPEN) depth++;
    else if (octet === CLOSE) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (octet === SP || octet === TAB)) return at;
  }
  return bytes.length;
}

function endsQuoted(octet: number | undefined): boolean {
  return octet === undefined || octet === CLOSE || octet === BRACKET_CLOSE || isBlank(octet);
}
