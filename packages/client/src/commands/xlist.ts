// XLIST: LIST with special uses, as old Gmail and its followers have it. RFC 6154 replaces it.
//
//   xlist = "XLIST" SP mailbox SP list-mailbox

import { readList, type ListedMailbox } from '../wire/list.ts';
import { command } from './command.ts';
import type { ListArgs } from './list.ts';
import { authenticated } from './states.ts';

/** Attributes come as they are: `\Inbox`, `\AllMail`, `\Spam`, `\Starred`; {@link specialUse} knows them. */
export const xlist = command<ListArgs, ListedMailbox, ListedMailbox[]>({
  name: 'XLIST',
  states: authenticated,
  repeatable: () => true,
  needs: () => 'XLIST',
  send: (out, { reference, pattern }) => out.mailbox(reference).pattern(pattern),
  collect: { XLIST: (line) => readList(line) },
  result: (rows) => rows,
});
