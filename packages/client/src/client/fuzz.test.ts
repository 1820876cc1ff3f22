// Calls at random, at once, on a server that answers in any legal order with news in between: each call gets its own
// answer, and none of the news is lost or told twice.
//
// FUZZ_SEED and FUZZ_CASES: see wire/testing/random.ts.

import { expect, it } from 'vitest';
import { memoryPair } from '../transport/pair.ts';
import { Chance, fuzzCases, fuzzSeed } from '../wire/testing/random.ts';
import type { FetchedMessage } from '../wire/fetch.ts';
import { ImapClient } from './client.ts';
import type { Rows } from './types.ts';
import { bodyOf, Disorderly, hitsOf } from './testing/disorderly.ts';

/** One call: what was asked, what came, and what should have come. */
interface Call {
  readonly asked: string;
  readonly answer: Promise<unknown>;
  readonly expected: unknown;
}

function call(client: ImapClient, chance: Chance): Call {
  const number = 1 + chance.below(400);
  const uids = [number, number + 3, number + 4].slice(0, 1 + chance.below(3));
  const refusal = { name: 'ImapCommandError', status: 'NO' };
  switch (chance.below(15)) {
    case 0:
      return { asked: 'NOOP', answer: client.noop(), expected: undefined };
    case 1:
      return {
        asked: `STATUS ${number}`,
        answer: client.status(`Box${number}`, ['messages']),
        expected: { name: `Box${number}`, messages: number },
      };
    case 2:
      return {
        asked: `LIST ${number}`,
        answer: client
          .list(`L${number}*`)
          .toArray()
          .then((rows) => rows.map(({ name }) => name)),
        expected: [`L${number}a`, `L${number}b`],
      };
    case 3:
    case 4:
      return {
        asked: `SEARCH ${number}`,
        answer: client.search({ subject: `s${number}` }),
        expected: hitsOf(`s${number}`),
      };
    case 5:
    case 6:
      return {
        asked: `FETCH ${uids.join()}`,
        answer: client
          .fetch(uids, { sections: ['1'] })
          .toArray()
          .then(bodies),
        expected: uids.map((uid) => ({ uid, body: bodyOf(uid) })),
      };
    case 7:
      return {
        asked: `STORE ${uids.join()}`,
        answer: client
          .store(uids, { add: [`f${number}`] })
          .then((rows) => rows.map(({ uid, flags }) => ({ uid, flags }))),
        expected: uids.map((uid) => ({ uid, flags: [`f${number}`] })),
      };
    case 8:
      return {
        asked: `COPY ${number}`,
        answer: client.copy(number, 'Archive'),
        expected: { uidValidity: 7, source: [number], destination: [number + 1000] },
      };
    case 9:
      return {
        asked: `APPEND ${number}`,
        answer: client.append('Drafts', `message ${number} {3}\r\nA1 NOOP\r\n`),
        expected: { uidValidity: 7, uid: number },
      };
    case 10:
      return {
        asked: `refused ${number}`,
        answer: client.create(`refuse${number}`).catch((error: unknown) => {
          const { name, status, text } = error as { name: string; status: string; text: string };
          return { name, status, isOwn: text.includes(`refuse${number}`) };
        }),
        expected: { ...refusal, isOwn: true },
      };
    case 11: {
      const readOnly = chance.is(0.5);
      return {
        asked: readOnly ? 'EXAMINE' : 'SELECT',
        answer: client
          .select('INBOX', { readOnly })
          .then((mailbox) => ({ readOnly: mailbox.readOnly, uidValidity: mailbox.uidValidity })),
        expected: { readOnly, uidValidity: 7 },
      };
    }
    case 12:
      return {
        asked: `first of FETCH ${uids.join()}`,
        answer: firstOf(client.fetch(uids, { sections: ['1'] })).then((row) => bodies([row])),
        expected: [{ uid: uids[0], body: bodyOf(number) }],
      };
    default: {
      // Given up, before it is sent or behind it: what was asked at the same time is answered all the same.
      const abort = new AbortController();
      const reason = new Error(`given up ${number}`);
      const answer = client.fetch(uids, { sections: ['1'] }, { signal: abort.signal }).toArray();
      const turns = chance.below(6);
      void (async () => {
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        abort.abort(reason);
      })();
      return {
        asked: `given up ${uids.join()} after ${turns}`,
        answer: answer.then(
          () => 'answered or given up',
          (error: unknown) => (error === reason ? 'answered or given up' : error),
        ),
        expected: 'answered or given up',
      };
    }
  }
}

/** Leaves the loop with the first row; the others come all the same. */
async function firstOf(rows: Rows<FetchedMessage>): Promise<FetchedMessage> {
  for await (const row of rows) return row;
  throw new Error('no row has come');
}

function bodies(rows: readonly FetchedMessage[]): unknown {
  return rows.map(({ uid, sections: [section] }) => ({
    uid,
    body: new TextDecoder().decode(section?.bytes ?? new Uint8Array(0)),
  }));
}

it('each call gets its own answer', { timeout: 20_000 + fuzzCases }, async () => {
  let mostAtOnce = 0;
  for (let session = 0; session < Math.max(1, fuzzCases / 1000); session++) {
    const seed = fuzzSeed + session;
    const chance = new Chance(seed);
    const heard = { exists: 0, expunge: 0, fetch: 0, alert: 0, warning: 0 };
    const { client: stream, server } = memoryPair({ local: true });
    server.split(chance.pick([null, 1, 7, 100]));
    const disorderly = new Disorderly(server, new Chance(seed + 1_000_000));
    const running = disorderly.run();
    const literals = chance.pick(['', 'LITERAL+', 'LITERAL-']);
    await server.send(`* PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS ${literals}] hi\r\n`);
    const client = await ImapClient.connect({
      transport: () => Promise.resolve(stream),
      autoIdle: false,
      on: {
        exists: () => heard.exists++,
        expunge: () => heard.expunge++,
        fetch: () => heard.fetch++,
        alert: () => heard.alert++,
        warning: () => heard.warning++,
      },
    });
    await client.select('INBOX');
    const asked: string[] = [];
    for (let round = 0; round < 10; round++) {
      const batch = chance.many(8, () => call(client, chance), 1);
      for (const { asked: words, answer, expected } of batch) {
        asked.push(words);
        const got = await answer.catch((error: unknown) => error);
        expect(got, `FUZZ_SEED=${seed} FUZZ_CASES=1: ${words} in ${asked.slice(-12).join('; ')}`).toEqual(
          expected,
        );
      }
    }
    // News of what was given up may still be under way.
    await client.noop();
    expect({ ...heard, count: client.mailbox?.exists }, `FUZZ_SEED=${seed}`).toEqual({
      ...disorderly.unasked,
      warning: 0,
      count: disorderly.exists,
    });
    await client.logout();
    await running;
    mostAtOnce = Math.max(mostAtOnce, disorderly.mostAtOnce);
  }
  expect(mostAtOnce).toBeGreaterThan(3);
});
