// MOVE and UID MOVE: copies and expunges in one step (RFC 6851). COPYUID comes in an untagged OK before the
// expunges, or, from some servers, with the tagged one.
//
//   move = "MOVE" SP sequence-set SP mailbox

import type { CopyUid } from '../wire/response-code.ts';
import { command } from './command.ts';
import { copyUid, type CopyArgs } from './copy.ts';
import { savedNeeds } from './saved.ts';
import { selected } from './states.ts';

export const move = command<CopyArgs, CopyUid | null, CopyUid | null>({
  name: ({ uid }) => (uid ? 'UID MOVE' : 'MOVE'),
  states: selected,
  needs: ({ set }) => ['MOVE', ...savedNeeds(set)],
  bySequence: ({ uid }) => !uid,
  send: (out, { set, mailbox }) => out.set(set).mailbox(mailbox),
  ...copyUid,
});
