// Calls at random on a server that dies, falls silent and asks for another connection at random: whatever happens,
// each call settles, nothing is stored twice, and behind the end no timer is left.
//
// FUZZ_SEED and FUZZ_CASES: see wire/testing/random.ts.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Chance, fuzzCases, fuzzSeed } from '../wire/testing/random.ts';
import { ImapConnectionError } from '../session/errors.ts';
import { ImapClient } from './client.ts';
import { reconnecting } from './reconnecting.ts';
import { MailServer, StoredMailbox } from './testing/mail-server.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

function mailServer(chance: Chance): MailServer {
  const server = new MailServer();
  if (chance.is(0.5)) server.capabilities += ' CONDSTORE QRESYNC';
  server.inbox.add(20);
  server.mailboxes.set('Other', new StoredMailbox());
  return server;
}

/** What a server does to a command, now and then. */
function beUnreliable(server: MailServer, chance: Chance): void {
  let silences = 3;
  server.fate = () => {
    const fate = chance.below(40);
    if (fate < 3) return (['before', 'after', 'inAnswer'] as const)[fate];
    return fate === 3 && silences-- > 0 ? [] : null;
  };
}

/** One thing that a page may do; null where it is the server that does something. */
function act(
  client: ImapClient,
  server: MailServer,
  chance: Chance,
  signal: AbortSignal,
): Promise<unknown> | null {
  const options = { signal };
  switch (chance.below(12)) {
    case 0:
      return client.noop(options);
    case 1:
      return client.search({}, options);
    case 2:
      return client.fetch('1:*', { flags: true }, options).toArray();
    case 3:
      return (async () => {
        for await (const { uid } of client.fetch('1:*', { flags: true }, options)) {
          await client.noop();
          if (uid === undefined || chance.is(0.3)) break;
        }
      })();
    case 4:
      return client.store([1, 2], { add: ['\\Seen'] }, options);
    case 5:
      return client.select(chance.pick(['INBOX', 'Other', 'Gone']), options);
    case 6:
      return client.unselect(options);
    case 7:
      return (async () => {
        const reader = client.download(1, '', options).getReader();
        while (!(await reader.read()).done);
      })();
    case 8:
      server.cut();
      return null;
    case 9:
      server.last.server.drain(30_000);
      return null;
    case 10:
      server.inbox.add(1);
      if (chance.is(0.2)) server.inbox.recreate();
      return null;
    default:
      return (async () => {
        for await (const { type } of client.idle(options)) if (type === 'resync') break;
      })();
  }
}

const seeds = Array.from({ length: Math.ceil(fuzzCases / 1000) }, (_, index) => fuzzSeed + index);

it.each(seeds)('each call settles, FUZZ_SEED=%i FUZZ_CASES=1', async (seed) => {
  const chance = new Chance(seed);
  const server = mailServer(chance);
  const ends: (Error | null)[] = [];
  const client = await ImapClient.connect({
    transport: server.transport,
    auth: { user: 'me', pass: 'secret' },
    autoIdle: chance.is(0.5),
    limits: { silenceMs: 20_000 },
    reconnect: reconnecting({ callMs: 30_000, attemptMs: 10_000 }),
    on: { close: ({ error }) => ends.push(error) },
  });
  await client.select('INBOX');
  beUnreliable(server, chance);

  const unsettled = new Set<Promise<unknown>>();
  const giveUps: AbortController[] = [];
  const stored = { surely: 0, perhaps: 0 };
  const append = async (signal: AbortSignal): Promise<void> => {
    try {
      await client.append('INBOX', 'hello', { signal });
      stored.surely += 1;
    } catch (error) {
      const isKnown = error instanceof ImapConnectionError && error.sent !== 'all';
      if (!isKnown) stored.perhaps += 1;
    }
  };
  for (let step = 0; step < 60; step++) {
    const giveUp = new AbortController();
    giveUps.push(giveUp);
    const call = chance.is(0.1) ? append(giveUp.signal) : act(client, server, chance, giveUp.signal);
    if (call !== null) {
      const done = call.catch(() => {}).finally(() => unsettled.delete(done));
      unsettled.add(done);
    }
    if (chance.is(0.1)) giveUp.abort();
    await pass(chance.pick([0, 0, 1, 10, 300, 1000, 3000]));
    if (chance.is(0.1)) giveUp.abort();
  }

  server.fate = () => null;
  // The end comes when all is done, or in the middle of something.
  if (chance.is(0.5)) await pass(200_000);
  const out = client.logout();
  await pass(3000);
  await out;
  // Only loops over events have no end of their own.
  for (const giveUp of giveUps) giveUp.abort();
  await pass(0);
  expect(unsettled.size).toBe(0);
  expect(server.count('APPEND')).toBeGreaterThanOrEqual(stored.surely);
  expect(server.count('APPEND')).toBeLessThanOrEqual(stored.surely + stored.perhaps);
  await pass(200_000);
  // Once, and with a reason only where the connection died before LOGOUT could be sent.
  expect(ends).toHaveLength(1);
  expect(client.state).toBe('logout');
  expect(vi.getTimerCount()).toBe(0);
});
