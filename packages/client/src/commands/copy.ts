// COPY and UID COPY: into another mailbox, all or nothing (RFC 3501 6.4.7). With UIDPLUS the server tells the new
// UIDs (RFC 4315).
//
//   copy = "COPY" SP sequence-set SP mailbox

import type { CopyUid } from '../wire/response-code.ts';
import type { SequenceSet } from '../wire/set.ts';
import { command } from './command.ts';
import { selected } from './states.ts';

export interface CopyArgs {
  readonly set: SequenceSet;
  readonly mailbox: string;
  /** Whether the set holds UIDs. */
  readonly uid: boolean;
}

export const copy = command<CopyArgs, never, CopyUid | null>({
  name: ({ uid }) => (uid ? 'UID COPY' : 'COPY'),
  states: selected,
  bySequence: ({ uid }) => !uid,
  send: (out, { set, mailbox }) => out.set(set).mailbox(mailbox),
  result: (_rows, { code }) => (code?.name === 'COPYUID' ? code : null),
});
