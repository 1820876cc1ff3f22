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
export const ZERO = 48;
export const NINE = 57;
export const EQUALS = 61;
export const BRACKET_OPEN = 91;
export const BACKSLASH = 92;
export const BRACKET_CLOSE = 93;
export const UNDERSCORE = 95;
export const BRACE_OPEN = 123;
export const BRACE_CLOSE = 125;
export const TILDE = 126;

export function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= ZERO && octet <= NINE;
}

/** What a hexadecimal digit is worth; -1 for anything else. */
export function hexValue(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= ZERO && octet <= NINE) return octet - ZERO;
  const letter = octet | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** SP, TAB, CR, LF: what may stand between two values. */
export function isBlank(octet: number | undefined): boolean {
  return octet === SP || octet === TAB || octet === LF || octet === CR;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One character an octet. (TextDecoder's `latin1` is windows-1252, which is something else.) */
export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const view = bytes.subarray(start, end);
  const ascii = asciiText(view);
  if (ascii !== null) return ascii;
  let out = '';
  for (let at = 0; at < view.length; at += 8192) {
    out += String.fromCharCode(...view.subarray(at, at + 8192));
  }
  return out;
}

/**
 * Strings that were read lately, by a hash of their octets. Most strings of a mailbox come again with every message
 * (`TEXT`, `UTF-8`, a domain): finding them costs a third of making them, and nothing to collect.
 */
const recent: string[] = Array.from({ length: 2048 }, () => '');
const longestRecent = 32;

/** UTF-8; where it is not valid, one character an octet. */
export function text(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const length = end - start;
  if (length === 0) return '';
  if (length > longestRecent) return decode(bytes, start, end);
  let hash = length;
  for (let at = start; at < end; at++) {
    const octet = bytes[at] ?? 0;
    if (octet > 127) return decode(bytes, start, end);
    hash = (Math.imul(hash, 31) + octet) | 0;
  }
  const slot = (hash ^ (hash >>> 11)) & 2047;
  const known = recent[slot] ?? '';
  if (known.length === length) {
    let at = 0;
    while (at < length && known.charCodeAt(at) === bytes[start + at]) at++;
    if (at === length) return known;
  }
  const fresh = decode(bytes, start, end);
  recent[slot] = fresh;
  return fresh;
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
/** Slices keep what they were cut from: no more than this is kept for a word. */
const longestWhole = 8192;

/** The bytes as text where they are few and all of them ASCII, else null. */
export function asciiText(bytes: Uint8Array): string | null {
  if (bytes.length > longestWhole) return null;
  const whole = lenient.decode(bytes);
  return whole.length === bytes.length && !whole.includes('\uFFFD') ? whole : null;
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch {
    return latin1(bytes, start, end);
  }
}

const encoder = new TextEncoder();

/** Text as UTF-8. Short ASCII, which nearly all of it is, costs less here than the way to the platform's encoder. */
export function encode(value: string): Uint8Array {
  if (value.length > 128) return encoder.encode(value);
  const bytes = new Uint8Array(value.length);
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code > 127) return encoder.encode(value);
    bytes[at] = code;
  }
  return bytes;
}
