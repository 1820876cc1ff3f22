import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTurn } from '../session/testing/opened.ts';
import { begin, outcomeOf, type Begun, type Outcome, type Player, type Story } from './testing/story.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const auth = { user: 'me', pass: 'secret' };
const greeting = (capabilities: string): readonly [string, string] => [
  '',
  `* OK [CAPABILITY IMAP4rev1 ${capabilities}] ready`,
];
const known = '$ OK [CAPABILITY IMAP4rev1] in';

const stories: readonly Story[] = [
  {
    name: 'connect with STARTTLS and LOGIN',
    connect: { auth },
    dialogue: [
      greeting('STARTTLS LOGINDISABLED'),
      ['$ STARTTLS', '$ OK begin'],
      ['$ CAPABILITY', '* CAPABILITY IMAP4rev1\n$ OK'],
      ['$ LOGIN me secret', known],
    ],
  },
  {
    name: 'connect and ask for capabilities',
    connect: { auth, security: 'none' },
    dialogue: [
      ['', '* OK ready'],
      ['$ CAPABILITY', '* CAPABILITY IMAP4rev1\n$ OK'],
      ['$ LOGIN me secret', '$ OK'],
      ['$ CAPABILITY', '* CAPABILITY IMAP4rev1 IDLE\n$ OK'],
    ],
  },
  {
    name: 'AUTHENTICATE PLAIN',
    connect: { auth, security: 'none' },
    dialogue: [greeting('AUTH=PLAIN'), ['$ AUTHENTICATE PLAIN', '+ '], ['AG1lAHNlY3JldA==', known]],
  },
  {
    name: 'AUTHENTICATE PLAIN with SASL-IR',
    connect: { auth, security: 'none' },
    dialogue: [greeting('AUTH=PLAIN SASL-IR'), ['$ AUTHENTICATE PLAIN AG1lAHNlY3JldA==', known]],
  },
  {
    name: 'AUTHENTICATE LOGIN',
    connect: { auth: { ...auth, mechanism: 'LOGIN' }, security: 'none' },
    dialogue: [
      greeting('AUTH=LOGIN'),
      ['$ AUTHENTICATE LOGIN', '+ VXNlcm5hbWU6'],
      ['bWU=', '+ UGFzc3dvcmQ6'],
      ['c2VjcmV0', known],
    ],
  },
  {
    name: 'AUTHENTICATE CRAM-MD5',
    connect: { auth: { ...auth, mechanism: 'CRAM-MD5' }, security: 'none' },
    dialogue: [
      greeting('AUTH=CRAM-MD5'),
      ['$ AUTHENTICATE CRAM-MD5', '+ PDFAeD4='],
      ['bWUgNDQ1M2MzZDBmZDE2ODc5MmQ1NjVjNzI4YjRkZjY3Mzk=', known],
    ],
  },
  {
    name: 'SELECT',
    act: (client, signal) => client.select('Sent', { signal }),
    dialogue: [
      ['$ SELECT Sent', '* FLAGS (\\Seen)\n* 9 EXISTS\n* OK [UIDVALIDITY 3] x\n$ OK [READ-WRITE] done'],
    ],
  },
  {
    name: 'LIST',
    act: (client, signal) => client.list('*', { signal }).toArray(),
    dialogue: [['$ LIST "" *', '* LIST () "/" INBOX\n* LIST () "/" {4}\nSent\n$ OK']],
  },
  {
    name: 'STATUS',
    act: (client, signal) => client.status('Sent', ['messages'], { signal }),
    dialogue: [['$ STATUS Sent (MESSAGES)', '* STATUS Sent (MESSAGES 9)\n$ OK']],
  },
  {
    name: 'FETCH with literals',
    act: (client, signal) => client.fetch('1:2', { sections: ['1', '2'] }, { signal }).toArray(),
    dialogue: [
      [
        '$ UID FETCH 1:2 (UID BODY.PEEK[1] BODY.PEEK[2])',
        '* 1 FETCH (UID 1 BODY[1] {5}\nhello BODY[2] "x")\n* 2 FETCH (UID 2 BODY[1] NIL BODY[2] {0}\n)\n$ OK',
      ],
    ],
  },
  {
    name: 'SEARCH',
    act: (client, signal) => client.search({ seen: false }, { signal }),
    dialogue: [['$ UID SEARCH UNSEEN', '* SEARCH 1 2\n$ OK']],
  },
  {
    name: 'STORE',
    act: (client, signal) => client.store(1, { add: ['\\Seen'] }, { signal }),
    dialogue: [['$ UID STORE 1 +FLAGS (\\Seen)', '* 1 FETCH (UID 1 FLAGS (\\Seen))\n$ OK']],
  },
  {
    name: 'COPY',
    act: (client, signal) => client.copy(1, 'Sent', { signal }),
    capabilities: 'UIDPLUS',
    dialogue: [['$ UID COPY 1 Sent', '$ OK [COPYUID 3 1 9] done']],
  },
  {
    name: 'MOVE',
    act: (client, signal) => client.move(1, 'Sent', { signal }),
    capabilities: 'UIDPLUS MOVE',
    dialogue: [['$ UID MOVE 1 Sent', '* OK [COPYUID 3 1 9] moved\n* 1 EXPUNGE\n$ OK']],
  },
  {
    name: 'MOVE in three steps',
    act: (client, signal) => client.move(1, 'Sent', { signal }),
    capabilities: 'UIDPLUS',
    dialogue: [
      ['$ UID COPY 1 Sent', '$ OK [COPYUID 3 1 9] done'],
      ['$ UID STORE 1 +FLAGS (\\Deleted)', '* 1 FETCH (UID 1 FLAGS (\\Deleted))\n$ OK'],
      ['$ UID EXPUNGE 1', '* 1 EXPUNGE\n$ OK'],
    ],
  },
  {
    name: 'EXPUNGE',
    act: (client, signal) => client.expunge(undefined, { signal }),
    dialogue: [['$ EXPUNGE', '* 1 EXPUNGE\n$ OK']],
  },
  {
    name: 'APPEND that waits for +',
    act: (client, signal) => client.append('Sent', 'hello', { signal }),
    dialogue: [
      ['$ APPEND Sent {5}', '+ go on'],
      ['hello', '$ OK [APPENDUID 3 10] done'],
    ],
  },
  {
    name: 'APPEND that does not wait',
    act: (client, signal) => client.append('Sent', 'hello', { signal }),
    capabilities: 'LITERAL+ UIDPLUS',
    dialogue: [['$ APPEND Sent {5+}\nhello', '$ OK [APPENDUID 3 10] done']],
  },
  {
    name: 'IDLE',
    endsInOrder: true,
    goesOn: true,
    capabilities: 'IDLE',
    act: async (client, signal) => {
      for await (const event of client.idle({ signal })) if (event.type === 'exists') return event;
      return 'ended';
    },
    dialogue: [
      ['$ IDLE', '+ idling\n* 4 EXISTS'],
      ['DONE', '$ OK'],
    ],
  },
  {
    name: 'a call that ends an IDLE',
    goesOn: true,
    capabilities: 'IDLE',
    act: async (client, signal) => {
      const events = client.idle()[Symbol.asyncIterator]();
      const first = events.next();
      first.catch(() => {});
      await vi.advanceTimersByTimeAsync(5);
      await client.noop({ signal }).finally(() => void events.return?.());
    },
    dialogue: [
      ['$ IDLE', '+ idling'],
      ['DONE', '$ OK'],
      ['$ NOOP', '$ OK'],
    ],
  },
  {
    name: 'a download in two pieces',
    act: (client, signal) =>
      new Response(
        client.download(1, { section: '1', size: 262_150, encoding: '8bit' } as never, { signal }),
      ).text(),
    dialogue: [
      [
        '$ UID FETCH 1 (UID BODY.PEEK[1]<0.262144>)\n$ UID FETCH 1 (UID BODY.PEEK[1]<262144.262144>)',
        `* 1 FETCH (UID 1 BODY[1]<0> {262144}\n${'x'.repeat(262_144)})\n$1 OK\n* 1 FETCH (UID 1 BODY[1]<262144> {6}\nyyyyyy)\n$2 OK`,
      ],
    ],
  },
  ...(
    [
      ['CREATE', (client, signal) => client.create('New', { signal }), '$ CREATE New'],
      ['DELETE', (client, signal) => client.delete('Old', { signal }), '$ DELETE Old'],
      ['RENAME', (client, signal) => client.rename('Old', 'New', { signal }), '$ RENAME Old New'],
      ['SUBSCRIBE', (client, signal) => client.subscribe('New', { signal }), '$ SUBSCRIBE New'],
      ['UNSUBSCRIBE', (client, signal) => client.unsubscribe('Old', { signal }), '$ UNSUBSCRIBE Old'],
      ['NOOP', (client, signal) => client.noop({ signal }), '$ NOOP'],
      ['CLOSE', (client, signal) => client.close({ signal }), '$ CLOSE'],
    ] satisfies readonly [string, NonNullable<Story['act']>, string][]
  ).map(([name, act, hears]): Story => ({ name, act, dialogue: [[hears, '$ OK']] })),
  {
    name: 'LOGOUT',
    endsInOrder: true,
    act: (client) => client.logout(),
    dialogue: [['$ LOGOUT', '* BYE so long\n$ OK']],
  },
];

/** What may go wrong once the client has said what it says at a step, in place of the server's answer. */
const faults: Readonly<Record<string, (player: Player, answer: string) => Promise<void>>> = {
  'a cut': async ({ server }) => server.fail(),
  'a cut behind one octet': async ({ server }, answer) => cutAfter(server, answer, 1),
  'a cut in the middle': async ({ server }, answer) => cutAfter(server, answer, answer.length >> 1),
  'a cut before the last octet': async ({ server }, answer) => cutAfter(server, answer, answer.length - 1),
  'the end': async ({ server }) => server.close(),
  'a stall': async () => {
    await vi.advanceTimersByTimeAsync(3_600_000);
  },
  'a stall in the middle': async ({ server }, answer) => {
    await server.send(answer.slice(0, answer.length >> 1)).catch(() => {});
    await nextTurn();
    await vi.advanceTimersByTimeAsync(3_600_000);
  },
  BYE: async (player) => {
    await player.say('* BYE enough');
    player.server.close();
  },
  'BYE and nothing more': async (player) => {
    await player.say('* BYE enough');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(3_600_000);
  },
};

const refusals = ['NO', 'NO [ALERT]', 'BAD', 'BAD [CLIENTBUG]'];

/** Lines that mean nothing, or nothing here. */
const garbage = [
  '\0\0',
  '',
  '\xff\xfe garbage (',
  '*',
  '* ',
  '* 5',
  '* FETCH',
  '* 99999999999999999999 EXISTS',
  '* 1 FETCH (FLAGS (\\Seen UID',
  '* OK [UNKNOWN (',
  '* __proto__ x',
  '* NO [__proto__ constructor] x',
  'ZZZZ99 OK of another connection',
];

async function cutAfter(server: Player['server'], answer: string, octets: number): Promise<void> {
  server.cut({ received: Math.max(1, octets) });
  await server.send(answer).catch(() => {});
}

/** What is known of a call that something went wrong with. */
function expectTold(outcome: Outcome, what: string): void {
  expect(outcome, what).not.toBe('pending');
  if (outcome === 'pending' || 'value' in outcome) return;
  expect(outcome.error.name, what).toMatch(/^(Imap\w+Error|TimeoutError|AbortError)$/);
  expect(outcome.error.message, what).not.toMatch(/undefined|\[object/);
  expect(outcome.error.message.length, what).toBeGreaterThan(10);
}

/** Later calls are answered, or are told why not; and nothing is left behind in the end. */
async function expectUsableOrClosed({ client, call, player }: Begun, what: string): Promise<void> {
  const subject = client ?? ((await call.catch(() => null)) as Begun['client']);
  if (subject !== null) {
    const later = await outcomeOf(subject.noop());
    expect(later, what).not.toBe('pending');
    if (later !== 'pending' && 'error' in later) {
      expect(later.error, what).toMatchObject({ name: 'ImapConnectionError' });
      expect(later.error.message, what).toMatch(/^NOOP (was not sent|got no answer): ./);
      expect(subject.state, what).toBe('logout');
    }
    await outcomeOf(subject.logout());
  }
  expect(vi.getTimerCount(), what).toBe(0);
  const applied = player.heard.filter((line) =>
    /^\S+ (?:UID )?(?:COPY|MOVE|STORE|EXPUNGE|APPEND|CREATE|RENAME|DELETE)/.test(line),
  );
  const commands = applied.map((line) => line.slice(line.indexOf(' ')));
  expect(commands, what).toEqual([...new Set(commands)]);
}

const steps = stories.flatMap((story) =>
  story.dialogue.map(([hears, says], step) => ({ name: story.name, step, story, hears, says })),
);

describe.each(stories.map((story) => [story.name, story] as const))('%s', (_name, story) => {
  it('goes as it should', async () => {
    const begun = await begin(story);
    await begun.player.play(story.dialogue);
    expect(await outcomeOf(begun.call)).toHaveProperty('value');
    void begun.player.oblige().catch(() => {});
    await expectUsableOrClosed(begun, story.name);
  });
});

describe('what goes wrong leaves nothing open', () => {
  const unhandled = vi.fn<(reason: unknown) => void>();

  it.each(steps)('$name, step $step', async ({ step, story, hears, says }) => {
    process.on('unhandledRejection', unhandled);
    for (const [fault, inject] of Object.entries(faults)) {
      const begun = await begin(story);
      const { player, call } = begun;
      await player.play(story.dialogue.slice(0, step));
      await player.hear(hears);
      await inject(player, player.answer(says));
      const obliging = player.oblige().catch(() => {});
      expectTold(await outcomeOf(call), fault);
      await expectUsableOrClosed(begun, fault);
      await outcomeOf(obliging);
    }
    await nextTurn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('a refusal is told, and nothing of what would have followed is sent', () => {
  it.each(steps.filter(({ hears }) => hears !== ''))('$name, step $step', async ({ step, story, hears }) => {
    for (const refusal of refusals) {
      const begun = await begin(story);
      const { player, call } = begun;
      await player.play(story.dialogue.slice(0, step));
      await player.hear(hears);
      const before = player.heard.length;
      const commands = hears.split('\n').filter((line) => line.startsWith('$ '));
      await player.refuse(Math.max(1, commands.length), `${refusal} not today`);
      void player.oblige().catch(() => {});
      const outcome = await outcomeOf(call);
      if (story.goesOn !== true) expectTold(outcome, refusal);
      const isTold =
        outcome === 'pending' || 'value' in outcome || outcome.error.message.includes('not today');
      expect(isTold, refusal).toBe(true);
      const planned = story.dialogue.slice(step + 1).map(([line]) => line.replace(/^\$ /, ''));
      const said = player.heard.slice(before).map((line) => line.replace(/^\S+ /, ''));
      const alike = story.goesOn === true ? [] : said.filter((line) => planned.includes(line));
      expect(alike, refusal).toEqual([]);
      await expectUsableOrClosed(begun, refusal);
      expectTold(await outcomeOf(call), refusal);
    }
  });
});

describe('garbage between responses harms nothing', () => {
  it.each(steps.filter(({ hears }) => hears !== ''))(
    '$name, step $step',
    async ({ step, story, hears, says }) => {
      const clean = await begin(story);
      await clean.player.play(story.dialogue);
      const expected = await outcomeOf(clean.call);
      void clean.player.oblige().catch(() => {});
      await outcomeOf((clean.client ?? ((await clean.call) as NonNullable<Begun['client']>)).logout());
      for (const line of garbage) {
        const begun = await begin(story);
        const { player, call } = begun;
        await player.play(story.dialogue.slice(0, step));
        await player.hear(hears);
        await player.server.send(Uint8Array.from(`${line}\r\n`, (character) => character.charCodeAt(0)));
        await player.say(says);
        await player.play(story.dialogue.slice(step + 1));
        void player.oblige().catch(() => {});
        const outcome = await outcomeOf(call);
        if (story.act === undefined) expect(outcome, line).toHaveProperty('value');
        else expect(outcome, line).toEqual(expected);
        await expectUsableOrClosed(begun, line);
      }
    },
  );
});

describe('aborting leaves the connection usable or closed', () => {
  it.each(steps)('$name, step $step', async ({ step, story, hears, says }) => {
    for (const when of ['before', 'in the middle of', 'behind'] as const) {
      const begun = await begin(story);
      const { player, call, abort } = begun;
      await player.play(story.dialogue.slice(0, step));
      await player.hear(hears);
      const answer = player.answer(says);
      const half = answer.length >> 1;
      if (when === 'in the middle of') await player.server.send(answer.slice(0, half));
      if (when === 'behind') await player.server.send(answer);
      await nextTurn();
      const reason = new DOMException('the caller has had enough', 'AbortError');
      abort.abort(reason);
      // At once: the server has not said another word.
      const outcome = await outcomeOf(call);
      const isDone = when === 'behind' || story.endsInOrder === true || story.name.startsWith('LOGOUT');
      if (!isDone) expect(outcome, when).toEqual({ error: reason });
      if (when === 'before') await player.server.send(answer).catch(() => {});
      if (when === 'in the middle of') await player.server.send(answer.slice(half)).catch(() => {});
      void player.oblige().catch(() => {});
      expectTold(await outcomeOf(call), when);
      if (story.act === undefined && when !== 'behind') {
        // Nobody has the client: the connection must be gone.
        expect(
          await outcomeOf(player.server.send('* OK').then(() => player.server.receiveLine())),
          when,
        ).not.toBe('pending');
      }
      await expectUsableOrClosed(begun, when);
    }
  });
});
