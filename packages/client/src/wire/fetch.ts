// FETCH responses: the items of one message (RFC 3501 7.4.2).
//
//   msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")"
//   msg-att-static = "ENVELOPE" SP envelope / "INTERNALDATE" SP date-time / "RFC822.SIZE" SP number /
//                    "BODY" ["STRUCTURE"] SP body / "BODY" section ["<" number ">"] SP nstring / "UID" SP uniqueid
//
// MODSEQ: RFC 7162. BINARY: RFC 3516. EMAILID, THREADID: RFC 8474. SAVEDATE: RFC 8514. PREVIEW: RFC 8970. UIDFETCH
// responses: RFC 9586. X-GM-…: Gmail's own.

import { BRACKET_OPEN, OPEN } from './ascii.ts';
import { readBodyStructure, type BodyPart } from './bodystructure.ts';
import { readFlags } from './capability.ts';
import { readEnvelope, type Envelope } from './envelope.ts';
import { parseInternalDate, type InternalDate } from './internal-date.ts';
import { passOver } from './pass-over.ts';
import { ParseError, type ResponseReader, type Unparsed, type Value } from './reader.ts';
import { emptyRecord, record } from './record.ts';
import type { Response } from './response.ts';
import { decodeUtf7 } from './utf7.ts';

export type { InternalDate } from './internal-date.ts';

/** A body section as it came: `BODY[1.2]<0>`. */
export interface Section {
  /** What stands in the brackets, in capitals but for header names: ``, `1.2`, `HEADER.FIELDS (FROM)`. */
  readonly section: string;
  /** Where the bytes begin, for a partial fetch. */
  readonly offset: number | null;
  /** Null where the server said NIL. */
  readonly bytes: Uint8Array | null;
  /** It came as BINARY (RFC 3516): its transfer encoding has been undone. */
  readonly decoded?: boolean;
}

/**
 * What a FETCH response holds; an item that was not asked for, or could not be read, is absent. One that the server has
 * named and has no value for is undefined.
 */
export interface FetchedMessage {
  /** Its number in the mailbox; changes as messages are expunged. 0 where the server counts by UID alone (UIDONLY). */
  readonly sequence: number;
  readonly uid?: number;
  readonly flags?: readonly string[];
  readonly internalDate?: InternalDate | undefined;
  /** Octets. */
  readonly size?: number;
  readonly envelope?: Envelope;
  readonly bodyStructure?: BodyPart;
  readonly modSeq?: bigint | undefined;
  /** The first words of its text; null where the server has none at hand. */
  readonly preview?: string | null;
  /** When it came into this mailbox; null where the mailbox does not know. */
  readonly saveDate?: InternalDate | null;
  /** The same for each copy of the message (RFC 8474). */
  readonly emailId?: string | undefined;
  /** The same for each message of a conversation; null where the server keeps none. */
  readonly threadId?: string | null;
  readonly gmailMessageId?: bigint;
  readonly gmailThreadId?: bigint;
  /** In Unicode; those of the system begin with a backslash. */
  readonly gmailLabels?: readonly string[];
  /** Octets of parts once their transfer encoding is undone, by section. */
  readonly binarySizes?: Readonly<Record<string, number>>;
  /** Body sections in the order they came. */
  readonly sections: readonly Section[];
  /** Items without a reader here, by name in capitals. */
  readonly other: Readonly<Record<string, Value>>;
  /** Items that broke their grammar, by name: the rest of the message is still good. */
  readonly unparsed: Readonly<Record<string, Unparsed>>;
}

type Items = { -readonly [key in keyof FetchedMessage]: FetchedMessage[key] } & { sections: Section[] };

/** Reads a FETCH response, or a UIDFETCH response, whose number is the UID (RFC 9586 3.3). */
export function readFetched(reader: ResponseReader, { name, number }: Response): FetchedMessage {
  if (name !== 'UIDFETCH') return readFetch(reader, number ?? 0);
  const message = readFetch(reader, 0);
  return message.uid === undefined && number !== null ? { ...message, uid: number } : message;
}

/** Reads what stands behind `* n FETCH`. Never loses the whole message for one bad item. */
export function readFetch(reader: ResponseReader, sequence: number): FetchedMessage {
  const message: Items = { sequence, sections: [], other: emptyRecord, unparsed: emptyRecord };
  let depth = 0;
  // An end without its parenthesis is an end all the same.
  for (reader.space(); reader.peek() !== -1; reader.space()) {
    // quirk: parenthesised-item. Lotus Domino puts parentheses round ENVELOPE and its name.
    if (reader.skip('(')) {
      depth++;
      continue;
    }
    if (reader.skip(')')) {
      if (--depth <= 0) break;
      continue;
    }
    const from = reader.position;
    try {
      readItem(reader, reader.atom().toUpperCase(), message);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      reader.position = from;
      const item = passOver(reader);
      message.unparsed = keep(message.unparsed, item.name, { unparsed: item.bytes, reason: error.message });
    }
  }
  return message;
}

function readItem(reader: ResponseReader, name: string, message: Items): void {
  if (reader.peek() === BRACKET_OPEN) {
    readSection(reader, name, message);
    return;
  }
  if (!reader.space() && reader.peek() !== OPEN) throw reader.fails('a space');
  switch (name) {
    case 'UID':
      message.uid = reader.number();
      break;
    case 'FLAGS':
      message.flags = readFlags(reader);
      break;
    case 'RFC822.SIZE':
      message.size = reader.number();
      break;
    case 'INTERNALDATE':
      message.internalDate = readDate(reader) ?? undefined;
      break;
    case 'ENVELOPE':
      message.envelope = readEnvelope(reader);
      break;
    case 'BODY':
    case 'BODYSTRUCTURE':
      message.bodyStructure = readBodyStructure(reader);
      break;
    case 'MODSEQ':
      readModSeq(reader, message);
      break;
    case 'PREVIEW':
      message.preview = reader.nstring();
      break;
    case 'SAVEDATE':
      message.saveDate = readDate(reader);
      break;
    case 'EMAILID':
      message.emailId = readObjectId(reader) ?? undefined;
      break;
    case 'THREADID':
      message.threadId = readObjectId(reader);
      break;
    case 'X-GM-MSGID':
      message.gmailMessageId = reader.bigint();
      break;
    case 'X-GM-THRID':
      message.gmailThreadId = reader.bigint();
      break;
    case 'X-GM-LABELS':
      message.gmailLabels = reader.list(() => decodeUtf7(reader.astring()));
      break;
    case 'RFC822':
      message.sections.push({ section: '', offset: null, bytes: reader.nbytes() });
      break;
    case 'RFC822.HEADER':
    case 'RFC822.TEXT':
      message.sections.push({ section: name.slice(7), offset: null, bytes: reader.nbytes() });
      break;
    default:
      message.other = keep(message.other, name, reader.value());
  }
}

/** quirk: no-date. Domino's 00-Jan-0000 makes this item unparsed, not the message. */
function readDate(reader: ResponseReader): InternalDate | null {
  const written = reader.nstring();
  if (written === null) return null;
  const date = parseInternalDate(written);
  if (date === null) throw new ParseError('a date', reader.position, JSON.stringify(written.slice(0, 40)));
  return date;
}

/** "(" objectid ")" or NIL */
function readObjectId(reader: ResponseReader): string | null {
  return reader.list(() => reader.astring())[0] ?? null;
}

function readModSeq(reader: ResponseReader, message: Items): void {
  const [value] = reader.list(() => (reader.skip('-') ? -reader.bigint() : reader.bigint()));
  // quirk: negative-modseq. Zoho sends -1 where it knows none.
  message.modSeq = value !== undefined && value >= 0n ? value : undefined;
}

/**
 * quirk: quoted-section. Yahoo sends small ones as quoted strings.
 *
 *   section      = "[" [section-spec] "]"
 *   section-spec = section-msgtext / (section-part ["." section-text])
 */
function readSection(reader: ResponseReader, name: string, message: Items): void {
  reader.expect('[');
  reader.space();
  const words: string[] = [];
  for (; !reader.skip(']'); reader.space()) {
    if (reader.peek() === OPEN) words.push(`(${reader.list(() => reader.astring()).join(' ')})`);
    else words.push(reader.atom().toUpperCase());
  }
  const section = words.join(' ');
  let offset: number | null = null;
  if (reader.skip('<')) {
    offset = readOffset(reader);
    reader.expect('>');
  }
  reader.space();
  if (name === 'BODY' || name === 'RFC822')
    message.sections.push({ section, offset, bytes: reader.nbytes() });
  else if (name === 'BINARY')
    message.sections.push({ section, offset, bytes: reader.nbytes(), decoded: true });
  else if (name === 'BINARY.SIZE') {
    message.binarySizes = keep(message.binarySizes ?? emptyRecord, section, reader.number());
  } else message.other = keep(message.other, `${name}[${section}]`, reader.value());
}

function readOffset(reader: ResponseReader): number {
  const from = reader.position;
  let value = 0;
  while (reader.peek() >= 48 && reader.peek() <= 57) {
    value = value * 10 + (reader.peek() - 48);
    reader.position++;
  }
  if (reader.position === from || value > Number.MAX_SAFE_INTEGER) throw reader.fails('an offset');
  return value;
}

function keep<T>(kept: Readonly<Record<string, T>>, name: string, value: T): Readonly<Record<string, T>> {
  const values: Record<string, T> = kept === emptyRecord ? record<T>() : kept;
  values[name] = value;
  return values;
}
