// FETCH and UID FETCH: items of messages (RFC 3501 6.4.5, 6.4.8).
//
//   fetch = "FETCH" SP sequence-set SP "(" fetch-att *(SP fetch-att) ")"

import { readFetch, type FetchedMessage, type Section } from '../wire/fetch.ts';
import { setContains, setWithout, type SequenceSet } from '../wire/set.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
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
}

/** What to fetch of each message; the UID always comes along. */
export interface FetchItems {
  readonly flags?: boolean;
  readonly envelope?: boolean;
  readonly bodyStructure?: boolean;
  readonly internalDate?: boolean;
  readonly size?: boolean;
  readonly modSeq?: boolean;
  readonly sections?: readonly (string | SectionRequest)[];
}

export interface FetchArgs {
  readonly set: SequenceSet;
  readonly items: FetchItems;
  /** Whether the set holds UIDs. */
  readonly uid: boolean;
}

const attributes: readonly (readonly [item: Exclude<keyof FetchItems, 'sections'>, attribute: string])[] = [
  ['flags', 'FLAGS'],
  ['internalDate', 'INTERNALDATE'],
  ['size', 'RFC822.SIZE'],
  ['modSeq', 'MODSEQ'],
  ['envelope', 'ENVELOPE'],
  ['bodyStructure', 'BODYSTRUCTURE'],
];

export const fetch = command<FetchArgs, FetchedMessage, FetchedMessage[]>({
  name: ({ uid }) => (uid ? 'UID FETCH' : 'FETCH'),
  states: selected,
  bySequence: ({ uid }) => !uid,
  repeatable: ({ set }) => set !== '$',
  goOn: {
    key: ({ uid }) => uid,
    rest: (args, given) => {
      const set = setWithout(args.set, given);
      return set === null ? null : { ...args, set };
    },
  },
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { set, items }) => {
    out.set(set).list(() => {
      out.atom('UID');
      for (const [item, attribute] of attributes) if (items[item] === true) out.atom(attribute);
      for (const section of items.sections ?? []) {
        writeSection(out, typeof section === 'string' ? { section } : section);
      }
    });
  },
  collect: { FETCH: (line, { number }) => readFetch(line, number ?? 0) },
  accepts: ({ set, items, uid }) => {
    const isAsked = setContains(set);
    const asked = attributes.flatMap(([item]) => (items[item] === true ? [item] : []));
    return (message) => {
      const number = uid ? message.uid : message.sequence;
      if (number === undefined || !isAsked(number)) return false;
      // A change of flags that nobody asked for, in the middle of an answer (RFC 3501 7.4.2).
      return asked.every((item) => hasItem(message, item)) && hasSections(message, items);
    };
  },
  result: (rows) => rows,
});

/** A literal section and range, as grammar (`BODY.PEEK[1]<0.1024>`). */
function writeSection(out: CommandWriter, { section, offset, length, markSeen }: SectionRequest): void {
  const partial = offset === undefined && length === undefined ? '' : range(offset, length);
  if (/[\]<>]/.test(section)) throw new RangeError(`${JSON.stringify(section)} is not a body section`);
  out.raw(`BODY${markSeen === true ? '' : '.PEEK'}[${section}]${partial}`);
}

function range(offset = 0, length = 0xffffffff): string {
  const isRange = Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length > 0;
  if (!isRange) throw new RangeError(`${length} octets from ${offset} on are no part of a section`);
  return `<${offset}.${length}>`;
}

function hasItem(message: FetchedMessage, item: keyof FetchItems & keyof FetchedMessage): boolean {
  return message[item] !== undefined || Object.keys(message.unparsed).length > 0;
}

/** No section that was not asked for, and one at least of those that were (Yandex and James leave some out). */
function hasSections(message: FetchedMessage, { sections = [] }: FetchItems): boolean {
  if (message.sections.length === 0) return sections.length === 0 || Object.keys(message.unparsed).length > 0;
  return message.sections.every((found) => sections.some((asked) => isAnswer(found, asked)));
}

function isAnswer({ section, offset }: Section, asked: string | SectionRequest): boolean {
  const { section: wanted, offset: from }: SectionRequest =
    typeof asked === 'string' ? { section: asked } : asked;
  // QQ and others ignore the range; they name no offset.
  return keyword(section) === keyword(wanted) && (offset === null || offset === (from ?? 0));
}

/** What stands before a list of header names: servers quote and reorder those. */
function keyword(section: string): string {
  return section.split(' ', 1)[0]!.toUpperCase();
}
