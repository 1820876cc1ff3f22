// SELECT and EXAMINE: opens a mailbox, the second one for reading only (RFC 3501 6.3.1, 6.3.2).
//
//   select  = "SELECT" SP mailbox
//   examine = "EXAMINE" SP mailbox

import { ImapCommandError } from '../session/errors.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import { codeName } from '../wire/response-code.ts';
import type { Response } from '../wire/response.ts';
import type { Runner, RunOptions } from './command.ts';
import { authenticated } from './states.ts';

/** What the answer to SELECT is made of; also sent at any later time when something changes. */
const mailboxData = new Set(['FLAGS', 'EXISTS', 'RECENT', 'OK']);

/** Who keeps the state of the mailbox that is being opened. */
export interface Opening {
  /** A response that tells of the mailbox. */
  take(response: Response): void;
  /** The tagged OK: from here on the mailbox is the selected one. After NO or BAD none is, see {@link Runner.leave}. */
  opened(readOnly: boolean): void;
}

/** Opens a mailbox, telling `opening` what the server says of it. */
export async function select(
  runner: Runner,
  args: { readonly mailbox: MailboxName; readonly readOnly: boolean },
  opening: Opening,
  options: RunOptions = {},
): Promise<void> {
  const { session } = runner;
  const name = args.readOnly ? 'EXAMINE' : 'SELECT';
  const done = await session.execute({
    name,
    states: authenticated,
    barrier: true,
    write: (out) => out.atom(name).mailbox(args.mailbox),
    collect: (response) => {
      if (!mailboxData.has(response.name)) return false;
      try {
        opening.take(response);
      } catch (error) {
        runner.warn(error, response);
      }
      return true;
    },
    completed: ({ status, code }) => {
      if (status !== 'OK') return runner.leave();
      session.enter('selected');
      opening.opened(args.readOnly || (code !== null && codeName(code) === 'READ-ONLY'));
    },
    signal: options.signal,
  });
  runner.answered(done);
  if (done.status !== 'OK') throw new ImapCommandError(name, done.status, done.code, done.text);
}
