// Passing over an item that broke its grammar: to where the next one begins, without reading what lies between.

import { BACKSLASH, BRACKET_CLOSE, BRACKET_OPEN, CLOSE, LF, OPEN, QUOTE, SP, isBlank } from './ascii.ts';
import { literalAtEnd } from './line.ts';
import type { ResponseReader } from './reader.ts';

/**
 * Moves behind the item that begins at the cursor, name and value, and gives its bytes.
 *
 * Where quotes and parentheses do not balance, that is all that is left.
 */
export function passOver(reader: ResponseReader): Uint8Array {
  const { bytes } = reader;
  const from = reader.position;
  let at = nameEnd(bytes, from);
  while (isBlank(bytes[at])) at++;
  at = valueEnd(bytes, at);
  reader.position = Math.max(at, Math.min(from + 1, bytes.length));
  return bytes.subarray(from, reader.position);
}

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
      // Lines end in a response only where a literal begins; it is passed over whole.
      const size = literalAtEnd(bytes.subarray(Math.max(from, at - 40), at + 1));
      quoted = false;
      if (size !== null) at = Math.min(at + size, bytes.length);
      if (depth === 0 && size !== null) return Math.min(at + 1, bytes.length);
    } else if (quoted) {
      if (octet === BACKSLASH) at++;
      else if (octet === QUOTE && endsQuoted(bytes[at + 1])) quoted = false;
    } else if (octet === QUOTE) quoted = true;
    else if (octet === OPEN) depth++;
    else if (octet === CLOSE) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && isBlank(octet)) return at;
  }
  return bytes.length;
}

function endsQuoted(octet: number | undefined): boolean {
  return octet === undefined || octet === CLOSE || octet === BRACKET_CLOSE || isBlank(octet);
}
