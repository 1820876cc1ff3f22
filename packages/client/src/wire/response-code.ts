// Response codes: what stands in brackets before the text of OK, NO, BAD and BYE (RFC 3501 7.1, RFC 9051 7.1).
//
//   resp-text      = ["[" resp-text-code "]" SP] text
//   resp-code-apnd = "APPENDUID" SP nz-number SP append-uid
//   resp-code-copy = "COPYUID" SP nz-number SP uid-set SP uid-set

import { BRACKET_CLOSE, isBlank } from './ascii.ts';
import { readCapabilities, readFlags } from './capability.ts';
import { ParseError, type ResponseReader, type Value } from './reader.ts';
import { expandSet } from './set.ts';

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
  const name = reader.atom().toUpperCase();
  const next = reader.peek();
  // quirk: invalid-code. Exchange's `[Error="…"` is text.
  if (next !== BRACKET_CLOSE && !isBlank(next)) throw reader.fails('a response code');
  reader.space();
  switch (name) {
    case 'CAPABILITY':
      return { name, capabilities: readCapabilities(reader) };
    case 'PERMANENTFLAGS':
      return { name, flags: readFlags(reader) };
    case 'UIDNEXT':
    case 'UIDVALIDITY':
    case 'UNSEEN':
      // quirk: zero-number. Zero is sent where the grammar wants a positive number.
      return { name, value: reader.number() };
    case 'HIGHESTMODSEQ':
      return { name, value: reader.bigint() };
    case 'APPENDUID':
      return { name, uidValidity: readFirst(reader), uids: readUids(reader) };
    case 'COPYUID': {
      const uidValidity = readFirst(reader);
      const source = readUids(reader);
      reader.space();
      const destination = readUids(reader);
      if (source.length !== destination.length) throw reader.fails('as many UIDs as were copied');
      return { name, uidValidity, source, destination };
    }
    default:
      return { name: 'OTHER', code: name, values: readValues(reader) };
  }
}

function readFirst(reader: ResponseReader): number {
  const value = reader.number();
  reader.space();
  return value;
}

function readUids(reader: ResponseReader): number[] {
  const position = reader.position;
  const set = reader.atom();
  try {
    return expandSet(set);
  } catch (error) {
    // quirk: empty-copyuid. Outlook.com sends sets without members.
    // quirk: copyuid-star. Purelymail writes `*` into it, which says nothing about where a message went.
    if (!(error instanceof RangeError)) throw error;
    throw new ParseError('a set of UIDs', position, JSON.stringify(set.slice(0, 20)));
  }
}

/** The values of a code that no reader knows; text that is no value is one string: `[WEBALERT https://…]`. */
function readValues(reader: ResponseReader): Value[] {
  const from = reader.position;
  try {
    const values: Value[] = [];
    for (reader.space(); reader.peek() !== BRACKET_CLOSE; reader.space()) values.push(reader.value());
    return values;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
  }
  // resp-text-code = … / atom [SP 1*<any TEXT-CHAR except "]">]
  const end = reader.bytes.indexOf(BRACKET_CLOSE, from);
  reader.position = from;
  if (end < 0) throw reader.fails('"]"');
  const value = new TextDecoder().decode(reader.bytes.subarray(from, end));
  reader.position = end;
  return [value];
}
