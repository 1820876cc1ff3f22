// Response codes: what stands in brackets before the text of OK, NO, BAD and BYE (RFC 3501 7.1, RFC 9051 7.1, RFC 5530,
// and the extensions that are named below).
//
//   resp-text      = ["[" resp-text-code "]" SP] text
//   resp-code-apnd = "APPENDUID" SP nz-number SP append-uid
//   resp-code-copy = "COPYUID" SP nz-number SP uid-set SP uid-set

import { BRACKET_CLOSE, isBlank, text } from './ascii.ts';
import { readCapabilities, readFlags } from './capability.ts';
import { ParseError, type ResponseReader, type Value } from './reader.ts';
import { countMembers, expandSet, readSet, type NumberRange } from './set.ts';

/** Where copied or moved messages have gone, UID by UID (RFC 4315). */
export interface CopyUid {
  readonly uidValidity: number;
  readonly source: readonly number[];
  readonly destination: readonly number[];
}

/** What the codes that say more than their name hold, by name. */
interface CodeData {
  readonly CAPABILITY: { readonly capabilities: readonly string[] };
  readonly PERMANENTFLAGS: { readonly flags: readonly string[] };
  readonly UIDNEXT: { readonly value: number };
  readonly UIDVALIDITY: { readonly value: number };
  readonly UNSEEN: { readonly value: number };
  readonly HIGHESTMODSEQ: { readonly value: bigint };
  readonly APPENDUID: { readonly uidValidity: number; readonly uids: readonly number[] };
  readonly COPYUID: CopyUid;
  /** What the server can search in, where it says. */
  readonly BADCHARSET: { readonly charsets: readonly string[] };
  /** Other places to try (RFC 2221, RFC 2193). */
  readonly REFERRAL: { readonly urls: readonly string[] };
  /** Messages that were not changed, as a STORE counted them (RFC 7162). */
  readonly MODIFIED: { readonly numbers: readonly NumberRange[] };
  /** The URL that CATENATE could not follow (RFC 4469). */
  readonly BADURL: { readonly url: string };
  /** `value`: octets of the longest entry that was left out, or that the server takes (RFC 5464). */
  readonly METADATA: {
    readonly problem: 'LONGENTRIES' | 'MAXSIZE' | 'TOOMANY' | 'NOPRIVATE';
    readonly value: number | null;
  };
  /** The most octets an annotation may have; null where there can be none, or none be written (RFC 5257). */
  readonly ANNOTATIONS: {
    readonly size: number | null;
    readonly readOnly: boolean;
    readonly private: boolean;
  };
  readonly ANNOTATE: { readonly problem: 'TOOBIG' | 'TOOMANY' };
  /** The events that the server knows (RFC 5465). */
  readonly BADEVENT: { readonly events: readonly string[] };
  /** The filter that nobody has defined (RFC 5466). */
  readonly 'UNDEFINED-FILTER': { readonly filter: string };
  /** The tag of the search whose updates have ended (RFC 5267). */
  readonly NOUPDATE: { readonly tag: string };
  readonly MAILBOXID: { readonly mailboxId: string };
  /** The command of this tag, or nobody's, goes on: so much of so much is done (RFC 9585). */
  readonly INPROGRESS: {
    readonly tag: string | null;
    readonly progress: number | null;
    readonly goal: number | null;
  };
  /** How many messages a command may reach, and the UID of the last one that it did reach (RFC 9738). */
  readonly MESSAGELIMIT: { readonly limit: number; readonly lastUid: number | null };
}

/** Codes that are their name and nothing more. */
const bareCodes = [
  // RFC 3501, RFC 9051
  ...(['ALERT', 'PARSE', 'READ-ONLY', 'READ-WRITE', 'TRYCREATE', 'UIDNOTSTICKY', 'CLOSED'] as const),
  ...(['UNKNOWN-CTE', 'HASCHILDREN', 'NOTSAVED', 'EXPUNGEISSUED'] as const),
  // RFC 5530
  ...(['UNAVAILABLE', 'AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED', 'PRIVACYREQUIRED'] as const),
  ...([
    'CONTACTADMIN',
    'NOPERM',
    'INUSE',
    'CORRUPTION',
    'SERVERBUG',
    'CLIENTBUG',
    'CANNOT',
    'LIMIT',
  ] as const),
  ...(['OVERQUOTA', 'ALREADYEXISTS', 'NONEXISTENT'] as const),
  // RFC 7162, 4469 and 7889, 4978, 5465, 6154, 8508, 9586
  ...(['NOMODSEQ', 'TOOBIG', 'COMPRESSIONACTIVE', 'NOTIFICATIONOVERFLOW', 'USEATTR', 'UIDREQUIRED'] as const),
] as const;

type BareCode = (typeof bareCodes)[number];

/**
 * A response code, by its name in capitals. `OTHER` keeps the values as they came: a code that is not known, or one
 * that holds more than it should.
 */
export type ResponseCode =
  | { readonly [Name in keyof CodeData]: { readonly name: Name } & CodeData[Name] }[keyof CodeData]
  | { readonly name: BareCode }
  | { readonly name: 'OTHER'; readonly code: string; readonly values: readonly Value[] };

/** What stands behind each name, read up to and without `]`. */
const readers: { readonly [Name in keyof CodeData]: (reader: ResponseReader) => CodeData[Name] } = {
  CAPABILITY: (reader) => ({ capabilities: readCapabilities(reader) }),
  PERMANENTFLAGS: (reader) => ({ flags: readFlags(reader) }),
  UIDNEXT: readValue,
  UIDVALIDITY: readValue,
  UNSEEN: readValue,
  HIGHESTMODSEQ: (reader) => ({ value: reader.bigint() }),
  // A server may name a million UIDs in a few octets: they are spelled out where somebody looks at them.
  APPENDUID: (reader) => {
    const uidValidity = readFirst(reader);
    const uids = readUids(reader);
    return {
      uidValidity,
      get uids() {
        return expandSet(uids.set);
      },
    };
  },
  COPYUID: (reader) => {
    const uidValidity = readFirst(reader);
    const source = readUids(reader);
    reader.space();
    const destination = readUids(reader);
    if (source.count !== destination.count) throw reader.fails('as many UIDs as were copied');
    return {
      uidValidity,
      get source() {
        return expandSet(source.set);
      },
      get destination() {
        return expandSet(destination.set);
      },
    };
  },
  BADCHARSET: (reader) => ({ charsets: isAtCodeEnd(reader) ? [] : reader.list(() => reader.astring()) }),
  REFERRAL: (reader) => ({ urls: readText(reader).split(' ') }),
  MODIFIED: (reader) => ({ numbers: readSet(reader) }),
  BADURL: (reader) => ({ url: readText(reader) }),
  METADATA: (reader) => {
    const problem = readOne(reader, ['LONGENTRIES', 'MAXSIZE', 'TOOMANY', 'NOPRIVATE']);
    reader.space();
    return { problem, value: isAtCodeEnd(reader) ? null : reader.number() };
  },
  ANNOTATIONS: (reader) => {
    const words = readText(reader).toUpperCase().split(' ');
    const size = words.find((word) => /^\d+$/.test(word));
    return {
      size: size === undefined ? null : Number(size),
      readOnly: words.includes('READ-ONLY') || words.includes('NONE'),
      private: !words.includes('NOPRIVATE') && !words.includes('NONE'),
    };
  },
  ANNOTATE: (reader) => ({ problem: readOne(reader, ['TOOBIG', 'TOOMANY']) }),
  BADEVENT: (reader) => ({ events: reader.list(() => reader.atom()) }),
  'UNDEFINED-FILTER': (reader) => ({ filter: reader.atom() }),
  NOUPDATE: (reader) => ({ tag: reader.astring() }),
  MAILBOXID: (reader) => ({ mailboxId: reader.list(() => reader.astring())[0] ?? '' }),
  INPROGRESS: (reader) => {
    if (isAtCodeEnd(reader)) return { tag: null, progress: null, goal: null };
    reader.expect('(');
    reader.space();
    const tag = reader.nstring();
    reader.space();
    const progress = reader.nnumber();
    reader.space();
    const goal = reader.nnumber();
    reader.space();
    reader.expect(')');
    return { tag, progress, goal };
  },
  MESSAGELIMIT: (reader) => ({
    limit: readFirst(reader),
    lastUid: isAtCodeEnd(reader) ? null : reader.number(),
  }),
};

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
  if (Object.hasOwn(readers, name)) {
    const known = name as keyof CodeData;
    return Object.assign(readers[known](reader), { name: known }) as ResponseCode;
  }
  const values = readValues(reader);
  const isBare = values.length === 0 && (bareCodes as readonly string[]).includes(name);
  return isBare ? { name: name as BareCode } : { name: 'OTHER', code: name, values };
}

function isAtCodeEnd(reader: ResponseReader): boolean {
  return reader.peek() === BRACKET_CLOSE;
}

/** quirk: zero-number. Zero is sent where the grammar wants a positive number. */
function readValue(reader: ResponseReader): { readonly value: number } {
  return { value: reader.number() };
}

function readOne<const Word extends string>(reader: ResponseReader, words: readonly Word[]): Word {
  const { position } = reader;
  const found = reader.atom().toUpperCase();
  const word = words.find((one) => one === found);
  if (word === undefined) throw new ParseError(words.join(' or '), position, found);
  return word;
}

/** Text up to the bracket, which may hold anything else. */
function readText(reader: ResponseReader): string {
  const { bytes, position } = reader;
  const end = bytes.indexOf(BRACKET_CLOSE, position);
  if (end < 0) throw reader.fails('"]"');
  reader.position = end;
  return text(bytes, position, end);
}

function readFirst(reader: ResponseReader): number {
  const value = reader.number();
  reader.space();
  return value;
}

function readUids(reader: ResponseReader): { readonly set: string; readonly count: number } {
  const position = reader.position;
  const set = reader.atom();
  try {
    return { set, count: countMembers(set) };
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
  reader.position = from;
  return [readText(reader)];
}
