// MOVE and UID MOVE: copies and expunges in one step (RFC 6851). COPYUID comes in an untagged OK before the
// expunges, or, from some servers, with the tagged one.
//
//   move = "MOVE" SP sequence-set SP mailbox

import { readStatusText } from '../wire/response.ts';
import type { CopyUid } from '../wire/response-code.ts';
import { command } from './command.ts';
import type { CopyArgs } from './copy.ts';
import { selected } from './states.ts';

export const move = command<CopyArgs, CopyUid | null, CopyUid | null>({
  name: ({ uid }) => (uid ? 'UID MOVE' : 'MOVE'),
  states: selected,
  needs: () => 'MOVE',
  // Unlike COPY it can expunge, so not even other commands by number may run beside it.
  bySequence: ({ uid }) => !uid,
  barrier: false,
  send: (out, { set, mailbox }) => out.set(set).mailbox(mailbox),
  collect: {
    OK: (line) => {
      const { code } = readStatusText(line);
      return code?.name === 'COPYUID' ? code : null;
    },
  },
  accepts: (row) => row !== null,
  result: (rows, { code }) => rows[0] ?? (code?.name === 'COPYUID' ? code : null),
});
