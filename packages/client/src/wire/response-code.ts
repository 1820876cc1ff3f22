// Response codes: what stands in brackets before the text of OK, NO, BAD and BYE (RFC 3501 7.1, RFC 9051 7.1).

import type { ResponseReader, Value } from './reader.ts';

/** Where copied or moved messages have gone, UID by UID (RFC 4315). */
export interface CopyUid {
  readonly uidValidity: number;
  readonly source: readonly number[];
  readonly destination: readonly number[];
}

/** A response code, by its name in capitals. What is not known keeps its values as they came. */
export type ResponseCode =
  | { readonly name: 'CAPABILITY'; readonly capabilities: readonly string[] }
  | { readonly name: 'PERMANENTFLAGS'; readonly flags: readonly string[] }
  | { readonly name: 'UIDNEXT' | 'UIDVALIDITY' | 'UNSEEN'; readonly value: number }
  | { readonly name: 'HIGHESTMODSEQ'; readonly value: bigint }
  | { readonly name: 'APPENDUID'; readonly uidValidity: number; readonly uids: readonly number[] }
  | ({ readonly name: 'COPYUID' } & CopyUid)
  | { readonly name: 'OTHER'; readonly code: string; readonly values: readonly Value[] };

/** The code's own name, known or not. */
export function codeName(code: ResponseCode): string {
  return code.name === 'OTHER' ? code.code : code.name;
}

/** Reads the inside of the brackets, up to and without `]`. */
export function readResponseCode(reader: ResponseReader): ResponseCode {
  throw new Error(String(reader));
}
