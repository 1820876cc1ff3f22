// SORT and UID SORT: which messages match, in order (RFC 5256; DISPLAYFROM and DISPLAYTO: RFC 5957).
//
//   sort          = "SORT" SP sort-criteria SP charset SP search-program
//   sort-criteria = "(" sort-criterion *(SP sort-criterion) ")"
//   sort-criterion = ["REVERSE" SP] sort-key

import { readSearch } from '../wire/search.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import { countsBySequence, queryNeeds, usesSaved, writeQuery } from './search-query.ts';
import type { SearchArgs } from './search.ts';
import { selected } from './states.ts';

/** What to sort by. `arrival` is the internal date; `from`, `to` and `cc` are the mailbox part of the first address. */
export type SortKey =
  | 'arrival'
  | 'cc'
  | 'date'
  | 'from'
  | 'size'
  | 'subject'
  | 'to'
  | 'displayFrom'
  | 'displayTo'
  /** The best matches first; needs SEARCH=FUZZY. */
  | 'relevancy';

/** A key, upwards or downwards. */
export type SortCriterion = SortKey | { readonly reverse: SortKey };

export interface SortArgs extends SearchArgs {
  /** The first one decides; the next ones where it finds no difference. */
  readonly criteria: readonly SortCriterion[];
}

export const sort = command<SortArgs, number[], number[]>({
  name: ({ uid }) => (uid ? 'UID SORT' : 'SORT'),
  states: selected,
  needs: (args) => ['SORT', ...sortNeeds(args)],
  repeatable: ({ query }) => !usesSaved(query),
  bySequence: ({ uid, query }) => !uid || countsBySequence(query),
  keepsNumbers: ({ uid }) => !uid,
  send: writeSort,
  collect: { SORT: (line) => readSearch(line) },
  isWhole: true,
  result: (rows) => rows.flat(),
});

/** What a sort needs beyond SORT. */
export function sortNeeds({ criteria, query }: SortArgs): string[] {
  const keys = criteria.map(keyOf);
  return [
    ...(keys.includes('displayFrom') || keys.includes('displayTo') ? ['SORT=DISPLAY'] : []),
    ...(keys.includes('relevancy') ? ['SEARCH=FUZZY'] : []),
    ...queryNeeds(query),
  ];
}

/** Writes criteria, character set and keys. */
export function writeSort(out: CommandWriter, { criteria, query }: SortArgs): void {
  if (criteria.length === 0)
    throw new RangeError('SORT needs at least one criterion: date, from, subject, …');
  out.list(() => {
    for (const criterion of criteria) {
      if (typeof criterion !== 'string') out.atom('REVERSE');
      out.atom(keyOf(criterion).toUpperCase());
    }
  });
  writeQuery(out.atom('UTF-8'), query);
}

/** The key, whatever its direction. */
export function keyOf(criterion: SortCriterion): SortKey {
  return typeof criterion === 'string' ? criterion : criterion.reverse;
}
