// MOVE where the server has it (RFC 6851), else COPY, \Deleted and UID EXPUNGE. The destructive steps wait for the
// copy, and reach only what it has confirmed: where it fails or says nothing, nothing is deleted.

import { copy, type CopyArgs } from '../commands/copy.ts';
import { expunge } from '../commands/expunge.ts';
import { move as moveCommand } from '../commands/move.ts';
import { search } from '../commands/search.ts';
import { store } from '../commands/store.ts';
import { run, type RunOptions } from '../commands/command.ts';
import { ImapCapabilityError } from '../session/errors.ts';
import { nameOf } from '../wire/mailbox-name.ts';
import type { CopyUid } from '../wire/response-code.ts';
import type { ClientRunner } from './client-runner.ts';

/** Moves messages into another mailbox; gives their UIDs before and after where the server tells. */
export async function move(
  runner: ClientRunner,
  args: CopyArgs,
  options: RunOptions,
): Promise<CopyUid | null> {
  const { session } = runner;
  if (session.supports('MOVE')) return run(runner, moveCommand, args, options);
  // A plain EXPUNGE would also remove what others have marked.
  if (!session.supports('UIDPLUS')) throw new ImapCapabilityError('Moving messages', 'MOVE or UIDPLUS');
  if (!args.uid) throw new ImapCapabilityError('Moving messages by sequence number', 'MOVE', 'use UIDs');

  // Another call may select another mailbox between two steps, where the same UIDs are other messages.
  let stillSelected: (() => void) | null = null;
  const check = (): void => {
    stillSelected ??= runner.selection.stillSelected(
      `The messages are in ${nameOf(args.mailbox)}, but not deleted`,
    );
    stillSelected();
  };
  const step = { ...options, check };
  const copied = await run(runner, copy, args, step);
  if (copied === null) {
    // A message that came meanwhile may be in the set, and was not copied.
    const left = await run(runner, search, { query: { uid: args.set }, uid: true }, step);
    if (left.length === 0) return null;
    const undone = `Deleting what was copied to ${nameOf(args.mailbox)}`;
    throw new ImapCapabilityError(undone, 'COPYUID in the answer', 'the messages are in both mailboxes now');
  }
  if (copied.source.length === 0) return copied;
  await run(runner, store, { set: copied.source, uid: true, change: { add: ['\\Deleted'] } }, step);
  await run(runner, expunge, { set: copied.source }, step);
  return copied;
}
