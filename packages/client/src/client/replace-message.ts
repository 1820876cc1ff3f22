// A message in the place of another one, such as the next version of a draft: REPLACE where the server has it (RFC
// 8508), else APPEND, then \Deleted and UID EXPUNGE. The old one goes only when the new one is known to be there.

import { append, type Appended, type AppendMessage } from '../commands/append.ts';
import { expunge } from '../commands/expunge.ts';
import { replace } from '../commands/replace.ts';
import { store } from '../commands/store.ts';
import type { Command } from '../commands/command.ts';
import { ImapCapabilityError, ImapStateError } from '../session/errors.ts';
import { mailboxKey, nameOf, type MailboxName } from '../wire/mailbox-name.ts';
import type { ImapClient } from './client.ts';
import type { CallOptions } from './types.ts';

/** What {@link replaceMessage} is told. */
export interface ReplaceMessage extends AppendMessage {
  /** Where the new one goes; the selected mailbox, where absent. */
  readonly mailbox?: MailboxName | undefined;
}

/**
 * Stores a message in the place of the one with this UID in the selected mailbox; gives where it went.
 *
 * @throws ImapCapabilityError where the server has neither REPLACE nor UIDPLUS (nothing is sent), or has not confirmed
 *   the new message (both are there then)
 */
export async function replaceMessage(
  client: ImapClient,
  uid: number,
  { mailbox, ...message }: ReplaceMessage,
  options: CallOptions = {},
): Promise<Appended | null> {
  const before = client.mailbox;
  if (before === null) throw new ImapStateError('Replacing a message is possible only in a selected mailbox');
  const target = mailbox ?? before;
  const undone = `Deleting message ${uid}, whose replacement is in ${nameOf(target)},`;
  /** Another mailbox may be selected by the time a step has its turn, where the same UID is another message. */
  const here = <Args, Row, Result>(
    definition: Command<Args, Row, Result>,
    what: string,
  ): Command<Args, Row, Result> => ({
    ...definition,
    send: (out, args, session) => {
      const now = client.mailbox;
      if (now === null || mailboxKey(now) !== mailboxKey(before) || now.uidValidity !== before.uidValidity)
        throw new ImapStateError(`${what} was not done: ${before.name} is no longer selected`);
      definition.send?.(out, args, session);
    },
  });

  if (client.capabilities.has('REPLACE')) {
    const step = here(replace, `Replacing message ${uid}`);
    return client.run(step, { ...message, mailbox: target, number: uid, uid: true }, options);
  }
  if (!client.capabilities.has('UIDPLUS') && !client.capabilities.has('IMAP4REV2'))
    throw new ImapCapabilityError('Replacing a message', 'REPLACE or UIDPLUS');
  const appended = await client.run(append, { ...message, mailbox: target }, options);
  if (appended === null)
    throw new ImapCapabilityError(undone, 'APPENDUID in the answer', 'both messages are there now');
  const flagged = { set: uid, uid: true, change: { add: ['\\Deleted'] } } as const;
  await client.run(here(store, undone), flagged, options);
  await client.run(here(expunge, undone), { set: uid }, options);
  return appended;
}
