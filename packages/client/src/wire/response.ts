// The head of a response: whose it is and what it is called. Everything behind the head is read later, by the one
// reader that wants it, or never.
//
//   response-tagged  = tag SP resp-cond-state CRLF
//   response-data    = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data / message-data / …) CRLF
//   continue-req     = "+" SP (resp-text / base64) CRLF

import { BRACKET_OPEN, CLOSE, OPEN, PLUS, SP, STAR, ZERO, isBlank, isDigit, latin1, text } from './ascii.ts';
import { defaultLimits } from './limits.ts';
import { ParseError, ResponseReader, type ReaderOptions } from './reader.ts';
import { readResponseCode, type ResponseCode } from './response-code.ts';

/** A response whose head has been read. */
export interface Response {
  /** `*`, `+`, or the tag of the command that this completes. */
  readonly tag: string;
  /** In capitals: `OK`, `EXISTS`, `FETCH`, `LIST`; empty for a continuation or where there is none. */
  readonly name: string;
  /** The number before the name: `12` in `* 12 FETCH (…)`. */
  readonly number: number | null;
  /** The whole response. */
  readonly bytes: Uint8Array;
  /** A fresh cursor behind the head (behind name and space). */
  reader(): ResponseReader;
}

/** What OK, NO, BAD, BYE and PREAUTH say, tagged or not. */
export interface StatusText {
  readonly code: ResponseCode | null;
  readonly text: string;
}

/** What the head says, and where it ends. */
type Head = Pick<Response, 'tag' | 'name' | 'number'> & { readonly behind: number };

class Headed implements Response {
  readonly tag: string;
  readonly name: string;
  readonly number: number | null;
  readonly bytes: Uint8Array;
  readonly #behind: number;
  readonly #options: ReaderOptions;

  constructor(head: Head, bytes: Uint8Array, options: ReaderOptions) {
    this.tag = head.tag;
    this.name = head.name;
    this.number = head.number;
    this.bytes = bytes;
    this.#behind = head.behind;
    this.#options = options;
  }

  reader(): ResponseReader {
    return new ResponseReader(this.bytes, this.#behind, this.#options);
  }
}

const statusNames = new Set(['OK', 'NO', 'BAD', 'BYE', 'PREAUTH']);

/** Whether a response of this name says how something went: OK, NO, BAD, BYE, PREAUTH. */
export function isStatus(name: string): boolean {
  return statusNames.has(name);
}

/**
 * Reads the head. Never throws: a line that is no response has the name `` and the tag ``.
 *
 * @param options what the readers of this response will accept, and how they understand names
 */
export function readHead(bytes: Uint8Array, options: ReaderOptions = defaultLimits): Response {
  return new Headed(headOf(bytes), bytes, options);
}

function headOf(bytes: Uint8Array): Head {
  let at = 0;
  // quirk: nul-padding
  while (bytes[at] === 0 || isBlank(bytes[at])) at++;
  if (bytes[at] === PLUS) {
    // quirk: bare-continuation. AOL's `+` has nothing behind it, not even a space.
    return { tag: '+', name: '', number: null, behind: blanks(bytes, at + 1) };
  }
  if (bytes[at] === STAR) return untagged(bytes, blanks(bytes, at + 1));
  // quirk: code-without-ok. Exchange leaves out `* OK` altogether.
  if (bytes[at] === BRACKET_OPEN) return { tag: '*', name: 'OK', number: null, behind: at };
  const tagEnd = word(bytes, at);
  const from = blanks(bytes, tagEnd);
  const end = word(bytes, from);
  const name = end - from > 7 ? '' : latin1(bytes, from, end).toUpperCase();
  // quirk: no-response. Exchange's `Server Unavailable. 15` is neither tagged nor untagged.
  if (tagEnd === at || !statusNames.has(name)) return { tag: '', name: '', number: null, behind: at };
  return { tag: text(bytes, at, tagEnd), name, number: null, behind: blanks(bytes, end) };
}

/** Reads what stands behind the asterisk. */
function untagged(bytes: Uint8Array, start: number): Head {
  let at = start;
  let number: number | null = null;
  if (isDigit(bytes[at])) {
    let value = 0;
    for (; isDigit(bytes[at]); at++) value = value * 10 + ((bytes[at] ?? ZERO) - ZERO);
    // What is no number of messages is the name of a response that nobody knows.
    if (value <= Number.MAX_SAFE_INTEGER && (at === bytes.length || bytes[at] === SP)) {
      number = value;
      // quirk: two-spaces. DavMail writes `*  3 EXISTS`.
      at = blanks(bytes, at);
    } else at = start;
  }
  // quirk: code-without-ok. home.pl leaves out the OK.
  if (bytes[at] === BRACKET_OPEN) return { tag: '*', name: 'OK', number, behind: at };
  // quirk: nameless. What is no word leaves the name empty.
  const end = isNameStart(bytes[at]) ? word(bytes, at) : at;
  return { tag: '*', name: nameOf(bytes, at, end), number, behind: blanks(bytes, end) };
}

function isNameStart(octet: number | undefined): boolean {
  return isDigit(octet) || (octet !== undefined && (octet | 32) >= 97 && (octet | 32) <= 122);
}

/** In capitals; the names that come with every message are not built anew. */
function nameOf(bytes: Uint8Array, from: number, end: number): string {
  if (end - from === 5 && bytes[from] === 70 && bytes[from + 1] === 69 && bytes[from + 2] === 84) {
    if (bytes[from + 3] === 67 && bytes[from + 4] === 72) return 'FETCH';
  }
  return text(bytes, from, end).toUpperCase();
}

function blanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isBlank(bytes[at])) at++;
  return at;
}

function word(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && !isBlank(bytes[at]) && bytes[at] !== OPEN && bytes[at] !== CLOSE) at++;
  return at;
}

/** Reads `[code] text` behind OK, NO, BAD, BYE, PREAUTH or `+`. A code that is malformed stays in the text. */
export function readStatusText(reader: ResponseReader): StatusText {
  reader.space();
  const from = reader.position;
  if (reader.skip('[')) {
    try {
      reader.space();
      const code = readResponseCode(reader);
      reader.space();
      reader.expect(']');
      // quirk: no-text. `[Gmail]/Trash selected` is text: behind a code there is a space, or nothing.
      if (reader.position === reader.bytes.length || reader.space()) return { code, text: reader.rest() };
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
    }
    reader.position = from;
  }
  return { code: null, text: reader.rest() };
}
