// Many mailboxes asked at once: rows in the order in which the answers come. What one mailbox refuses is its own row;
// what concerns the connection ends the loop, after a second try on another one: nothing here changes anything.

import { ImapCommandError } from '../session/errors.ts';
import type { SearchQuery } from '../commands/search.ts';
import type { StatusItem } from '../commands/status.ts';
import { abortable } from '../transport/abort.ts';
import type { MailboxStatus } from '../wire/status.ts';
import { borrowed, openMailbox, type Lending } from './pool-lending.ts';

/** What the server refuses to tell of one mailbox. */
export interface MailboxRefusal {
  readonly mailbox: string;
  readonly error: ImapCommandError;
}

/** The counts of one mailbox, or why there are none. */
export type StatusRow =
  | { readonly mailbox: string; readonly status: MailboxStatus; readonly error: null }
  | MailboxRefusal;

/** What was found in one mailbox, or why nothing could be looked for. */
export type SearchRow =
  | {
      readonly mailbox: string;
      readonly uidValidity: number;
      readonly uids: readonly number[];
      readonly error: null;
    }
  | MailboxRefusal;

/** So many STATUS commands are on their way at once: the line never falls idle, and nobody waits long behind them. */
const PIPELINED = 20;

/** STATUS of each mailbox, several on their way at once. */
export async function* statusRows(
  lending: Lending,
  mailboxes: readonly string[],
  items: readonly StatusItem[],
  signal: AbortSignal,
): AsyncGenerator<StatusRow, void, undefined> {
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < mailboxes.length; at += PIPELINED) batches.push(mailboxes.slice(at, at + PIPELINED));
  const ask = (batch: readonly string[]): Promise<StatusRow[]> =>
    borrowed(lending, { mailbox: null, readOnly: true }, signal, (client) => {
      const asked = Promise.all(
        batch.map((mailbox) =>
          refusable(mailbox, async () => {
            const status = await client.status(mailbox, items);
            return { mailbox, status, error: null };
          }),
        ),
      );
      return abortable(asked, signal); // one listener for all of them
    });
  for await (const rows of asTheyCome(batches, lending, ask)) yield* rows;
}

/** SEARCH in each mailbox, one for each connection at once. */
export async function* searchRows(
  lending: Lending,
  mailboxes: readonly string[],
  query: SearchQuery,
  signal: AbortSignal,
): AsyncGenerator<SearchRow, void, undefined> {
  const ask = (mailbox: string): Promise<SearchRow> => {
    const wanted = { mailbox, readOnly: true };
    return borrowed(lending, wanted, signal, (client) =>
      refusable(mailbox, async () => {
        await openMailbox(client, wanted, signal);
        const uids = await client.search(query, { signal });
        return { mailbox, uidValidity: client.mailbox!.uidValidity, uids, error: null };
      }),
    );
  };
  yield* asTheyCome(mailboxes, lending, ask);
}

async function refusable<Row>(mailbox: string, ask: () => Promise<Row>): Promise<Row | MailboxRefusal> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ImapCommandError) return { mailbox, error };
    throw error;
  }
}

/** As many at once as there may be connections, begun as their rows are taken. */
async function* asTheyCome<Asked, Row>(
  asked: readonly Asked[],
  { most }: { readonly most: number },
  ask: (one: Asked) => Promise<Row>,
): AsyncGenerator<Row, void, undefined> {
  const running = new Set<Promise<Row>>();
  let next = 0;
  for (;;) {
    while (running.size < most && next < asked.length) running.add(ask(asked[next++]!));
    if (running.size === 0) return;
    const [done, row] = await Promise.race(Array.from(running, async (one) => [one, await one] as const));
    running.delete(done);
    yield row;
  }
}
