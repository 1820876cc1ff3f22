// LIST: mailboxes by pattern (RFC 3501 6.3.8).
//
//   list = "LIST" SP mailbox SP list-mailbox

import { readList, type ListedMailbox } from '../wire/list.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

/** Where to look and for what: `%` stops at the hierarchy's delimiter, `*` does not. */
export interface ListArgs {
  readonly reference: string;
  readonly pattern: string;
}

export const list = command<ListArgs, ListedMailbox, ListedMailbox[]>({
  name: 'LIST',
  repeatable: () => true,
  goOn: { key: ({ name }) => name },
  states: authenticated,
  send: (out, { reference, pattern }) => out.mailbox(reference).pattern(pattern),
  collect: { LIST: (line) => readList(line) },
  result: (rows) => rows,
});
