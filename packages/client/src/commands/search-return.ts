// What an extended search gives back, as it is asked for, as it is read, and as it is worked out here where the server
// has said less (RFC 4731, RFC 5182, RFC 5267, RFC 6203, RFC 9394).
//
//   search-return-opts = "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"
//   search-return-opt  = "MIN" / "MAX" / "ALL" / "COUNT" / "SAVE" / "RELEVANCY" / "UPDATE" / "CONTEXT" /
//                        "PARTIAL" SP partial-range

import type { Completion } from '../session/request.ts';
import type { Session } from '../session/session.ts';
import {
  readExtendedSearch,
  readFoundNumbers,
  type ExtendedSearch,
  type FoundNumbers,
} from '../wire/search.ts';
import { expandSet } from '../wire/set.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { writtenPage } from './page.ts';

/** What to give back of a search; all hits, where nothing is named. */
export interface SearchReturn {
  /** The lowest and the highest number; of a sort, the first and the last (Cyrus: the numbers even then). */
  readonly min?: boolean;
  readonly max?: boolean;
  readonly count?: boolean;
  readonly all?: boolean;
  /** A page of the hits: 1 is the first one, -1 the last one. Not together with `all`. */
  readonly partial?: readonly [first: number, last: number];
  /** How well each hit matches; needs SEARCH=FUZZY. */
  readonly relevancy?: boolean;
  /** Keeps the hits for `$` (`saved: true`); needs SEARCHRES. */
  readonly save?: boolean;
  /** Keeps the result up to date with `searchUpdate` events; needs CONTEXT=SEARCH, or CONTEXT=SORT for a sort. */
  readonly update?: boolean;
  /** Says that more of the same search will be asked for: the server keeps it at hand. Needs what `update` needs. */
  readonly context?: boolean;
}

/** The result of an extended search. Where nothing was found, `min`, `max` and `all` are absent. */
export interface SearchResult extends ExtendedSearch {
  /** The command's own; {@link ExtendedSearch.addTo} and CANCELUPDATE name the search by it. */
  readonly tag: string;
}

/** SEARCH (or SORT) and its extended form; one that allows no RETURN is asked without. */
interface Kind {
  readonly extended: 'ESEARCH' | 'ESORT';
  readonly context: 'CONTEXT=SEARCH' | 'CONTEXT=SORT';
}

export const ofSearch: Kind = { extended: 'ESEARCH', context: 'CONTEXT=SEARCH' };
export const ofSort: Kind = { extended: 'ESORT', context: 'CONTEXT=SORT' };

/** What nothing here can take the place of. @throws RangeError where options contradict each other */
export function returnNeeds({ extended, context }: Kind, returns: SearchReturn = {}): string[] {
  const { partial, all, relevancy, save, update } = returns;
  const keepsAtHand = update === true || returns.context === true;
  if (partial !== undefined) {
    writtenPage(partial);
    if (all === true) throw new RangeError('A search gives all hits or a page of them, not both');
  }
  return [
    ...(relevancy === true ? ['SEARCH=FUZZY', extended] : []),
    // Without RETURN nothing is saved: `$` would go on standing for what an earlier search has found.
    ...(save === true ? ['SEARCHRES', extended] : []),
    // What is saved is the page that the server makes.
    ...(save === true && partial !== undefined ? [`PARTIAL or ${context}`] : []),
    ...(keepsAtHand ? [context, extended] : []),
  ];
}

const words = ['min', 'max', 'count', 'all', 'relevancy', 'save', 'update', 'context'] as const;

/** Writes the options, or nothing where the server knows none of them: then all hits come, and suffice. */
export function writeReturn(
  out: CommandWriter,
  { extended, context }: Kind,
  returns: SearchReturn = {},
  session: Session,
): void {
  if (!session.supports(extended)) return;
  const { partial } = returns;
  // CONTEXT has pages counted from the beginning; those from the end came with PARTIAL.
  const hasPages = session.supports('PARTIAL') || (session.supports(context) && (partial?.[0] ?? 0) > 0);
  out.raw('RETURN').list(() => {
    for (const word of words) if (returns[word] === true) out.atom(word.toUpperCase());
    if (partial === undefined) return;
    if (hasPages) out.atom('PARTIAL').raw(writtenPage(partial));
    else out.atom('ALL');
  });
}

export type FoundRow = ExtendedSearch | FoundNumbers;

/** quirk: search-for-esearch. Either answer is understood: Cyrus 2.4 has SEARCH where ESEARCH was asked for. */
export const found = {
  isWhole: true,
  collect: {
    SEARCH: readFoundNumbers,
    SORT: readFoundNumbers,
    ESEARCH: (line: Parameters<typeof readExtendedSearch>[0]): FoundRow => readExtendedSearch(line),
  },
  /** Another search's answer has another tag; changes of a result are told as events. */
  accepts: () => (row: FoundRow, tag: string) =>
    !('uid' in row) ||
    ((row.tag === null || row.tag === tag) && row.addTo === undefined && row.removeFrom === undefined),
};

/** Puts together what came, and what was asked for and did not. */
export function resultOf(
  rows: readonly FoundRow[],
  { response }: Completion,
  { uid, returns = {} }: { readonly uid: boolean; readonly returns?: SearchReturn },
  isSorted = false,
): SearchResult {
  const result: { -readonly [key in keyof SearchResult]: SearchResult[key] } = { uid, tag: response.tag };
  const numbers: number[] = [];
  let isWhole = false;
  for (const row of rows) {
    if ('uid' in row) Object.assign(result, row);
    else {
      isWhole = true;
      for (const number of row.numbers) numbers.push(number);
      if (row.modSeq !== null) result.modSeq = row.modSeq;
    }
  }
  result.tag = response.tag;
  const { partial } = returns;
  if (isWhole) Object.assign(result, summaryOf(numbers, returns, isSorted));
  else if (partial !== undefined && result.partial === undefined) {
    const all = result.all === undefined ? [] : expandSet(result.all);
    delete result.all;
    result.partial = pageOf(all, partial);
  }
  return result;
}

function summaryOf(
  numbers: readonly number[],
  { min, max, count, all, partial }: SearchReturn,
  isSorted: boolean,
): Partial<ExtendedSearch> {
  const order = isSorted ? numbers : numbers.toSorted((a, b) => a - b);
  const [first] = order;
  const last = order.at(-1);
  const wantsAll = all === true || [min, max, count, partial].every((option) => option === undefined);
  return {
    ...(min === true && first !== undefined ? { min: first } : {}),
    ...(max === true && last !== undefined ? { max: last } : {}),
    ...(count === true ? { count: order.length } : {}),
    ...(wantsAll && first !== undefined ? { all: setOf(order) } : {}),
    ...(partial === undefined ? {} : { partial: pageOf(order, partial) }),
  };
}

function pageOf(
  order: readonly number[],
  range: readonly [number, number],
): NonNullable<ExtendedSearch['partial']> {
  const ends = range.map((end) => (end > 0 ? end : order.length + end + 1));
  const page = order.slice(Math.max(0, Math.min(...ends) - 1), Math.max(0, ...ends));
  return { range, found: page.length === 0 ? null : setOf(page) };
}

/** A set in this order, as a sort needs it; runs upwards are joined. */
function setOf(order: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of order) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === number) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}:${last}`)).join(',');
}
