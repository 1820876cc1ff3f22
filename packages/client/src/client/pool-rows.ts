// Many mailboxes asked at once: rows in the order in which the answers come. What one mailbox refuses is its own row;
// what concerns the connection ends the loop, after a second try on another one: nothing here changes anything.

import { ImapAnswerError } from '../commands/answer-error.ts';
import { ImapCapabilityError, ImapCommandError, ImapLimitError } from '../session/errors.ts';
import { multiSearch } from '../commands/multi-search.ts';
import type { SearchQuery } from '../commands/search.ts';
import type { StatusItem } from '../commands/status.ts';
import { abortable } from '../transport/abort.ts';
import type { ExtendedSearch } from '../wire/search.ts';
import { expandSet } from '../wire/set.ts';
import type { MailboxStatus } from '../wire/status.ts';
import { borrowed, keyOf, openMailbox, type Lending } from './pool-lending.ts';

/** What the server refuses to tell of one mailbox, or tells in a way that cannot be read, or at too great a length. */
export interface MailboxRefusal {
  readonly mailbox: string;
  readonly error: ImapCommandError | ImapAnswerError | ImapLimitError;
}

/** The counts of one mailbox, or why there are none. */
export type StatusRow =
  | { readonly mailbox: string; readonly status: MailboxStatus; readonly error: null }
  | MailboxRefusal;

/** What was found in one mailbox, or why nothing could be looked for. */
export type SearchRow =
  | {
      readonly mailbox: string;
      /** Null where nothing was found by a server that then says nothing of the mailbox (MULTISEARCH). */
      readonly uidValidity: number | null;
      readonly uids: readonly number[];
      readonly error: null;
    }
  | MailboxRefusal;

/** So many mailboxes are asked about at once: the line never falls idle, and nobody waits long behind them. */
const PIPELINED = 20;

/** STATUS of each mailbox, several on their way at once. */
export async function* statusRows(
  lending: Lending,
  mailboxes: readonly string[],
  items: readonly StatusItem[],
  signal: AbortSignal,
): AsyncGenerator<StatusRow, void, undefined> {
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
  for await (const rows of asTheyCome(batchesOf(mailboxes), lending, ask)) yield* rows;
}

/** One ESEARCH for many mailboxes where the server has MULTISEARCH, else SEARCH in each, one for each connection. */
export async function* searchRows(
  lending: Lending,
  mailboxes: readonly string[],
  query: SearchQuery,
  signal: AbortSignal,
): AsyncGenerator<SearchRow, void, undefined> {
  const one = (mailbox: string): Promise<SearchRow> => {
    const wanted = { mailbox, readOnly: true };
    return borrowed(lending, wanted, signal, (client) =>
      refusable(mailbox, async () => {
        await openMailbox(client, wanted, signal);
        const uids = await client.search(query, { signal });
        return { mailbox, uidValidity: client.mailbox?.uidValidity ?? null, uids, error: null };
      }),
    );
  };
  if (!(await hasMultiSearch(lending, signal))) return yield* asTheyCome(mailboxes, lending, one);
  const many = (batch: readonly string[]): Promise<SearchRow[] | readonly string[]> =>
    borrowed(lending, { mailbox: null, readOnly: true }, signal, async (client) => {
      const sources = [{ mailboxes: batch }];
      try {
        const found = await client.run(multiSearch, { sources, query, returns: { all: true } }, { signal });
        return searchedAtOnce(batch, found);
      } catch (error) {
        if (isOfMailbox(error) || error instanceof ImapCapabilityError) return batch;
        throw error;
      }
    });
  for await (const rows of asTheyCome(batchesOf(mailboxes), lending, many)) {
    for (const row of rows) {
      // Refused for all of them: each is asked by itself.
      if (typeof row === 'string') yield await one(row);
      else yield row;
    }
  }
}

function hasMultiSearch(lending: Lending, signal: AbortSignal): Promise<boolean> {
  const wanted = { mailbox: null, readOnly: true };
  return borrowed(lending, wanted, signal, async (client) => client.capabilities.has('MULTISEARCH'));
}

/** A row for each mailbox; the server has one only where something was found. */
function searchedAtOnce(mailboxes: readonly string[], found: readonly ExtendedSearch[]): SearchRow[] {
  const results = new Map<string, { readonly uidValidity: number | null; readonly uids: number[] }>();
  for (const { mailbox = '', uidValidity = null, all } of found) {
    const uids = all === undefined ? [] : expandSet(all);
    results.set(keyOf(mailbox), {
      uidValidity,
      uids: [...(results.get(keyOf(mailbox))?.uids ?? []), ...uids],
    });
  }
  const nothing = { uidValidity: null, uids: [] };
  return mailboxes.map((mailbox) => ({ mailbox, ...(results.get(keyOf(mailbox)) ?? nothing), error: null }));
}

function batchesOf(mailboxes: readonly string[]): (readonly string[])[] {
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < mailboxes.length; at += PIPELINED) batches.push(mailboxes.slice(at, at + PIPELINED));
  return batches;
}

async function refusable<Row>(mailbox: string, ask: () => Promise<Row>): Promise<Row | MailboxRefusal> {
  try {
    return await ask();
  } catch (error) {
    if (isOfMailbox(error)) return { mailbox, error };
    throw error;
  }
}

/** Whether others may be asked all the same. */
function isOfMailbox(error: unknown): error is MailboxRefusal['error'] {
  return (
    error instanceof ImapCommandError || error instanceof ImapAnswerError || error instanceof ImapLimitError
  );
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
