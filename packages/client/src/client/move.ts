// MOVE where the server has it (RFC 6851), else COPY, \Deleted and UID EXPUNGE. The destructive steps wait for the
// copy: where it fails, nothing is deleted.

import { copy, type CopyArgs } from '../commands/copy.ts';
import { expunge } from '../commands/expunge.ts';
import { move as moveCommand } from '../commands/move.ts';
import { store } from '../commands/store.ts';
import { run, type Runner, type RunOptions } from '../commands/command.ts';
import { ImapCapabilityError } from '../session/errors.ts';
import type { CopyUid } from '../wire/response-code.ts';

/** Moves messages into another mailbox; gives their UIDs before and after where the server tells. */
export async function move(runner: Runner, args: CopyArgs, options: RunOptions): Promise<CopyUid | null> {
  const { capabilities } = runner.session;
  if (capabilities.has('MOVE')) return run(runner, moveCommand, args, options);
  // A plain EXPUNGE would also remove what others have marked.
  if (!capabilities.has('UIDPLUS')) throw new ImapCapabilityError('Moving messages', 'MOVE or UIDPLUS');
  if (!args.uid) throw new ImapCapabilityError('Moving messages by sequence number', 'MOVE');
  const copied = await run(runner, copy, args, options);
  // Only what the server has confirmed; the set may name messages that are gone.
  const set = copied === null || copied.source.length === 0 ? args.set : copied.source;
  await run(runner, store, { set, uid: true, change: { add: ['\\Deleted'] } }, options);
  await run(runner, expunge, { set }, options);
  return copied;
}
