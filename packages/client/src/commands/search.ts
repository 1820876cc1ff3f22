// SEARCH and UID SEARCH: which messages match (RFC 3501 6.4.4).
//
//   search = "SEARCH" [SP "CHARSET" SP astring] 1*(SP search-key)

import { readExtendedSearch, readSearch } from '../wire/search.ts';
import { expandSet } from '../wire/set.ts';
import { command } from './command.ts';
import {
  countsBySequence,
  queryNeeds,
  usesSaved,
  writeCharset,
  writeQuery,
  type SearchQuery,
} from './search-query.ts';
import { selected } from './states.ts';

export { type ModSeqOfFlag, type SearchQuery } from './search-query.ts';

export interface SearchArgs {
  readonly query: SearchQuery;
  /** Whether the answer is UIDs. */
  readonly uid: boolean;
}

interface Found {
  /** Of the command that it answers, where the server says. */
  readonly tag: string | null;
  readonly numbers: number[];
}

export const search = command<SearchArgs, Found, number[]>({
  name: ({ uid }) => (uid ? 'UID SEARCH' : 'SEARCH'),
  states: selected,
  needs: ({ query }) => queryNeeds(query),
  repeatable: ({ query }) => !usesSaved(query),
  bySequence: ({ uid, query }) => !uid || countsBySequence(query),
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { query }, { utf8 }) => {
    writeCharset(out, query, utf8);
    writeQuery(out, query);
  },
  collect: {
    SEARCH: (line) => ({ tag: null, numbers: readSearch(line) }),
    // IMAP4rev2 answers SEARCH with it (RFC 9051 6.4.4); without ALL nothing was found.
    ESEARCH: (line) => {
      const { tag, all } = readExtendedSearch(line);
      return { tag, numbers: all === undefined ? [] : expandSet(all) };
    },
  },
  accepts: () => (found, tag) => found.tag === null || found.tag === tag,
  // Exchange spreads a long answer over several lines.
  result: (rows) => rows.flatMap(({ numbers }) => numbers),
});
