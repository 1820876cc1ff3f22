import { afterEach, describe, expect, it, vi } from 'vitest';
import { failure, nextTurn } from '../session/testing/opened.ts';
import { defaultSessionLimits, type SessionLimits } from '../session/session.ts';
import { connecting, openClient, type OpenedClient } from './testing/opened.ts';

afterEach(() => vi.useRealTimers());

/** A limit, set low; a server that goes beyond it; and the words that tell of it. */
interface Case {
  readonly limits: Partial<SessionLimits>;
  /** What the words come with: the call's error, the connection's end, or a warning. */
  readonly hit: (opened: OpenedClient) => Promise<unknown>;
  readonly says: RegExp;
  /** The connection is of use as before. */
  readonly goesOn: boolean;
}

const rows = (count: number, size: number): string =>
  Array.from(
    { length: count },
    (_, at) => `* ${at + 1} FETCH (UID ${at + 1} BODY[] {${size}}\r\n${'x'.repeat(size)})\r\n`,
  ).join('');

/** What a fetched message has as the reason why an item could not be read. */
async function unparsed({ client, script }: OpenedClient, item: string): Promise<unknown> {
  const fetched = client.fetch(1, { bodyStructure: true }).toArray();
  await script.play('C: $ UID FETCH 1 (UID BODYSTRUCTURE)');
  await script.say(`* 1 FETCH (UID 1 BODYSTRUCTURE ${item})\r\n`);
  await script.play('S: $ OK');
  const [message] = await fetched;
  return Object.values(message?.unparsed ?? {})[0]?.reason;
}

const cases: Readonly<Record<keyof SessionLimits, Case>> = {
  line: {
    limits: { line: 1000 },
    hit: async ({ client, script }) => {
      const failed = failure(client.search({}));
      await script.play('C: $ UID SEARCH ALL');
      await script.say(`* SEARCH${' 1'.repeat(1000)}\r\n`);
      await script.play('S: $ OK');
      return failed;
    },
    says: /^ImapLimitError: the server sent a line of more than 1000 bytes; it was passed over/,
    goesOn: true,
  },
  literal: {
    limits: { literal: 1000 },
    hit: async ({ client, script }) => {
      const failed = failure(client.fetch(1, { sections: [''] }).toArray());
      await script.play('C: $ UID FETCH 1 (UID BODY.PEEK[])');
      await script.say(rows(1, 2000));
      await script.play('S: $ OK');
      return failed;
    },
    says: /^ImapLimitError: the server sent a literal of more than 1000 bytes; it was passed over/,
    goesOn: true,
  },
  discard: {
    limits: { literal: 1000, discard: 10_000 },
    hit: async ({ client, script }) => {
      const failed = failure(client.fetch(1, { sections: [''] }).toArray());
      await script.play('C: $ UID FETCH 1 (UID BODY.PEEK[])');
      await script.say('* 1 FETCH (UID 1 BODY[] {20000}\r\n');
      return failed;
    },
    says: /a response of 20\d+ bytes, and at most 10000 are passed over.*raise the limit "discard"/,
    goesOn: false,
  },
  depth: {
    limits: { depth: 5 },
    hit: (opened) => unparsed(opened, `${'('.repeat(20)}${')'.repeat(20)}`),
    says: /at most 5 nested lists/,
    goesOn: true,
  },
  tokens: {
    limits: { tokens: 20 },
    hit: (opened) => unparsed(opened, `("TEXT" "PLAIN" (${'"A" "B" '.repeat(20)}) NIL NIL "7BIT" 1 1)`),
    says: /at most 20 values/,
    goesOn: true,
  },
  maxQueued: {
    limits: { maxQueued: 1_000_000 },
    hit: async ({ client, script }) => {
      const loop = client.fetch('1:*', { sections: [''] })[Symbol.asyncIterator]();
      const first = loop.next();
      await script.play('C: $ UID FETCH 1:* (UID BODY.PEEK[])');
      const noop = client.noop();
      await script.play('C: $ NOOP');
      await script.say(rows(20, 100_000));
      await script.play('S: $ OK\nS: $1 OK');
      const failed = failure(
        (async () => {
          await first;
          for (;;) await loop.next();
        })(),
      );
      await script.say(`${script.tag(2)} OK\r\n`);
      await noop;
      return failed;
    },
    says: /^ImapLimitError: UID FETCH: more than 1000000 bytes wait to be read while other calls wait behind them/,
    goesOn: true,
  },
  collected: {
    limits: { collected: 100_000 },
    hit: async ({ client, script }) => {
      const failed = failure(client.run(everything, undefined));
      await script.play('C: $ NOOP');
      await script.say('* 1 EXISTS\r\n'.repeat(20_000));
      await script.play('S: $ OK');
      return failed;
    },
    says: /^ImapLimitError: NOOP: the server has sent more than 100000 bytes in answer; ask for less at once/,
    goesOn: true,
  },
  silenceMs: {
    limits: { silenceMs: 7000 },
    hit: async ({ client, script }) => {
      const failed = failure(client.noop());
      await script.play('C: $ NOOP');
      await vi.advanceTimersByTimeAsync(7000);
      return failed;
    },
    says: /^ImapConnectionError: NOOP got no answer: memory has said nothing for 7 s while a command waits/,
    goesOn: false,
  },
  byeMs: {
    limits: { byeMs: 1000 },
    hit: async ({ client, script }) => {
      await script.play('S: * BYE enough');
      await nextTurn();
      await vi.advanceTimersByTimeAsync(1000);
      return client.closed;
    },
    says: /^ImapConnectionError: the server ended the connection: enough/,
    goesOn: false,
  },
  greetingMs: {
    limits: { greetingMs: 5000 },
    hit: async () => {
      const { client } = connecting({ limits: { greetingMs: 5000 } });
      const failed = failure(client);
      await nextTurn();
      await vi.advanceTimersByTimeAsync(5000);
      return failed;
    },
    says: /^ImapConnectionError: memory sent no greeting within 5 s/,
    goesOn: true,
  },
};

/** Gathers whatever comes. */
const everything = {
  name: 'NOOP',
  collect: { EXISTS: () => 1 },
  result: (all: readonly number[]) => all.length,
};

describe('each limit', () => {
  it('is here', () => {
    expect(Object.keys(cases).toSorted()).toEqual(Object.keys(defaultSessionLimits).toSorted());
  });

  it.each(Object.entries(cases))(
    '%s can be set, and says what it is about',
    async (_name, { limits, hit, says, goesOn }) => {
      vi.useFakeTimers();
      const opened = await openClient({ limits });
      const { client, script } = opened;
      expect(String(await hit(opened))).toMatch(says);
      const noop = client.noop();
      if (goesOn) await script.play('C: $ NOOP\nS: $ OK');
      else await expect(noop).rejects.toMatchObject({ name: 'ImapConnectionError' });
      await noop.catch(() => {});
    },
  );
});
