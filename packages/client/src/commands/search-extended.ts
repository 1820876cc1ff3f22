// SEARCH with RETURN: how many match, the first and the last of them, a page of them, rather than all (RFC 4731,
// RFC 9051 6.4.4; PARTIAL: RFC 9394; UPDATE: RFC 5267). Without ESEARCH the same is worked out from a plain SEARCH.
//
//   search = "SEARCH" [search-return-opts] SP search-program

import { command } from './command.ts';
import { countsBySequence, queryNeeds, usesSaved, writeCharset, writeQuery } from './search-query.ts';
import {
  found,
  ofSearch,
  resultOf,
  returnNeeds,
  writeReturn,
  type FoundRow,
  type SearchResult,
  type SearchReturn,
} from './search-return.ts';
import type { SearchArgs } from './search.ts';
import { selected } from './states.ts';

export interface SearchExtendedArgs extends SearchArgs {
  readonly returns?: SearchReturn;
}

export const searchExtended = command<SearchExtendedArgs, FoundRow, SearchResult>({
  name: ({ uid }) => (uid ? 'UID SEARCH' : 'SEARCH'),
  states: selected,
  needs: ({ query, returns }) => [...returnNeeds(ofSearch, returns), ...queryNeeds(query)],
  repeatable: ({ query, returns = {} }) =>
    returns.save !== true && returns.update !== true && !usesSaved(query),
  bySequence: ({ uid, query }) => !uid || countsBySequence(query),
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { query, returns }, session) => {
    writeReturn(out, ofSearch, returns, session);
    writeCharset(out, query, session.utf8);
    writeQuery(out, query);
  },
  ...found,
  result: (rows, done, args) => resultOf(rows, done, args),
});
