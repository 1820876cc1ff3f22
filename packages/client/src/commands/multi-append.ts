// MULTIAPPEND: several messages in one command, all of them or none (RFC 3502).
//
//   append = "APPEND" SP mailbox 1*(SP append-message)

import type { MailboxName } from '../wire/mailbox-name.ts';
import { appendedOf, writeMessage, type Appended, type AppendMessage } from './append.ts';
import { command } from './command.ts';
import { authenticated } from './states.ts';

export interface MultiAppendArgs {
  readonly mailbox: MailboxName;
  readonly messages: readonly AppendMessage[];
}

/** Gives where each message went, in their order; null where the server does not tell (UIDPLUS). */
export const multiAppend = command<MultiAppendArgs, never, Appended[] | null>({
  name: 'APPEND',
  states: authenticated,
  needs: ({ messages }) => (messages.length > 1 ? 'MULTIAPPEND' : null),
  send: (out, { mailbox, messages }, session) => {
    if (messages.length === 0) throw new RangeError('APPEND needs at least one message');
    out.mailbox(mailbox);
    for (const message of messages) {
      // An empty one is how a client calls everything off (RFC 3502 6.3.11).
      if (isEmpty(message)) throw new RangeError('A message to append cannot be empty');
      writeMessage(out, message, session);
    }
  },
  result: (_rows, done, { messages }) => {
    const appended = appendedOf(done);
    return appended.length === messages.length ? appended : null;
  },
});

function isEmpty({ message }: AppendMessage): boolean {
  return (message instanceof Uint8Array || typeof message === 'string' ? message.length : message.size) === 0;
}
