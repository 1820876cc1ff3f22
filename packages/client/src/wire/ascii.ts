// The octets that mean something in the grammar, and how octets become text.

export const NUL = 0;
export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SP = 32;
export const QUOTE = 34;
export const OPEN = 40;
export const CLOSE = 41;
export const STAR = 42;
export const PLUS = 43;
export const MINUS = 45;
export const ZERO = 48;
export const NINE = 57;
export const BRACKET_OPEN = 91;
export const BACKSLASH = 92;
export const BRACKET_CLOSE = 93;
export const BRACE_OPEN = 123;
export const BRACE_CLOSE = 125;
export const TILDE = 126;

export function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= ZERO && octet <= NINE;
}

/** SP, TAB, CR, LF: what may stand between two values. */
export function isBlank(octet: number | undefined): boolean {
  return octet === SP || octet === TAB || octet === LF || octet === CR;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One character an octet. (TextDecoder's `latin1` is windows-1252, which is something else.) */
export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let out = '';
  for (let at = start; at < end; at += 8192) {
    out += String.fromCharCode(...bytes.subarray(at, Math.min(at + 8192, end)));
  }
  return out;
}

/** UTF-8; where it is not valid, one character an octet. */
export function text(bytes: Uint8Array, start = 0, end = bytes.length): string {
  // Most strings of a response are a few ASCII letters: a loop costs less than a call of the decoder.
  if (end - start <= 24) {
    let short = '';
    let at = start;
    for (; at < end; at++) {
      const octet = bytes[at] ?? 0;
      if (octet > 127) break;
      short += String.fromCharCode(octet);
    }
    if (at === end) return short;
  }
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch {
    return latin1(bytes, start, end);
  }
}

const encoder = new TextEncoder();

/** Text as UTF-8. */
export function encode(value: string): Uint8Array {
  return encoder.encode(value);
}
