// ESEARCH: a search over several mailboxes, none of which need be selected (RFC 7377). Each one in which something was
// found is a row.
//
//   esearch      = "ESEARCH" SP "IN" SP "(" source-mbox ")" [search-return-opts] SP search-program
//   filter-mailboxes = "selected" / "selected-delayed" / "inboxes" / "personal" / "subscribed" /
//                      ("subtree" / "subtree-one" / "mailboxes") SP one-or-more-mailbox

import type { MailboxName } from '../wire/mailbox-name.ts';
import { readExtendedSearch, type ExtendedSearch } from '../wire/search.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import {
  countsBySequence,
  queryNeeds,
  usesSaved,
  writeCharset,
  writeQuery,
  type SearchQuery,
} from './search-query.ts';
import { ofSearch, returnNeeds, writeReturn, type SearchReturn } from './search-return.ts';
import { authenticated } from './states.ts';

/** Where to search: mailboxes of a kind, those that are named, or those and what is below them. */
export type SearchSource =
  | 'selected'
  | 'selected-delayed'
  | 'inboxes'
  | 'personal'
  | 'subscribed'
  | { readonly mailboxes: readonly MailboxName[] }
  | { readonly subtree: readonly MailboxName[] }
  /** And what is one level below. */
  | { readonly subtreeOne: readonly MailboxName[] };

export interface MultiSearchArgs {
  readonly sources: readonly SearchSource[];
  readonly query: SearchQuery;
  readonly returns?: Omit<SearchReturn, 'save'>;
}

/** Rows have `mailbox` and `uidValidity`; the numbers are UIDs. */
export const multiSearch = command<MultiSearchArgs, ExtendedSearch, ExtendedSearch[]>({
  name: 'ESEARCH',
  states: authenticated,
  needs: ({ query, returns }) => [
    'MULTISEARCH',
    ...(returns?.partial === undefined ? [] : ['PARTIAL or CONTEXT=SEARCH']),
    ...returnNeeds(ofSearch, returns),
    ...queryNeeds(query),
  ],
  repeatable: ({ query, returns }) => returns?.update !== true && !usesSaved(query),
  bySequence: ({ query }) => countsBySequence(query),
  send: (out, { sources, query, returns }, session) => {
    if (sources.length === 0) throw new RangeError('ESEARCH needs at least one place to search');
    out.raw('IN').list(() => sources.forEach((source) => writeSource(out, source)));
    writeReturn(out, ofSearch, returns, session);
    writeCharset(out, query, session.utf8);
    writeQuery(out, query);
  },
  collect: { ESEARCH: (line) => readExtendedSearch(line) },
  isWhole: true,
  accepts: () => (row, tag) => row.tag === tag && row.addTo === undefined && row.removeFrom === undefined,
  result: (rows) => rows,
});

function writeSource(out: CommandWriter, source: SearchSource): void {
  if (typeof source === 'string') {
    out.atom(source);
    return;
  }
  const [word, names] =
    'mailboxes' in source
      ? ['mailboxes', source.mailboxes]
      : 'subtree' in source
        ? ['subtree', source.subtree]
        : ['subtree-one', source.subtreeOne];
  if (names.length === 0) throw new RangeError(`ESEARCH in ${word} needs the name of a mailbox`);
  out.atom(word).list(() => names.forEach((name) => out.mailbox(name)));
}
