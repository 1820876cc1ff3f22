import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { connecting, openClient, type OpenedClient } from './testing/opened.ts';
import { outcomeOf } from './testing/story.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const auth = { user: 'me', pass: 'secret' };

describe('where TLS is required, no secret leaves', () => {
  it.each([
    ['PREAUTH', '* PREAUTH [CAPABILITY IMAP4rev1] in already', ''],
    ['STARTTLS stripped from the greeting', '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready', ''],
    ['STARTTLS stripped from CAPABILITY', '* OK ready', '* CAPABILITY IMAP4rev1 AUTH=PLAIN\n$ OK'],
    ['a refusal', '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready', '$ NO not today'],
    ['an answer that is none', '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready', '$ PREAUTH in already'],
    ['BYE', '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready', '* BYE no'],
    [
      'bytes behind the answer',
      '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready',
      '$ OK\n* CAPABILITY IMAP4rev1 AUTH=PLAIN',
    ],
    ['a line before the answer', '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready', '* PREAUTH in already\n$ NO'],
    ['a login that nobody asked for', '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready', 'A1 OK in\n$ BAD what?'],
  ])('%s', async (_how, greeting, answer) => {
    const { client, script, server } = connecting({ auth });
    await script.say(`${greeting}\r\n`);
    if (answer !== '') {
      await script.play(`C: $ ${greeting.includes('[') ? 'STARTTLS' : 'CAPABILITY'}`);
      await script.say(answer.replace('$', () => script.tag()).replaceAll('\n', '\r\n') + '\r\n');
      if (answer.startsWith('* BYE')) server.close();
    }
    const outcome = await outcomeOf(client);
    expect(outcome).toHaveProperty('error');
    // The connection is closed, and nothing more was said on it.
    await script.end();
  });
});

/** What a server says to a call, and what becomes of the call; the connection goes on. */
const answers: readonly [
  what: string,
  call: (client: OpenedClient['client']) => Promise<unknown>,
  asks: string,
  says: string,
][] = [
  [
    'COPYUID of everything',
    (client) => client.copy(1, 'Sent'),
    'UID COPY 1 Sent',
    '$ OK [COPYUID 3 1:4294967295 1:4294967295] x',
  ],
  [
    'COPYUID that counts down',
    (client) => client.copy(1, 'Sent'),
    'UID COPY 1 Sent',
    '$ OK [COPYUID 3 4294967295:1 1:4294967295] x',
  ],
  [
    'ESEARCH of everything',
    (client) => client.search({}),
    'UID SEARCH ALL',
    '* ESEARCH (TAG "$") UID ALL 1:4294967295\n$ OK',
  ],
  [
    'ESEARCH of everything many times',
    (client) => client.search({}),
    'UID SEARCH ALL',
    `* ESEARCH (TAG "$") UID ALL ${'1:4294967295,'.repeat(1000)}1\n$ OK`,
  ],
  [
    'SEARCH with numbers that are none',
    (client) => client.search({}),
    'UID SEARCH ALL',
    `* SEARCH ${'9'.repeat(10_000)} -1 0 1.5 1e9\n$ OK`,
  ],
  [
    'VANISHED of everything',
    (client) => client.noop(),
    'NOOP',
    '* VANISHED 1:4294967295\n* VANISHED (EARLIER) 1:4294967295\n$ OK',
  ],
  [
    'EXPUNGE of what is not there',
    (client) => client.noop(),
    'NOOP',
    `${'* 1 EXPUNGE\n'.repeat(1000)}* 0 EXPUNGE\n* 4294967295 EXPUNGE\n$ OK`,
  ],
  [
    'counts that make no sense',
    (client) => client.noop(),
    'NOOP',
    '* -1 EXISTS\n* 1.5 EXISTS\n* EXISTS\n* 3 EXISTS 4\n$ OK',
  ],
  [
    'a STATUS of another mailbox, with absurd values',
    (client) => client.status('Sent', ['messages']),
    'STATUS Sent (MESSAGES)',
    `* STATUS __proto__ (MESSAGES 1)\n* STATUS Sent (MESSAGES ${'9'.repeat(1000)} __proto__ 1 constructor (2))\n* STATUS Sent (MESSAGES 4)\n$ OK`,
  ],
  [
    'a nested body',
    (client) => client.fetch(1, { bodyStructure: true }).toArray(),
    'UID FETCH 1 (UID BODYSTRUCTURE)',
    `* 1 FETCH (UID 1 BODYSTRUCTURE ${'('.repeat(10_000)})\n$ OK`,
  ],
  [
    'a nested body that ends',
    (client) => client.fetch(1, { bodyStructure: true }).toArray(),
    'UID FETCH 1 (UID BODYSTRUCTURE)',
    `* 1 FETCH (UID 1 BODYSTRUCTURE ${'('.repeat(10_000)}${')'.repeat(10_000)})\n$ OK`,
  ],
  [
    'a nested envelope',
    (client) => client.fetch(1, { envelope: true }).toArray(),
    'UID FETCH 1 (UID ENVELOPE)',
    `* 1 FETCH (UID 1 ENVELOPE (NIL NIL ${'('.repeat(5000)}${')'.repeat(5000)}))\n$ OK`,
  ],
  [
    'keys of every object',
    (client) => client.fetch(1, { flags: true }).toArray(),
    'UID FETCH 1 (UID FLAGS)',
    '* 1 FETCH (UID 1 FLAGS (__proto__ constructor) __proto__ 1 constructor 2 toString (3))\n$ OK',
  ],
  [
    'LIST with keys of every object',
    (client) => client.list().toArray(),
    'LIST "" *',
    '* LIST (\\__proto__ \\constructor) "/" __proto__ ("__proto__" ("x") "constructor" 1)\n$ OK',
  ],
  [
    'rows of messages that were not asked for',
    (client) => client.fetch(1, { flags: true }).toArray(),
    'UID FETCH 1 (UID FLAGS)',
    `${'* 2 FETCH (UID 2 FLAGS ())\n'.repeat(1000)}$ OK`,
  ],
  [
    'response codes without an end',
    (client) => client.noop(),
    'NOOP',
    `* OK [${'X '.repeat(10_000)}\n* OK [COPYUID 1 1:4294967295\n$ OK [`,
  ],
];

describe('a server that says too much is understood or passed over', () => {
  it.each(answers)('%s', async (_what, call, asks, says) => {
    const opened = await openClient({ capabilities: 'UIDPLUS ESEARCH QRESYNC CONDSTORE' });
    const { client, script } = opened;
    const made = call(client);
    made.catch(() => {});
    await script.play(`C: $ ${asks}`);
    const before = process.memoryUsage().heapUsed;
    await script.say(
      `${says
        .replaceAll('"$"', () => `"${script.tag()}"`)
        .replace(/\$(?= OK)/, () => script.tag())
        .replaceAll('\n', '\r\n')}\r\n`,
    );
    const outcome = await outcomeOf(made);
    expect(outcome).not.toBe('pending');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024);
    expect(({} as Record<string, unknown>)['0']).toBeUndefined();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    const noop = client.noop();
    await script.play('C: $ NOOP\nS: $ OK');
    await noop;
    const logout = failure(client.logout().then(() => Promise.reject(new Error('done'))));
    await script.play('C: $ LOGOUT\nS: $ OK');
    await logout;
  });
});
