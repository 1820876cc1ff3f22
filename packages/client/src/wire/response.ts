// The head of a response: whose it is and what it is called. Everything behind the head is read later, by the one
// reader that wants it, or never.
//
//   response-tagged  = tag SP resp-cond-state CRLF
//   response-data    = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data / message-data / …) CRLF
//   continue-req     = "+" SP (resp-text / base64) CRLF

import type { ResponseReader } from './reader.ts';
import type { ResponseCode } from './response-code.ts';

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

/** Reads the head. Never throws: a line that is no response has the name `` and the tag ``. */
export function readHead(bytes: Uint8Array): Response {
  throw new Error(String(bytes));
}

/** Reads `[code] text` behind OK, NO, BAD, BYE, PREAUTH or `+`. A code that is malformed stays in the text. */
export function readStatusText(reader: ResponseReader): StatusText {
  throw new Error(String(reader));
}
