// How a line ends, and what kind of response it begins: all that framing needs to know of a line.
//
//   literal = "{" number64 ["+"] "}" CRLF *CHAR8
//   literal8 = "~{" number64 "}" CRLF *OCTET

import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  CR,
  LF,
  PLUS,
  QUOTE,
  SP,
  STAR,
  ZERO,
  isDigit,
  latin1,
} from './ascii.ts';

/**
 * The size of the literal that a line announces, or null.
 *
 * @param line ends in CRLF, a bare LF, or neither
 */
export function literalAtEnd(line: Uint8Array): number | null {
  let end = line.length;
  if (line[end - 1] === LF) end--;
  if (line[end - 1] === CR) end--;
  if (line[end - 1] !== BRACE_CLOSE) return null;
  let at = end - 2;
  if (line[at] === PLUS) at--;
  let size = 0;
  let unit = 1;
  const last = at;
  for (; isDigit(line[at]); at--) {
    const digit = (line[at] ?? ZERO) - ZERO;
    // quirk: zero-prefixed-literal. Leading zeros add nothing, however many there are.
    if (digit > 0) size += digit * unit;
    unit *= 10;
  }
  if (at === last || line[at] !== BRACE_OPEN) return null;
  return size;
}

/** What kind of response a line begins, as far as its literals depend on it. */
export type LineKind = 'status' | 'fetch' | 'data';

const status = /^(?:OK|NO|BAD|BYE|PREAUTH)$/i;
const word = /[^ ]+/g;

/** Looks at the first words of a response. */
export function lineKind(line: Uint8Array): LineKind {
  if (line[0] !== STAR) return 'status';
  const [first = '', second = ''] =
    latin1(line, 1, Math.min(line.length, 64))
      .replace(/[\r\n]+$/, '')
      .match(word) ?? [];
  if (status.test(first) || first.startsWith('[')) return 'status';
  return /^\d+$/.test(first) && /^(?:UID)?FETCH$/i.test(second) ? 'fetch' : 'data';
}

/** Whether a line of a status response ends inside the brackets of its response code. */
export function endsInsideCode(line: Uint8Array, inside: boolean): boolean {
  let at = 0;
  let open = inside;
  if (!open) {
    // Behind the tag and the status word, or the `+`, or at the very start where a server left both out.
    const most = line[0] === PLUS ? 1 : 2;
    for (let words = 0; words < most && line[at] !== BRACKET_OPEN; words++) {
      while (at < line.length && line[at] !== SP) at++;
      while (line[at] === SP) at++;
    }
    if (line[at] !== BRACKET_OPEN) return false;
    open = true;
    at++;
  }
  for (let quoted = false; at < line.length; at++) {
    if (line[at] === QUOTE) quoted = !quoted;
    else if (quoted && line[at] === BACKSLASH) at++;
    else if (!quoted && line[at] === BRACKET_CLOSE) return false;
  }
  return open;
}
