// SEARCH and ESEARCH responses (RFC 3501 7.2.5, RFC 4731; MODSEQ: RFC 7162 3.1.5; PARTIAL: RFC 9394; ADDTO and
// REMOVEFROM: RFC 5267; RELEVANCY: RFC 6203; MAILBOX and UIDVALIDITY: RFC 7377). SORT is written as SEARCH is.
//
//   mailbox-data     = "SEARCH" *(SP nz-number) [SP "(" "MODSEQ" SP mod-sequence-value ")"]
//   esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)

import { CLOSE, OPEN } from './ascii.ts';
import { readMailboxName } from './mailbox-name.ts';
import type { ResponseReader } from './reader.ts';

/** What a SEARCH or SORT response holds. */
export interface FoundNumbers {
  readonly numbers: number[];
  /** The highest one of the messages found, where MODSEQ was searched for. */
  readonly modSeq: bigint | null;
}

/** A page of a result (RFC 9394 3.1). */
export interface PartialResult {
  /** Which of the hits these are, as it was asked: from 1 up, or from -1 back from the end. */
  readonly range: readonly [first: number, last: number];
  /** A set as text, or null where no hit lies in that range. */
  readonly found: string | null;
}

/** Messages that came to a result, or went from it. */
export interface ResultChange {
  /** Where in a sorted result the first one stands (came) or stood (went), from 1 up; 0 where it is not sorted. */
  readonly position: number;
  /** A set as text. */
  readonly set: string;
}

/** What an ESEARCH response holds. Where nothing was found, `min`, `max` and `all` are absent. */
export interface ExtendedSearch {
  /** The tag of the command that it answers. */
  readonly tag: string | null;
  /** Whether the numbers are UIDs. */
  readonly uid: boolean;
  /** The mailbox that was searched, and its UIDVALIDITY, in the answer to a search over several. */
  readonly mailbox?: string;
  readonly uidValidity?: number;
  readonly min?: number;
  readonly max?: number;
  readonly count?: number;
  /** A set as text: `2,10:15`; in the order of a sort. A caller expands it as far as it dares. */
  readonly all?: string;
  readonly partial?: PartialResult;
  /** How well each hit matches, 1 to 100, in the order of `all`. */
  readonly relevancy?: readonly number[];
  readonly modSeq?: bigint;
  /** Changes of a result that the server keeps up to date, in the order in which they happened. */
  readonly addTo?: readonly ResultChange[];
  readonly removeFrom?: readonly ResultChange[];
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };
type Found = Mutable<Omit<ExtendedSearch, 'addTo' | 'removeFrom'>> & {
  addTo?: ResultChange[];
  removeFrom?: ResultChange[];
};

/** Reads the numbers behind `* SEARCH` or `* SORT`. */
export function readSearch(reader: ResponseReader): number[] {
  return readFoundNumbers(reader).numbers;
}

/** As {@link readSearch}, with the MODSEQ behind the numbers. quirk: empty-search, a space may end it. */
export function readFoundNumbers(reader: ResponseReader): FoundNumbers {
  const numbers: number[] = [];
  let modSeq: bigint | null = null;
  for (reader.space(); reader.peek() !== -1; reader.space()) {
    if (reader.peek() === OPEN) modSeq = readModSeq(reader) ?? modSeq;
    else numbers.push(reader.number());
  }
  return { numbers, modSeq };
}

function readModSeq(reader: ResponseReader): bigint | undefined {
  return reader.list(() => {
    reader.atom();
    reader.space();
    return reader.bigint();
  })[0];
}

/** Reads what stands behind `* ESEARCH`. */
export function readExtendedSearch(reader: ResponseReader): ExtendedSearch {
  const found: Found = { tag: null, uid: false };
  reader.space();
  if (reader.peek() === OPEN) readCorrelator(reader, found);
  for (reader.space(); reader.peek() !== -1; reader.space()) {
    const name = reader.atom().toUpperCase();
    reader.space();
    if (name === 'UID') found.uid = true;
    else if (name === 'MIN') found.min = reader.number();
    else if (name === 'MAX') found.max = reader.number();
    else if (name === 'COUNT') found.count = reader.number();
    else if (name === 'ALL') found.all = reader.atom();
    else if (name === 'MODSEQ') found.modSeq = reader.bigint();
    else if (name === 'PARTIAL') found.partial = readPartial(reader);
    else if (name === 'RELEVANCY') found.relevancy = reader.list(() => reader.number());
    else if (name === 'ADDTO') found.addTo = readChanges(reader, found.addTo);
    else if (name === 'REMOVEFROM') found.removeFrom = readChanges(reader, found.removeFrom);
    else if (reader.peek() !== -1) reader.value();
  }
  return found;
}

/** search-correlator = SP "(" one-correlator *(SP one-correlator) ")" */
function readCorrelator(reader: ResponseReader, found: Found): void {
  reader.list(() => {
    const name = reader.astring().toUpperCase();
    reader.space();
    if (reader.peek() === CLOSE) return;
    if (name === 'TAG') found.tag = reader.astring();
    else if (name === 'MAILBOX') found.mailbox = readMailboxName(reader);
    else if (name === 'UIDVALIDITY') found.uidValidity = reader.number();
    else reader.value();
  });
}

/** ret-data-partial = "PARTIAL" SP "(" partial-range SP partial-results ")" */
function readPartial(reader: ResponseReader): PartialResult {
  reader.expect('(');
  reader.space();
  const [, first, last] = /^(-?\d{1,10}):(-?\d{1,10})$/.exec(reader.atom()) ?? [];
  if (first === undefined || last === undefined) throw reader.fails('a range behind PARTIAL');
  reader.space();
  const found = reader.nstring();
  reader.space();
  reader.expect(')');
  return { range: [Number(first), Number(last)], found };
}

/** "(" context-position SP sequence-set *(SP context-position SP sequence-set) ")" */
function readChanges(reader: ResponseReader, changes: ResultChange[] = []): ResultChange[] {
  reader.list(() => {
    const position = reader.number();
    reader.space();
    changes.push({ position, set: reader.atom() });
  });
  return changes;
}
