// UNSELECT where the server has it (RFC 3691), else EXAMINE and CLOSE: CLOSE expunges nothing in a mailbox that is open
// for reading only (RFC 3501 6.4.2).

import { close } from '../commands/close.ts';
import { run, type RunOptions } from '../commands/command.ts';
import { select } from '../commands/select.ts';
import { unselect as unselectCommand } from '../commands/unselect.ts';
import { ImapStateError } from '../session/errors.ts';
import type { ClientRunner } from './client-runner.ts';

/** Leaves the mailbox; nothing is expunged. */
export async function unselect(runner: ClientRunner, options: RunOptions = {}): Promise<void> {
  const { selection, session } = runner;
  if (session.supports('UNSELECT') || selection.mailbox === null) {
    return run(runner, unselectCommand, undefined, options);
  }
  const { mailbox } = selection;
  const examined = select(runner, { mailbox, readOnly: true }, selection.opening(mailbox), options);
  const check = (): void => {
    if (selection.mailbox?.readOnly !== true)
      throw new ImapStateError(`${mailbox.name} could not be left unchanged`);
  };
  // Queued at once: no other call comes in between.
  const [opened, closed] = await Promise.allSettled([
    examined,
    run(runner, close, undefined, { ...options, check }),
  ]);
  // A mailbox that cannot be opened again (it is gone, say) has been left all the same.
  if (closed.status === 'fulfilled' || session.state === 'authenticated') return;
  throw opened.status === 'rejected' ? opened.reason : closed.reason;
}
