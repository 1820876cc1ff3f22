// SORT with RETURN: the first ones in order, a page of them, or how many there are (RFC 5267; PARTIAL: RFC 9394).
// Without ESORT the same is worked out from a plain SORT.
//
//   sort = "SORT" [search-return-opts] SP sort-criteria SP charset SP search-program

import { command } from './command.ts';
import { countsBySequence, usesSaved } from './search-query.ts';
import {
  found,
  ofSort,
  resultOf,
  returnNeeds,
  writeReturn,
  type FoundRow,
  type SearchResult,
  type SearchReturn,
} from './search-return.ts';
import { sortNeeds, writeSort, type SortArgs } from './sort.ts';
import { selected } from './states.ts';

export interface SortExtendedArgs extends SortArgs {
  readonly returns?: SearchReturn;
}

/** `all` and `partial` are in the order of the sort: `expandSet` keeps it. */
export const sortExtended = command<SortExtendedArgs, FoundRow, SearchResult>({
  name: ({ uid }) => (uid ? 'UID SORT' : 'SORT'),
  states: selected,
  needs: (args) => ['SORT', ...returnNeeds(ofSort, args.returns), ...sortNeeds(args)],
  repeatable: ({ query, returns = {} }) =>
    returns.save !== true && returns.update !== true && !usesSaved(query),
  bySequence: ({ uid, query }) => !uid || countsBySequence(query),
  keepsNumbers: ({ uid }) => !uid,
  send: (out, args, session) => {
    writeReturn(out, ofSort, args.returns, session);
    writeSort(out, args);
  },
  ...found,
  result: (rows, done, args) => resultOf(rows, done, args, true),
});
