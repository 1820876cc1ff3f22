import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { append } from './append.ts';
import { capability } from './capability.ts';
import { close } from './close.ts';
import { iterate, run, type Runner } from './command.ts';
import { copy } from './copy.ts';
import { create } from './create.ts';
import { deleteMailbox } from './delete.ts';
import { expunge } from './expunge.ts';
import { fetch } from './fetch.ts';
import { list } from './list.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { lsub } from './lsub.ts';
import { move } from './move.ts';
import { noop } from './noop.ts';
import { call, exchange, outcomeOf, type Exchange } from './testing/exchange.ts';
import { openRunner } from './testing/opened.ts';
import { rename } from './rename.ts';
import { search } from './search.ts';
import { status } from './status.ts';
import { store } from './store.ts';
import { subscribe } from './subscribe.ts';
import { unselect } from './unselect.ts';
import { unsubscribe } from './unsubscribe.ts';

const day = new Date('2024-02-09T22:30:05Z');
const draft = new TextEncoder().encode('Subject: x');
const empty = { sections: [], other: {}, unparsed: {} };

const rows: readonly (readonly [title: string, row: Exchange])[] = [
  ['NOOP', { call: call(noop, undefined), sent: 'NOOP', answer: '* 3 EXISTS', unasked: ['* 3 EXISTS'] }],
  [
    'CAPABILITY, malformed',
    {
      call: call(capability, undefined),
      sent: 'CAPABILITY',
      answer: '* CAPABILITY "',
      warns: '* CAPABILITY "',
    },
  ],
  [
    'LOGIN quotes what it must',
    {
      state: 'notAuthenticated',
      call: call(login, { user: 'joe', pass: 'a"b\\c d' }),
      sent: 'LOGIN joe "a\\"b\\\\c d"',
    },
  ],
  [
    'LOGIN beyond ASCII',
    {
      state: 'notAuthenticated',
      call: call(login, { user: 'jö', pass: 'ü' }),
      sent: 'LOGIN {3+}\njö {2+}\nü',
    },
  ],
  ['LOGOUT', { call: call(logout, undefined), sent: 'LOGOUT', answer: '* BYE so long' }],
  ['CLOSE', { call: call(close, undefined), sent: 'CLOSE' }],
  ['UNSELECT', { call: call(unselect, undefined), sent: 'UNSELECT' }],
  [
    'CREATE',
    {
      call: call(create, { mailbox: 'Entwürfe/&' }),
      sent: 'CREATE Entw&APw-rfe/&-',
      gives: { mailboxId: null },
    },
  ],
  ['DELETE', { call: call(deleteMailbox, { mailbox: 'a b' }), sent: 'DELETE "a b"' }],
  ['RENAME', { call: call(rename, { mailbox: 'inbox', newName: 'NIL' }), sent: 'RENAME INBOX "NIL"' }],
  ['SUBSCRIBE', { call: call(subscribe, { mailbox: 'x' }), sent: 'SUBSCRIBE x' }],
  ['UNSUBSCRIBE', { call: call(unsubscribe, { mailbox: '' }), sent: 'UNSUBSCRIBE ""' }],
  [
    'LIST',
    {
      call: call(list, { reference: '', pattern: '*' }),
      sent: 'LIST "" *',
      answer: `* LIST (\\HasNoChildren \\Sent) "/" "Gesendet &APw-"
        * LSUB () "/" other
        * LIST () NIL inbox`,
      gives: [
        { name: 'Gesendet ü', delimiter: '/', attributes: ['\\HasNoChildren', '\\Sent'], extended: {} },
        { name: 'INBOX', delimiter: null, attributes: [], extended: {} },
      ],
      unasked: ['* LSUB () "/" other'],
    },
  ],
  [
    'LIST, malformed',
    {
      call: call(list, { reference: 'a', pattern: 'b%' }),
      sent: 'LIST a b%',
      answer: `* LIST
        * LIST () "/" good`,
      gives: [{ name: 'good', delimiter: '/', attributes: [], extended: {} }],
      warns: 'in * LIST',
    },
  ],
  [
    'LSUB',
    {
      call: call(lsub, { reference: '', pattern: '%' }),
      sent: 'LSUB "" %',
      answer: '* LSUB (\\Noselect) "." a.b',
      gives: [{ name: 'a.b', delimiter: '.', attributes: ['\\Noselect'], extended: {} }],
    },
  ],
  [
    'STATUS',
    {
      call: call(status, { mailbox: 'x', items: ['messages', 'uidNext', 'unseen', 'size', 'highestModSeq'] }),
      capabilities: 'STATUS=SIZE CONDSTORE',
      sent: 'STATUS x (MESSAGES UIDNEXT UNSEEN SIZE HIGHESTMODSEQ)',
      answer: '* STATUS x (MESSAGES 3 UIDNEXT 9 SIZE 5000000000 __PROTO__ 1)',
      gives: { name: 'x', messages: 3, uidNext: 9, size: 5_000_000_000n, other: { __PROTO__: '1' } },
    },
  ],
  [
    'STATUS without data',
    {
      call: call(status, { mailbox: 'x', items: ['messages'] }),
      sent: 'STATUS x (MESSAGES)',
      gives: { name: 'x' },
    },
  ],
  [
    'STATUS with words for numbers',
    {
      call: call(status, { mailbox: 'x', items: ['messages'] }),
      sent: 'STATUS x (MESSAGES)',
      answer: '* STATUS x (MESSAGES many)',
      gives: { name: 'x' },
      warns: 'STATUS x (MESSAGES many)',
    },
  ],
  [
    'FETCH, nothing but numbers',
    {
      call: call(fetch, { set: [3, 1, 2], items: {}, uid: false }),
      sent: 'FETCH 1:3 (UID)',
      answer: `* 1 FETCH (UID 10)
        * 9 FETCH (FLAGS (\\Seen))
        * 2 FETCH (UID 20)`,
      gives: [
        { ...empty, sequence: 1, uid: 10 },
        { ...empty, sequence: 2, uid: 20 },
      ],
      unasked: ['* 9 FETCH (FLAGS (\\Seen))'],
    },
  ],
  [
    'UID FETCH of everything, a change of flags in between',
    {
      call: call(fetch, {
        set: '7:*',
        uid: true,
        items: {
          flags: true,
          internalDate: true,
          size: true,
          modSeq: true,
          envelope: true,
          bodyStructure: true,
        },
      }),
      capabilities: 'CONDSTORE',
      sent: 'UID FETCH 7:* (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ ENVELOPE BODYSTRUCTURE)',
      answer: '* 1 FETCH (FLAGS (\\Seen) UID 7)',
      gives: [],
      unasked: ['* 1 FETCH (FLAGS (\\Seen) UID 7)'],
    },
  ],
  [
    'UID FETCH of sections',
    {
      call: call(fetch, {
        set: 5,
        uid: true,
        items: {
          sections: [
            '',
            'HEADER.FIELDS (FROM TO)',
            { section: '1.2', offset: 10, length: 20 },
            { section: '1', offset: 5 },
            { section: '1', length: 5, markSeen: true },
          ],
        },
      }),
      sent: 'UID FETCH 5 (UID BODY.PEEK[] BODY.PEEK[HEADER.FIELDS (FROM TO)] BODY.PEEK[1.2]<10.20> BODY.PEEK[1]<5.4294967295> BODY[1]<0.5>)',
      answer: `* 1 FETCH (UID 5 BODY[1.2]<10> {3}
        abc BODY[1] NIL)`,
      gives: [
        {
          ...empty,
          sequence: 1,
          uid: 5,
          sections: [
            { section: '1.2', offset: 10, bytes: new TextEncoder().encode('abc') },
            { section: '1', offset: null, bytes: null },
          ],
        },
      ],
    },
  ],
  [
    'UID FETCH, an item that breaks its grammar',
    {
      call: call(fetch, { set: 5, uid: true, items: { size: true } }),
      sent: 'UID FETCH 5 (UID RFC822.SIZE)',
      answer: '* 1 FETCH (UID 5 RFC822.SIZE (big))',
      gives: [
        expect.objectContaining({
          uid: 5,
          unparsed: { 'RFC822.SIZE': expect.objectContaining({}) },
        }) as unknown,
      ],
    },
  ],
  [
    'UID STORE',
    {
      call: call(store, { set: [[4, 9]], uid: true, change: { add: ['\\Seen', '$Work'] } }),
      sent: 'UID STORE 4:9 +FLAGS (\\Seen $Work)',
      answer: `* 1 FETCH (UID 4 FLAGS (\\Seen))
        * 2 FETCH (FLAGS (\\Seen))
        * 3 FETCH (UID 10 FLAGS (\\Deleted))`,
      gives: [{ ...empty, sequence: 1, uid: 4, flags: ['\\Seen'] }],
      unasked: ['* 2 FETCH (FLAGS (\\Seen))', '* 3 FETCH (UID 10 FLAGS (\\Deleted))'],
    },
  ],
  [
    'STORE, removing',
    {
      call: call(store, { set: 1, uid: false, change: { remove: [] } }),
      sent: 'STORE 1 -FLAGS ()',
      answer: '* 1 FETCH (FLAGS ())',
      gives: [{ ...empty, sequence: 1, flags: [] }],
    },
  ],
  [
    'STORE, replacing',
    {
      call: call(store, { set: '1', uid: false, change: { replace: ['a'] } }),
      sent: 'STORE 1 FLAGS (a)',
      gives: [],
    },
  ],
  [
    'UID COPY, told in the tagged line',
    {
      call: call(copy, { set: '1:3', mailbox: 'Müll', uid: true }),
      sent: 'UID COPY 1:3 M&APw-ll',
      answer: '$ OK [COPYUID 7 1:3 11:13] done',
      gives: { uidValidity: 7, source: [1, 2, 3], destination: [11, 12, 13] },
    },
  ],
  [
    'UID COPY, told in an untagged line',
    {
      call: call(copy, { set: '1', mailbox: 'x', uid: true }),
      sent: 'UID COPY 1 x',
      answer: `* OK [COPYUID 7 1 11]
        * OK still here`,
      gives: { uidValidity: 7, source: [1], destination: [11] },
      unasked: ['* OK still here'],
    },
  ],
  [
    'UID COPY, told nonsense',
    {
      call: call(copy, { set: '1:2', mailbox: 'x', uid: true }),
      sent: 'UID COPY 1:2 x',
      answer: '$ OK [COPYUID 7 1:2 *] done',
      gives: null,
    },
  ],
  [
    'UID COPY, told of four thousand million messages',
    {
      call: call(copy, { set: '1:2', mailbox: 'x', uid: true }),
      sent: 'UID COPY 1:2 x',
      answer: '$ OK [COPYUID 7 1:4294967295 1:4294967295] done',
      gives: null,
    },
  ],
  ['COPY', { call: call(copy, { set: 1, mailbox: 'x', uid: false }), sent: 'COPY 1 x', gives: null }],
  [
    'UID MOVE, told before the expunges',
    {
      call: call(move, { set: '1', mailbox: 'x', uid: true }),
      sent: 'UID MOVE 1 x',
      answer: `* OK [COPYUID 7 1 11] moved
        * 1 EXPUNGE`,
      gives: { uidValidity: 7, source: [1], destination: [11] },
      unasked: ['* 1 EXPUNGE'],
    },
  ],
  [
    'MOVE, told in the tagged line',
    {
      call: call(move, { set: '1', mailbox: 'x', uid: false }),
      sent: 'MOVE 1 x',
      answer: '$ OK [COPYUID 7 1 11]',
      gives: { uidValidity: 7, source: [1], destination: [11] },
    },
  ],
  [
    'EXPUNGE',
    {
      call: call(expunge, { set: undefined }),
      sent: 'EXPUNGE',
      answer: '* 3 EXPUNGE',
      unasked: ['* 3 EXPUNGE'],
    },
  ],
  ['UID EXPUNGE', { call: call(expunge, { set: [5, 7] }), sent: 'UID EXPUNGE 5,7' }],
  [
    'APPEND',
    {
      call: call(append, { mailbox: 'x', flags: [], date: undefined, message: draft }),
      sent: 'APPEND x {10+}\nSubject: x',
      answer: '$ OK [APPENDUID 7 42] done',
      gives: { uidValidity: 7, uid: 42 },
    },
  ],
  [
    'APPEND with flags and date',
    {
      call: call(append, { mailbox: 'x', flags: ['\\Draft'], date: day, message: draft }),
      sent: 'APPEND x (\\Draft) "09-Feb-2024 22:30:05 +0000" {10+}\nSubject: x',
      gives: null,
    },
  ],
  [
    'APPEND, told nonsense',
    {
      call: call(append, { mailbox: 'x', flags: [], date: undefined, message: draft }),
      sent: 'APPEND x {10+}\nSubject: x',
      answer: '$ OK [APPENDUID x] done',
      gives: null,
    },
  ],
];

describe('commands', () => {
  it.each(rows)('%s', async (_title, row) => {
    expect(await exchange(row)).toEqual(outcomeOf(row));
  });

  it('that are refused reject with the code and the words of the server', async () => {
    const { runner, script } = await openRunner();
    const refused = failure(run(runner, create, { mailbox: 'x' }));
    await script.play(`
      C: $ CREATE x
      S: $ NO [ALREADYEXISTS] it is there
    `);
    expect(await refused).toMatchObject({
      name: 'ImapCommandError',
      message: 'CREATE: the server answered NO: it is there',
      command: 'CREATE',
      status: 'NO',
      code: { name: 'ALREADYEXISTS' },
      text: 'it is there',
    });
  });

  it.each<[string, (runner: Runner) => Promise<unknown>, string]>([
    ['UNSELECT', call(unselect, undefined), 'UNSELECT needs UNSELECT, which the server does not offer'],
    ['UID MOVE 1 x', call(move, { set: 1, mailbox: 'x', uid: true }), 'UID MOVE needs MOVE'],
    ['UID EXPUNGE 1', call(expunge, { set: 1 }), 'UID EXPUNGE needs UIDPLUS'],
  ])('%s is not sent to a server that lacks it, unless it has IMAP4rev2', async (sent, start, error) => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1' });
    expect(await failure(start(runner))).toMatchObject({ name: 'ImapCapabilityError' });
    expect(String(await failure(start(runner)))).toContain(error);
    await script.silence();
    const newer = await openRunner({ capabilities: 'IMAP4rev2' });
    void start(newer.runner);
    await newer.script.play(`C: $ ${sent}`);
  });

  it.each<[string, (runner: Runner) => Promise<unknown>]>([
    ['an empty set', call(expunge, { set: [] })],
    ['no set', call(fetch, { set: 'all', items: {}, uid: true })],
    ['message 0', call(copy, { set: 0, mailbox: 'x', uid: true })],
    ['a line break in a name', call(create, { mailbox: 'a\r\nb' })],
    ['NUL in a password', call(login, { user: 'a', pass: 'b\0' })],
    ['a section that is none', call(fetch, { set: 1, items: { sections: ['1]<0.1> RFC822'] }, uid: true })],
    [
      'a partial section that is none',
      call(fetch, { set: 1, items: { sections: [{ section: '1', offset: -1 }] }, uid: true }),
    ],
    [
      'half a partial section',
      call(fetch, { set: 1, items: { sections: [{ section: '1', length: 0.5 }] }, uid: true }),
    ],
    ['a flag with a space', call(store, { set: 1, change: { add: ['a b'] }, uid: true })],
    ['STATUS of nothing', call(status, { mailbox: 'x', items: [] })],
    ['a size that is none', call(search, { query: { larger: -1 }, uid: true })],
    ['a day that is none', call(search, { query: { since: new Date(Number.NaN) }, uid: true })],
    ['a keyword that is none', call(search, { query: { keyword: 'a b' }, uid: true })],
    [
      'an APPEND on a day that is none',
      call(append, { mailbox: 'x', flags: [], date: new Date(Number.NaN), message: draft }),
    ],
  ])('%s is refused before a byte is sent', async (_what, start) => {
    const { runner, script } = await openRunner({ state: 'selected' });
    if (_what === 'NUL in a password') runner.session.enter('notAuthenticated');
    expect(await failure(start(runner))).toBeInstanceOf(RangeError);
    await script.silence();
  });
});

describe('rows as they come', () => {
  it('are sent for when the first is asked for, and given before the answer is whole', async () => {
    const { runner, script, unasked } = await openRunner();
    const rowsOf = iterate(runner, fetch, { set: '1:*', items: { flags: true }, uid: true });
    await script.silence();
    const first = rowsOf.next();
    await script.play(`
      C: $ UID FETCH 1:* (UID FLAGS)
      S: * 1 FETCH (UID 5 FLAGS ())
    `);
    expect((await first).value).toMatchObject({ uid: 5 });
    const second = rowsOf.next();
    await script.play(`
      S: * 2 EXISTS
      S: * 2 FETCH (FLAGS ())
      S: * 3 FETCH (UID 7 FLAGS ())
      S: $ OK
    `);
    expect((await second).value).toMatchObject({ uid: 7 });
    expect((await rowsOf.next()).done).toBe(true);
    expect(unasked).toEqual(['* 2 EXISTS', '* 2 FETCH (FLAGS ())']);
  });

  it('end with the error of a refused command, behind what came before it', async () => {
    const { runner, script } = await openRunner();
    const rowsOf = iterate(runner, list, { reference: '', pattern: '*' });
    const first = rowsOf.next();
    await script.play(`
      C: $ LIST "" *
      S: * LIST () "/" a
      S: $ NO [LIMIT] that is enough
    `);
    expect((await first).value).toMatchObject({ name: 'a' });
    expect(await failure(rowsOf.next())).toMatchObject({ name: 'ImapCommandError', text: 'that is enough' });
  });

  it('that cannot be read are passed over with a warning', async () => {
    const { runner, script, warnings } = await openRunner();
    const rowsOf = iterate(runner, list, { reference: '', pattern: '*' });
    const first = rowsOf.next();
    await script.play(`
      C: $ LIST "" *
      S: * LIST (
      S: * LIST () "/" a
      S: $ OK
    `);
    expect((await first).value).toMatchObject({ name: 'a' });
    expect(warnings).toHaveLength(1);
  });

  it('that nobody takes any more are dropped, up to the end of the answer', async () => {
    const { runner, script, session } = await openRunner();
    const rowsOf = iterate(runner, list, { reference: '', pattern: '*' });
    const first = rowsOf.next();
    await script.play(`
      C: $ LIST "" *
      S: * LIST () "/" a
    `);
    await first;
    await rowsOf.return();
    expect(session.idle).toBe(false);
    const next = run(runner, noop, undefined);
    await script.play(`
      C: $ NOOP
      S: * LIST () "/" b
      S: $1 OK
      S: $2 OK
    `);
    await next;
    expect(session.idle).toBe(true);
  });

  it('stop with the signal', async () => {
    const { runner, script } = await openRunner();
    const abort = new AbortController();
    const rowsOf = iterate(runner, list, { reference: '', pattern: '*' }, { signal: abort.signal });
    const first = rowsOf.next();
    await script.play('C: $ LIST "" *');
    abort.abort(new Error('enough'));
    expect(await failure(first)).toMatchObject({ message: 'enough' });
  });

  it('of a set of many numbers are told from others in little time', async () => {
    const { runner, script } = await openRunner();
    const set = Array.from({ length: 20_000 }, (_, index) => 2 * index + 1);
    const done = run(runner, fetch, { set, items: {}, uid: true });
    await script.play(`C: $ UID FETCH ${set.join(',')} (UID)`);
    const started = performance.now();
    await script.say(set.map((uid, index) => `* ${index + 1} FETCH (UID ${uid})\r\n`).join(''));
    await script.play('S: $ OK');
    expect(await done).toHaveLength(20_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
