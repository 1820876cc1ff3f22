// SEARCH and UID SEARCH: which messages match (RFC 3501 6.4.4).
//
//   search = "SEARCH" [SP "CHARSET" SP astring] 1*(SP search-key)

import { readExtendedSearch, readSearch } from '../wire/search.ts';
import { ImapLimitError } from '../session/errors.ts';
import { countNumbers, parseSet, type NumberRange } from '../wire/set.ts';
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
  /** A server may name a million messages in a few octets: ranges are spelled out once all have come. */
  readonly found: readonly (number | NumberRange)[];
}

/** So many messages are given one by one. */
const MOST = 1_000_000;

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
    SEARCH: (line) => ({ tag: null, found: readSearch(line) }),
    // IMAP4rev2 answers SEARCH with it (RFC 9051 6.4.4); without ALL nothing was found.
    ESEARCH: (line) => {
      const { tag, all } = readExtendedSearch(line);
      return { tag, found: all === undefined ? [] : parseSet(all) };
    },
  },
  isWhole: true,
  accepts: () => (row, tag) => row.tag === null || row.tag === tag,
  // Exchange spreads a long answer over several lines.
  result: (rows) => numbersOf(rows.flatMap(({ found }) => found)),
});

function numbersOf(found: Found['found']): number[] {
  const numbers: number[] = [];
  for (const one of found) {
    if (typeof one === 'number') numbers.push(one);
    else if (numbers.length + countNumbers([one]) > MOST) throw tooMany();
    else for (let number = one[0]; number <= one[1]; number++) numbers.push(number);
  }
  return numbers;
}

function tooMany(): ImapLimitError {
  return new ImapLimitError(
    `SEARCH: more than ${MOST} messages match; look for fewer, or take searchExtended, which gives a set`,
    'found',
  );
}
