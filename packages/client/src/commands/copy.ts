// COPY and UID COPY: into another mailbox, all or nothing (RFC 3501 6.4.7). With UIDPLUS the server tells the new
// UIDs (RFC 4315).
//
//   copy = "COPY" SP sequence-set SP mailbox

import type { Completion } from '../session/request.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import type { ResponseReader } from '../wire/reader.ts';
import { readStatusText, type StatusText } from '../wire/response.ts';
import type { CopyUid } from '../wire/response-code.ts';
import type { SequenceSet } from '../wire/set.ts';
import { command } from './command.ts';
import { savedNeeds } from './saved.ts';
import { selected } from './states.ts';

export interface CopyArgs {
  readonly set: SequenceSet;
  readonly mailbox: MailboxName;
  /** Whether the set holds UIDs. */
  readonly uid: boolean;
}

/** COPYUID belongs to the tagged OK; Exchange, and MOVE everywhere, have it in an untagged one. */
export const copyUid = {
  collect: { OK: (line: ResponseReader): CopyUid | null => copyUidIn(readStatusText(line)) },
  accepts: () => (row: CopyUid | null) => row !== null,
  result: (rows: readonly (CopyUid | null)[], done: Completion): CopyUid | null =>
    spelledOut(copyUidIn(done) ?? rows[0] ?? null),
};

function copyUidIn({ code }: StatusText): CopyUid | null {
  return code?.name === 'COPYUID' ? code : null;
}

/** The code makes its lists of UIDs anew each time that they are looked at. */
function spelledOut(told: CopyUid | null): CopyUid | null {
  if (told === null) return null;
  const { uidValidity, source, destination } = told;
  return { uidValidity, source, destination };
}

export const copy = command<CopyArgs, CopyUid | null, CopyUid | null>({
  name: ({ uid }) => (uid ? 'UID COPY' : 'COPY'),
  states: selected,
  needs: ({ set }) => savedNeeds(set),
  bySequence: ({ uid }) => !uid,
  send: (out, { set, mailbox }) => out.set(set).mailbox(mailbox),
  ...copyUid,
});
