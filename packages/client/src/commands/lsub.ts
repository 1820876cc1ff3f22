// LSUB: subscribed mailboxes by pattern (RFC 3501 6.3.9). RFC 9051 has LIST (SUBSCRIBED) instead.
//
//   lsub = "LSUB" SP mailbox SP list-mailbox

import { readList, type ListedMailbox } from '../wire/list.ts';
import { command } from './command.ts';
import type { ListArgs } from './list.ts';
import { authenticated } from './states.ts';

export const lsub = command<ListArgs, ListedMailbox, ListedMailbox[]>({
  name: 'LSUB',
  repeatable: () => true,
  goOn: { key: ({ name }) => name },
  states: authenticated,
  send: (out, { reference, pattern }) => out.mailbox(reference).pattern(pattern),
  collect: { LSUB: (line) => readList(line) },
  result: (rows) => rows,
});
