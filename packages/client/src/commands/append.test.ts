// APPEND and what has grown on it: several messages, texts and parts of others, one in the place of another.

import { describe, expect, it } from 'vitest';
import { append, type AppendArgs } from './append.ts';
import { catenate, imapUrl, type CatenatePart } from './catenate.ts';
import { run } from './command.ts';
import { multiAppend } from './multi-append.ts';
import { replace } from './replace.ts';
import { call, exchange, outcomeOf, type Exchange } from './testing/exchange.ts';
import { openRunner } from './testing/opened.ts';
import { failure } from '../session/testing/opened.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const draft = bytes('Subject: x');
const day = new Date(Date.UTC(2024, 1, 9, 22, 30, 5));

function source(size: number, ...chunks: string[]): { size: number; stream: ReadableStream<Uint8Array> } {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(bytes(chunk));
      controller.close();
    },
  });
  return { size, stream };
}

const rows: [string, Exchange][] = [
  ['text', { call: call(append, { mailbox: 'x', message: 'jö' }), sent: 'APPEND x {3+}\njö', gives: null }],
  [
    'octets',
    { call: call(append, { mailbox: 'x', message: draft }), sent: 'APPEND x {10+}\nSubject: x', gives: null },
  ],
  [
    'a Blob',
    {
      call: call(append, { mailbox: 'x', message: new Blob(['Sub', 'ject: x']) }),
      sent: 'APPEND x {10+}\nSubject: x',
      gives: null,
    },
  ],
  [
    'a File',
    {
      call: call(append, { mailbox: 'x', message: new File(['Subject: x'], 'x.eml') }),
      sent: 'APPEND x {10+}\nSubject: x',
      gives: null,
    },
  ],
  [
    'a stream',
    {
      call: call(append, { mailbox: 'x', message: source(10, 'Sub', 'ject: x') }),
      sent: 'APPEND x {10+}\nSubject: x',
      gives: null,
    },
  ],
  [
    'as large as the server takes',
    {
      call: call(append, { mailbox: 'x', message: draft }),
      sent: 'APPEND x {10+}\nSubject: x',
      gives: null,
      capabilities: 'APPENDLIMIT=10',
    },
  ],
  [
    'a limit that each mailbox has for itself, and ones that are nonsense',
    {
      call: call(append, { mailbox: 'x', message: draft }),
      sent: 'APPEND x {10+}\nSubject: x',
      gives: null,
      capabilities: 'APPENDLIMIT APPENDLIMIT=many APPENDLIMIT=',
    },
  ],
  [
    'NUL, where BINARY is there',
    {
      call: call(append, { mailbox: 'x', message: 'a\0b' }),
      sent: 'APPEND x ~{3+}\na\0b',
      gives: null,
      capabilities: 'BINARY',
    },
  ],
  [
    'no NUL, where BINARY is there',
    {
      call: call(append, { mailbox: 'x', message: 'ab' }),
      sent: 'APPEND x {2+}\nab',
      gives: null,
      capabilities: 'BINARY',
    },
  ],
  [
    'a Blob that may hold NUL',
    {
      call: call(append, { mailbox: 'x', message: new Blob(['a\0b']), binary: true }),
      sent: 'APPEND x ~{3+}\na\0b',
      gives: null,
      capabilities: 'BINARY',
    },
  ],
  [
    'several at once',
    {
      call: call(multiAppend, {
        mailbox: 'x',
        messages: [
          { message: 'a', flags: ['\\Seen'], date: day },
          { message: new Blob(['bb']) },
          { message: source(3, 'ccc') },
        ],
      }),
      sent: 'APPEND x (\\Seen) "09-Feb-2024 22:30:05 +0000" {1+}\na {2+}\nbb {3+}\nccc',
      answer: '$ OK [APPENDUID 7 11:13] done',
      gives: [
        { uidValidity: 7, uid: 11 },
        { uidValidity: 7, uid: 12 },
        { uidValidity: 7, uid: 13 },
      ],
      capabilities: 'MULTIAPPEND',
    },
  ],
  [
    'several at once, told of fewer UIDs',
    {
      call: call(multiAppend, { mailbox: 'x', messages: [{ message: 'a' }, { message: 'b' }] }),
      sent: 'APPEND x {1+}\na {1+}\nb',
      answer: '$ OK [APPENDUID 7 11] done',
      gives: null,
      capabilities: 'MULTIAPPEND',
    },
  ],
  [
    'one of several',
    {
      call: call(multiAppend, { mailbox: 'x', messages: [{ message: 'a' }] }),
      sent: 'APPEND x {1+}\na',
      gives: null,
    },
  ],
  [
    'put together (RFC 4469 5)',
    {
      call: call(catenate, {
        mailbox: 'Drafts',
        flags: ['\\Seen', '\\Draft', '$MDNSent'],
        parts: [
          { url: '/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER' },
          { text: '\r\n--1\r\n' },
          { url: imapUrl({ mailbox: 'Entwürfe', uid: 20, section: '1.MIME' }) },
          { text: source(3, '--1') },
        ],
      }),
      sent:
        'APPEND Drafts (\\Seen \\Draft $MDNSent) CATENATE ' +
        '(URL /Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER TEXT {7+}\n\n--1\n URL "/Entw%C3%BCrfe/;UID=20/;SECTION=1.MIME" TEXT {3+}\n--1)',
      answer: '$ OK [APPENDUID 385759045 45] append completed',
      gives: { uidValidity: 385759045, uid: 45 },
      capabilities: 'CATENATE',
    },
  ],
  [
    'in the place of another one (RFC 8508 3.6)',
    {
      call: call(replace, { mailbox: 'Drafts', number: 7, uid: true, message: 'hello', flags: ['\\Draft'] }),
      sent: 'UID REPLACE 7 Drafts (\\Draft) {5+}\nhello',
      answer: '* OK [APPENDUID 1 2000] Replacement Message ready\n* 5 EXISTS\n* 4 EXPUNGE',
      gives: { uidValidity: 1, uid: 2000 },
      unasked: ['* 5 EXISTS', '* 4 EXPUNGE'],
      capabilities: 'REPLACE',
    },
  ],
  [
    'in the place of another one, by its number',
    {
      call: call(replace, { mailbox: 'Drafts', number: 4, uid: false, message: 'hello' }),
      sent: 'REPLACE 4 Drafts {5+}\nhello',
      answer: '* OK [ALERT] beware\n* 4 EXPUNGE\n$ OK [APPENDUID 1 2000] done',
      gives: { uidValidity: 1, uid: 2000 },
      unasked: ['* OK [ALERT] beware', '* 4 EXPUNGE'],
      capabilities: 'REPLACE',
    },
  ],
];

describe('append', () => {
  it.each(rows)('%s', async (_title, row) => {
    expect(await exchange(row)).toEqual(outcomeOf(row));
  });

  it.each([
    ['Subject: é\r\n\r\nx', true],
    ['Subject: x\r\nFrom: é', true],
    ['Subject: x\n\né', false],
    ['Subject: x\r\n\r\né', false],
  ])('UTF8=ACCEPT: %j with a header in UTF-8: %s', async (message, isUtf8) => {
    const { runner, session, script } = await openRunner({ capabilities: 'IMAP4rev1 LITERAL+' });
    session.enable(['UTF8=ACCEPT']);
    const done = run(runner, append, { mailbox: 'x', message });
    const size = bytes(message).length;
    const lines = message.replaceAll('\r\n', '\n').split('\n').join('\nC: ');
    // quirk: flags-before-unicode
    await script.play(
      isUtf8 ? `C: $ APPEND x () UTF8 (~{${size}+}\nC: ${lines})` : `C: $ APPEND x {${size}+}\nC: ${lines}`,
    );
    await script.play('S: $ OK');
    expect(await done).toBeNull();
  });

  it('IMAP4rev2 has no word for headers in UTF-8: they go as they are', async () => {
    const { runner, session, script } = await openRunner({ capabilities: 'IMAP4rev2 LITERAL+' });
    session.enable(['IMAP4REV2', 'UTF8=ACCEPT']);
    const done = run(runner, append, { mailbox: 'é', message: 'Subject: é' });
    await script.play('C: $ APPEND "é" {11+}\nC: Subject: é\nS: $ OK');
    expect(await done).toBeNull();
  });

  it('waits for + before each of several messages, and sends no more once refused', async () => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1 MULTIAPPEND' });
    const refused = failure(
      run(runner, multiAppend, { mailbox: 'x', messages: [{ message: 'a' }, { message: 'b' }] }),
    );
    await script.play('C: $ APPEND x {1}\nS: + go on\nC: a {1}\nS: $ NO [TOOBIG] too much');
    expect(await refused).toMatchObject({ name: 'ImapCommandError', code: { name: 'TOOBIG' } });
    await script.silence();
  });

  it.each([
    [
      'NO [TRYCREATE] no such mailbox',
      'APPEND: the server answered NO: no such mailbox; create the mailbox first',
    ],
    ['NO [TOOBIG] no', 'APPEND: the server answered NO: no; it takes no message of this size'],
    [
      'NO [OVERQUOTA] full',
      'APPEND: the server answered NO: full; there is no room left: delete something first',
    ],
    ['NO no', 'APPEND: the server answered NO: no'],
  ])('refused with %s says what to do', async (answer, message) => {
    const { runner, script } = await openRunner();
    const refused = failure(run(runner, append, { mailbox: 'x', message: 'a' }));
    await script.play(`C: $ APPEND x {1+}\nC: a\nS: $ ${answer}`);
    expect(await refused).toMatchObject({ name: 'ImapCommandError', message });
  });

  const refusals: [string, AppendArgs, object][] = [
    [
      'NUL',
      { mailbox: 'x', message: 'a\0b' },
      { name: 'RangeError', message: expect.stringContaining('base64') },
    ],
    [
      'too large',
      { mailbox: 'x', message: 'x'.repeat(101) },
      { name: 'ImapLimitError', limit: 'APPENDLIMIT' },
    ],
    [
      'a stream too large',
      { mailbox: 'x', message: source(101) },
      { name: 'ImapLimitError', limit: 'APPENDLIMIT' },
    ],
    ['a Blob too large', { mailbox: 'x', message: new Blob(['x'.repeat(101)]) }, { name: 'ImapLimitError' }],
    ['a stream of no size', { mailbox: 'x', message: source(Number.NaN) }, { name: 'RangeError' }],
    ['a flag that is none', { mailbox: 'x', message: 'a', flags: ['a b'] }, { name: 'RangeError' }],
    [
      'a date that is none',
      { mailbox: 'x', message: 'a', date: new Date(Number.NaN) },
      { name: 'RangeError' },
    ],
  ];
  it.each(refusals)('%s is refused before a byte is sent', async (_what, args, error) => {
    const { runner, script } = await openRunner({
      capabilities: 'IMAP4rev1 LITERAL+ MULTIAPPEND REPLACE APPENDLIMIT=100',
    });
    expect(await failure(run(runner, append, args))).toMatchObject(error);
    expect(
      await failure(run(runner, multiAppend, { mailbox: 'x', messages: [{ message: 'a' }, args] })),
    ).toMatchObject(error);
    expect(await failure(run(runner, replace, { ...args, number: 1, uid: true }))).toMatchObject(error);
    await script.silence();
  });

  it('several, one of them empty, would call everything off', async () => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1 MULTIAPPEND' });
    for (const messages of [[], [{ message: '' }], [{ message: 'a' }, { message: new Blob([]) }]]) {
      expect(await failure(run(runner, multiAppend, { mailbox: 'x', messages }))).toBeInstanceOf(RangeError);
    }
    await script.silence();
  });

  const parts: [string, readonly CatenatePart[]][] = [
    ['no part', []],
    ['NUL in a text', [{ text: 'a\0' }]],
    ['NUL in a URL', [{ url: '/a\0' }]],
  ];
  it.each(parts)('CATENATE with %s is refused', async (_what, given) => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1 CATENATE' });
    expect(await failure(run(runner, catenate, { mailbox: 'x', parts: given }))).toBeInstanceOf(RangeError);
    await script.silence();
  });

  it('CATENATE names the URL that leads nowhere', async () => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1 LITERAL+ CATENATE' });
    const refused = failure(run(runner, catenate, { mailbox: 'x', parts: [{ url: '/x/;UID=1' }] }));
    await script.play(
      'C: $ APPEND x CATENATE (URL /x/;UID=1)\nS: $ NO [BADURL "/x/;UID=1"] CATENATE append has failed',
    );
    expect(await refused).toMatchObject({
      code: { name: 'BADURL', url: expect.stringContaining('/x/;UID=1') },
    });
  });

  it.each([
    [
      'MULTIAPPEND',
      (opened: Awaited<ReturnType<typeof openRunner>>) =>
        run(opened.runner, multiAppend, { mailbox: 'x', messages: [{ message: 'a' }, { message: 'b' }] }),
    ],
    [
      'CATENATE',
      (opened: Awaited<ReturnType<typeof openRunner>>) =>
        run(opened.runner, catenate, { mailbox: 'x', parts: [{ text: 'a' }] }),
    ],
    [
      'REPLACE',
      (opened: Awaited<ReturnType<typeof openRunner>>) =>
        run(opened.runner, replace, { mailbox: 'x', message: 'a', number: 1, uid: true }),
    ],
  ])('%s needs the server to have it', async (capability, start) => {
    const opened = await openRunner();
    expect(await failure(start(opened))).toMatchObject({ name: 'ImapCapabilityError', capability });
    await opened.script.silence();
  });
});

describe('imapUrl', () => {
  it.each([
    [{ mailbox: 'INBOX', uid: 1 }, '/INBOX/;UID=1'],
    [
      { mailbox: 'a/b c', uidValidity: 7, uid: 20, section: '1.2' },
      '/a/b%20c;UIDVALIDITY=7/;UID=20/;SECTION=1.2',
    ],
    [
      { mailbox: '日本;UID=9?#%"', uid: 4294967295 },
      '/%E6%97%A5%E6%9C%AC%3BUID%3D9%3F%23%25%22/;UID=4294967295',
    ],
    [
      { mailbox: 'a\r\nb', uid: 1, section: 'HEADER.FIELDS (FROM)' },
      '/a%0D%0Ab/;UID=1/;SECTION=HEADER.FIELDS%20(FROM)',
    ],
  ])('%j', (url, text) => {
    expect(imapUrl(url)).toBe(text);
  });

  it.each([
    { mailbox: 'x', uid: 0 },
    { mailbox: 'x', uid: 1.5 },
    { mailbox: 'x', uid: 4294967296 },
    { mailbox: 'x', uid: 1, uidValidity: -1 },
    { mailbox: '', uid: 1 },
    { mailbox: '\ud800', uid: 1 },
  ])('refuses %j', (url) => {
    expect(() => imapUrl(url)).toThrow(RangeError);
  });
});
