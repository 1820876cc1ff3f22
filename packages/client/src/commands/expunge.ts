// EXPUNGE: removes what is marked \Deleted (RFC 3501 6.4.3); UID EXPUNGE only those of a set (RFC 4315 2.1).
// The EXPUNGE responses go to the mailbox's state like those that come unasked.
//
//   expunge     = "EXPUNGE"
//   uid-expunge = "UID" SP "EXPUNGE" SP sequence-set

import type { SequenceSet } from '../wire/set.ts';
import { command } from './command.ts';
import { savedNeeds } from './saved.ts';
import { selected } from './states.ts';

export const expunge = command<{ readonly set: SequenceSet | undefined }, never, void>({
  name: ({ set }) => (set === undefined ? 'EXPUNGE' : 'UID EXPUNGE'),
  states: selected,
  repeatable: ({ set }) => set !== undefined && set !== '$',
  needs: ({ set }) => (set === undefined ? null : ['UIDPLUS', ...savedNeeds(set)]),
  send: (out, { set }) => {
    if (set !== undefined) out.set(set);
  },
  result: () => {},
});
