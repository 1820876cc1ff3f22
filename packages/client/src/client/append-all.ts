// Several messages at once: all or nothing where the server can (MULTIAPPEND, RFC 3502), else one by one without
// waiting in between, and then it is told which are there.

import { append, type Appended, type AppendMessage } from '../commands/append.ts';
import { multiAppend } from '../commands/multi-append.ts';
import type { MailboxName } from '../wire/mailbox-name.ts';
import type { ImapClient } from './client.ts';
import type { CallOptions } from './types.ts';

/** How one message of several fared: stored, where to as far as the server tells; or not, and why. */
export type AppendOutcome =
  | { readonly stored: true; readonly appended: Appended | null }
  | { readonly stored: false; readonly error: unknown };

/** Some of the messages were not stored. */
export class ImapAppendAllError extends Error {
  override readonly name = 'ImapAppendAllError';
  /** One for each message, in their order. Where the connection was lost, the server may have stored more than is known. */
  readonly outcomes: readonly AppendOutcome[];

  constructor(outcomes: readonly AppendOutcome[]) {
    const failed = outcomes.filter((outcome) => !outcome.stored);
    const why = failed[0]?.error;
    super(
      `${failed.length} of ${outcomes.length} messages were not stored: ${why instanceof Error ? why.message : String(why)}`,
      { cause: why },
    );
    this.outcomes = outcomes;
  }
}

/**
 * Stores messages in a mailbox; gives where each went, null where the server does not tell (UIDPLUS).
 *
 * @throws ImapCommandError where the server stores all or nothing and has refused; ImapAppendAllError, which says which
 *   are there, where it cannot
 */
export async function appendAll(
  client: ImapClient,
  mailbox: MailboxName,
  messages: readonly AppendMessage[],
  options: CallOptions = {},
): Promise<(Appended | null)[]> {
  if (messages.length === 0) return [];
  if (client.capabilities.has('MULTIAPPEND')) {
    const appended = await client.run(multiAppend, { mailbox, messages }, options);
    return messages.map((_message, index) => appended?.[index] ?? null);
  }
  const outcomes = await Promise.all(
    messages.map(async (message): Promise<AppendOutcome> => {
      try {
        return { stored: true, appended: await client.run(append, { ...message, mailbox }, options) };
      } catch (error) {
        return { stored: false, error };
      }
    }),
  );
  if (outcomes.some((outcome) => !outcome.stored)) throw new ImapAppendAllError(outcomes);
  return outcomes.map((outcome) => (outcome.stored ? outcome.appended : null));
}
