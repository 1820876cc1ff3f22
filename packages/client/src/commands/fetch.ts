// FETCH and UID FETCH: items of messages (RFC 3501 6.4.5, 6.4.8).
//
//   fetch          = "FETCH" SP sequence-set SP "(" fetch-att *(SP fetch-att) ")"
//                    [SP "(" fetch-modifier *(SP fetch-modifier) ")"]
//   fetch-modifier = "CHANGEDSINCE" SP mod-sequence-value / "VANISHED" / "PARTIAL" SP partial-range
//
// CHANGEDSINCE, VANISHED, MODSEQ: RFC 7162. PARTIAL: RFC 9394. BINARY: RFC 3516. EMAILID, THREADID: RFC 8474.
// SAVEDATE: RFC 8514. PREVIEW: RFC 8970. X-GM-…: Gmail's own.

import { readFetched, type FetchedMessage, type Section } from '../wire/fetch.ts';
import { setContains, setWithout, type SequenceSet } from '../wire/set.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import { writtenPage } from './page.ts';
import { savedNeeds } from './saved.ts';
import { selected } from './states.ts';

/** A body section to fetch. */
export interface SectionRequest {
  /** What stands in the brackets: ``, `1.2`, `HEADER`, `1.MIME`, `HEADER.FIELDS (FROM TO)`. */
  readonly section: string;
  /** First octet and number of octets. */
  readonly offset?: number;
  readonly length?: number;
  /** Sets \Seen on the message; by default it does not. */
  readonly markSeen?: boolean;
  /** Of a part by its number: the server undoes the transfer encoding; offset and length count then. Needs BINARY. */
  readonly binary?: boolean;
}

/** What to fetch of each message; the UID always comes along. */
export interface FetchItems {
  readonly flags?: boolean;
  readonly envelope?: boolean;
  readonly bodyStructure?: boolean;
  readonly internalDate?: boolean;
  readonly size?: boolean;
  /** Needs CONDSTORE. */
  readonly modSeq?: boolean;
  /** The first words of the text; `lazy`: only where the server has them at hand. Needs PREVIEW. */
  readonly preview?: boolean | 'lazy';
  /** Needs SAVEDATE. */
  readonly saveDate?: boolean;
  /** Need OBJECTID. */
  readonly emailId?: boolean;
  readonly threadId?: boolean;
  /** Need X-GM-EXT-1. */
  readonly gmailMessageId?: boolean;
  readonly gmailThreadId?: boolean;
  readonly gmailLabels?: boolean;
  /** The sizes of these parts once their transfer encoding is undone. Needs BINARY. */
  readonly binarySizes?: readonly string[];
  readonly sections?: readonly (string | SectionRequest)[];
}

export interface FetchArgs {
  readonly set: SequenceSet;
  readonly items: FetchItems;
  /** Whether the set holds UIDs. */
  readonly uid: boolean;
  /** Only those that have changed after this modification sequence. */
  readonly changedSince?: bigint | undefined;
  /** With `changedSince`, by UID: VANISHED responses tell which are gone; they go where unasked responses go. */
  readonly vanished?: boolean | undefined;
  /** By UID: only a page of the set. */
  readonly partial?: readonly [first: number, last: number] | undefined;
}

const attributes: readonly (readonly [
  item: Exclude<keyof FetchItems, 'sections' | 'binarySizes'>,
  attribute: string,
  capability?: string,
])[] = [
  ['flags', 'FLAGS'],
  ['internalDate', 'INTERNALDATE'],
  ['size', 'RFC822.SIZE'],
  ['modSeq', 'MODSEQ', 'CONDSTORE or QRESYNC'],
  ['envelope', 'ENVELOPE'],
  ['bodyStructure', 'BODYSTRUCTURE'],
  ['saveDate', 'SAVEDATE', 'SAVEDATE'],
  ['emailId', 'EMAILID', 'OBJECTID'],
  ['threadId', 'THREADID', 'OBJECTID'],
  ['gmailMessageId', 'X-GM-MSGID', 'X-GM-EXT-1'],
  ['gmailThreadId', 'X-GM-THRID', 'X-GM-EXT-1'],
  ['gmailLabels', 'X-GM-LABELS', 'X-GM-EXT-1'],
  ['preview', 'PREVIEW', 'PREVIEW'],
];

export const fetch = command<FetchArgs, FetchedMessage, FetchedMessage[]>({
  name: ({ uid }) => (uid ? 'UID FETCH' : 'FETCH'),
  states: selected,
  needs,
  bySequence: ({ uid }) => !uid,
  repeatable: ({ set }) => set !== '$',
  goOn: {
    key: ({ uid }) => uid,
    rest: (args, given) => {
      // A page of fewer messages would be another page.
      if (args.partial !== undefined) return args;
      const set = setWithout(args.set, given);
      return set === null ? null : { ...args, set };
    },
  },
  keepsNumbers: ({ uid }) => !uid,
  send: (out, args) => {
    writeFetchItems(out.set(args.set), args.items);
    writeModifiers(out, args);
  },
  collect: { FETCH: readFetched, UIDFETCH: readFetched },
  accepts: ({ set, items, uid }, { session }) => {
    const isAsked = setContains(set);
    const asked: (keyof FetchItems & keyof FetchedMessage)[] = attributes.flatMap(([item]) =>
      isWanted(items[item]) ? [item] : [],
    );
    if (items.binarySizes !== undefined && items.binarySizes.length > 0) asked.push('binarySizes');
    /** What no change of a message tells of. */
    const lasting = asked.filter((item) => item !== 'flags' && item !== 'modSeq');
    return (message, _tag, isContested) => {
      const number = uid ? message.uid : message.sequence;
      if (number === undefined || !isAsked(number) || !hasSections(message, items)) return false;
      // Not so a change of flags that nobody asked for, in the middle of an answer (RFC 3501 7.4.2).
      if (asked.every((item) => hasItem(message, item))) return true;
      // Servers leave out what they cannot make of a broken message: the row is there all the same.
      return !isContested && !session.notifies && lasting.some((item) => item in message);
    };
  },
  result: (rows) => rows,
});

/** Writes the items' names, in parentheses. */
export function writeFetchItems(out: CommandWriter, items: FetchItems): void {
  out.list(() => {
    out.atom('UID');
    for (const [item, attribute] of attributes) if (isWanted(items[item])) out.atom(attribute);
    if (items.preview === 'lazy') out.raw('(LAZY)');
    for (const part of items.binarySizes ?? []) out.raw(`BINARY.SIZE[${checkedPart(part)}]`);
    for (const section of items.sections ?? []) {
      writeSection(out, typeof section === 'string' ? { section } : section);
    }
  });
}

function isWanted(item: boolean | 'lazy' | undefined): boolean {
  return item !== undefined && item !== false;
}

function needs({ set, items, changedSince, vanished, partial }: FetchArgs): string[] {
  const hasBinary =
    items.binarySizes !== undefined ||
    items.sections?.some((section) => typeof section !== 'string' && section.binary === true) === true;
  return [
    ...savedNeeds(set),
    ...attributes.flatMap(([item, , capability]) =>
      capability !== undefined && isWanted(items[item]) ? [capability] : [],
    ),
    ...(hasBinary ? ['BINARY or IMAP4REV2'] : []),
    ...(changedSince === undefined ? [] : ['CONDSTORE or QRESYNC']),
    ...(vanished === true ? ['QRESYNC'] : []),
    ...(partial === undefined ? [] : ['PARTIAL']),
  ];
}

function writeModifiers(out: CommandWriter, { uid, changedSince, vanished, partial }: FetchArgs): void {
  if (vanished === true && (changedSince === undefined || !uid)) {
    throw new RangeError('FETCH tells what has vanished by UID alone, and since a modification sequence');
  }
  if (partial !== undefined && !uid) throw new RangeError('FETCH gives pages by UID alone');
  if (changedSince === undefined && partial === undefined) return;
  out.list(() => {
    if (partial !== undefined) out.atom('PARTIAL').raw(writtenPage(partial));
    if (changedSince !== undefined) out.atom('CHANGEDSINCE').number(changedSince);
    if (vanished === true) out.atom('VANISHED');
  });
}

/** A part by its number, as BINARY takes it: `1.2`, or nothing for the whole message. */
function checkedPart(part: string): string {
  if (!/^(?:[1-9]\d*(?:\.[1-9]\d*)*)?$/.test(part)) {
    throw new RangeError(`${JSON.stringify(part)} is not the number of a part, such as 1.2`);
  }
  return part;
}

/** A literal section and range, as grammar (`BODY.PEEK[1]<0.1024>`). */
function writeSection(
  out: CommandWriter,
  { section, offset, length, markSeen, binary }: SectionRequest,
): void {
  const partial = offset === undefined && length === undefined ? '' : range(offset, length);
  if (/[[\]<>]/.test(section)) throw new RangeError(`${JSON.stringify(section)} is not a body section`);
  if (binary === true) checkedPart(section);
  out.raw(`${binary === true ? 'BINARY' : 'BODY'}${markSeen === true ? '' : '.PEEK'}[${section}]${partial}`);
}

function range(offset = 0, length = 0xffffffff): string {
  const isRange = Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length > 0;
  if (!isRange) throw new RangeError(`${length} octets from ${offset} on are no part of a section`);
  return `<${offset}.${length}>`;
}

function hasItem(message: FetchedMessage, item: keyof FetchItems & keyof FetchedMessage): boolean {
  // Named without a value it has been answered all the same.
  return item in message || Object.keys(message.unparsed).length > 0;
}

/** No section that was not asked for, and one at least of those that were (Yandex and James leave some out). */
function hasSections(message: FetchedMessage, { sections = [] }: FetchItems): boolean {
  if (message.sections.length === 0) return sections.length === 0 || Object.keys(message.unparsed).length > 0;
  return message.sections.every((found) => sections.some((asked) => isAnswer(found, asked)));
}

function isAnswer({ section, offset, decoded }: Section, asked: string | SectionRequest): boolean {
  const {
    section: wanted,
    offset: from,
    binary,
  }: SectionRequest = typeof asked === 'string' ? { section: asked } : asked;
  if ((decoded === true) !== (binary === true)) return false;
  // QQ and others ignore the range; they name no offset.
  return keyword(section) === keyword(wanted) && (offset === null || offset === (from ?? 0));
}

/** What stands before a list of header names: servers quote and reorder those. */
function keyword(section: string): string {
  return section.split(' ', 1)[0]!.toUpperCase();
}
