import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { iterate, run, type Runner } from './command.ts';
import { copy } from './copy.ts';
import { expunge } from './expunge.ts';
import { fetch, type FetchArgs, type FetchItems } from './fetch.ts';
import { move } from './move.ts';
import { search } from './search.ts';
import { store } from './store.ts';
import { openRunner } from './testing/opened.ts';

const full = 'IMAP4rev1 QRESYNC PREVIEW SAVEDATE OBJECTID BINARY PARTIAL X-GM-EXT-1 UIDONLY UIDPLUS';
const base = { set: '1:*', uid: true, items: {} } as const;

async function toArray<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

describe('FETCH of what the server leaves out', () => {
  const envelope = 'ENVELOPE (NIL "hi" NIL NIL NIL NIL NIL NIL NIL NIL)';
  const items = { envelope: true, bodyStructure: true, flags: true };

  it.each([true, false])('gives the rest of the message (as a loop: %s)', async (asLoop) => {
    const { runner, script, unasked } = await openRunner();
    const args = { ...base, items };
    const rows = asLoop ? toArray(iterate(runner, fetch, args)) : run(runner, fetch, args);
    await script.play(`
      C: $ UID FETCH 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE)
      S: * 1 FETCH (UID 7 FLAGS () ${envelope})
      S: * 2 FETCH (UID 8 FLAGS (\\Answered))
      S: $ OK
    `);
    expect((await rows).map(({ uid }) => uid)).toEqual([7]);
    expect(unasked).toEqual(['* 2 FETCH (UID 8 FLAGS (\\Answered))']);
  });

  it('leaves it to the call that asked for just that', async () => {
    const { runner, script } = await openRunner();
    const first = run(runner, fetch, { ...base, items });
    const second = run(runner, fetch, { ...base, items: { envelope: true } });
    await script.play('C: $ UID FETCH 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE)');
    await script.play(`
      C: $ UID FETCH 1:* (UID ENVELOPE)
      S: * 1 FETCH (UID 7 ${envelope})
      S: $1 OK
      S: $2 OK
    `);
    expect([await first, (await second).length]).toEqual([[], 1]);
  });
});

describe('FETCH, the items of extensions', () => {
  it.each<[items: FetchItems, sent: string, answer: string, gives: object]>([
    [{ modSeq: true }, 'MODSEQ', 'MODSEQ (12121231000)', { modSeq: 12121231000n }],
    // Named, with no value: the row answers all the same.
    [{ modSeq: true }, 'MODSEQ', 'MODSEQ (-1)', { modSeq: undefined }],
    [{ internalDate: true }, 'INTERNALDATE', 'INTERNALDATE NIL', { internalDate: undefined }],
    [{ emailId: true }, 'EMAILID', 'EMAILID NIL', { emailId: undefined }],
    [{ preview: true }, 'PREVIEW', 'PREVIEW "Hello"', { preview: 'Hello' }],
    [{ preview: 'lazy', flags: true }, 'FLAGS PREVIEW (LAZY)', 'FLAGS () PREVIEW NIL', { preview: null }],
    [{ saveDate: true }, 'SAVEDATE', 'SAVEDATE NIL', { saveDate: null }],
    [
      { emailId: true, threadId: true },
      'EMAILID THREADID',
      'EMAILID (M5) THREADID NIL',
      { emailId: 'M5', threadId: null },
    ],
    [
      { gmailMessageId: true, gmailThreadId: true, gmailLabels: true },
      'X-GM-MSGID X-GM-THRID X-GM-LABELS',
      'X-GM-MSGID 1 X-GM-THRID 2 X-GM-LABELS (\\Inbox)',
      { gmailMessageId: 1n, gmailThreadId: 2n, gmailLabels: ['\\Inbox'] },
    ],
    [
      { binarySizes: ['1', '2.1'] },
      'BINARY.SIZE[1] BINARY.SIZE[2.1]',
      'BINARY.SIZE[1] 17 BINARY.SIZE[2.1] 0',
      { binarySizes: { '1': 17, '2.1': 0 } },
    ],
    [
      { sections: [{ section: '1', binary: true, offset: 0, length: 2 }] },
      'BINARY.PEEK[1]<0.2>',
      'BINARY[1]<0> "hi"',
      { sections: [{ section: '1', offset: 0, decoded: true }] },
    ],
    [
      { sections: [{ section: '', binary: true, markSeen: true }] },
      'BINARY[]',
      'BINARY[] NIL',
      { sections: [{ section: '', bytes: null }] },
    ],
  ])('%o', async (items, sent, answer, gives) => {
    const { runner, script, unasked } = await openRunner({ capabilities: full });
    const rows = run(runner, fetch, { ...base, items });
    await script.play(`
      C: $ UID FETCH 1:* (UID ${sent})
      S: * 1 FETCH (UID 7 ${answer})
      S: * 2 FETCH (UID 8 FLAGS (\\Answered))
      S: $ OK
    `);
    const found = await rows;
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ uid: 7, ...gives, unparsed: {} });
    expect(unasked).toHaveLength(1);
  });

  it.each<[items: FetchItems, capability: string]>([
    [{ modSeq: true }, 'CONDSTORE or QRESYNC'],
    [{ preview: 'lazy' }, 'PREVIEW'],
    [{ saveDate: true }, 'SAVEDATE'],
    [{ threadId: true }, 'OBJECTID'],
    [{ gmailLabels: true }, 'X-GM-EXT-1'],
    [{ binarySizes: ['1'] }, 'BINARY or IMAP4REV2'],
    [{ sections: ['1', { section: '1', binary: true }] }, 'BINARY or IMAP4REV2'],
  ])('%o needs %s', async (items, capability) => {
    const { runner, script } = await openRunner();
    const error = await failure(run(runner, fetch, { ...base, items }));
    expect(error).toMatchObject({ name: 'ImapCapabilityError', capability });
    await script.silence();
  });

  it('BINARY is part of IMAP4rev2', async () => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev2' });
    const rows = run(runner, fetch, { ...base, items: { binarySizes: [''] } });
    await script.play(
      'C: $ UID FETCH 1:* (UID BINARY.SIZE[])\nS: * 1 FETCH (UID 7 BINARY.SIZE[] 5)\nS: $ OK',
    );
    expect(await rows).toMatchObject([{ binarySizes: { '': 5 } }]);
  });

  it('leaves BINARY to the command that asked for it', async () => {
    const { runner, script } = await openRunner({ capabilities: full });
    const encoded = run(runner, fetch, { ...base, set: 7, items: { sections: ['1'] } });
    const decoded = run(runner, fetch, {
      ...base,
      set: 7,
      items: { sections: [{ section: '1', binary: true }] },
    });
    await script.play(`
      C: $ UID FETCH 7 (UID BODY.PEEK[1])
      C: $ UID FETCH 7 (UID BINARY.PEEK[1])
      S: * 1 FETCH (UID 7 BINARY[1] "hi")
      S: * 1 FETCH (UID 7 BODY[1] "aGk=")
      S: $1 OK
      S: $2 OK
    `);
    expect((await encoded)[0]?.sections[0]).not.toHaveProperty('decoded');
    expect((await decoded)[0]?.sections[0]).toMatchObject({ decoded: true });
  });
});

describe('FETCH, modifiers', () => {
  it.each<[args: Partial<FetchArgs>, sent: string]>([
    [{ changedSince: 12345n }, '(CHANGEDSINCE 12345)'],
    [{ changedSince: 12345n, vanished: true }, '(CHANGEDSINCE 12345 VANISHED)'],
    [{ partial: [-1, -30] }, '(PARTIAL -1:-30)'],
    [{ partial: [1, 100], changedSince: 98305n }, '(PARTIAL 1:100 CHANGEDSINCE 98305)'],
    [{ changedSince: undefined, partial: undefined, vanished: undefined }, ''],
  ])('%o', async (args, sent) => {
    const { runner, script, unasked } = await openRunner({ capabilities: full });
    const rows = run(runner, fetch, { ...base, items: { flags: true }, ...args });
    await script.play(`
      C: ${`$ UID FETCH 1:* (UID FLAGS) ${sent}`.trimEnd()}
      S: * VANISHED (EARLIER) 41,43:4294967295
      S: * 1 FETCH (UID 7 MODSEQ (65402) FLAGS (\\Seen))
      S: $ OK
    `);
    expect(await rows).toMatchObject([{ uid: 7, modSeq: 65402n }]);
    expect(unasked).toEqual(['* VANISHED (EARLIER) 41,43:4294967295']);
  });

  it.each<[args: Partial<FetchArgs>, reason: RegExp]>([
    [{ vanished: true }, /by UID alone/],
    [{ vanished: true, changedSince: 1n, uid: false }, /by UID alone/],
    [{ partial: [1, 2], uid: false }, /by UID alone/],
    [{ partial: [0, 2] }, /0:2 is no page/],
    [{ items: { sections: [{ section: 'HEADER', binary: true }] } }, /"HEADER" is not the number of a part/],
    [{ items: { binarySizes: ['1] X'] } }, /is not the number of a part/],
  ])('refuses %o', async (args, reason) => {
    const { runner, script } = await openRunner({ capabilities: full });
    const error = await failure(run(runner, fetch, { ...base, ...args }));
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toMatch(reason);
    await script.silence();
  });

  it('takes $, what the last search has saved', async () => {
    const { runner, script } = await openRunner({ capabilities: `${full} SEARCHRES` });
    const rows = run(runner, fetch, { ...base, set: '$', items: {} });
    await script.play('C: $ UID FETCH $ (UID)\nS: * 4 FETCH (UID 20)\nS: $ OK');
    expect(await rows).toMatchObject([{ uid: 20 }]);
  });
});

describe('$', () => {
  const set = '$';
  it.each<[name: string, call: (runner: Runner) => Promise<unknown>]>([
    ['FETCH', (runner) => run(runner, fetch, { ...base, set })],
    ['STORE', (runner) => run(runner, store, { set, uid: true, change: { add: [] } })],
    ['COPY', (runner) => run(runner, copy, { set, uid: true, mailbox: 'x' })],
    ['MOVE', (runner) => run(runner, move, { set, uid: true, mailbox: 'x' })],
    ['EXPUNGE', (runner) => run(runner, expunge, { set })],
    ['SEARCH', (runner) => run(runner, search, { query: { not: { uid: set } }, uid: true })],
  ])('%s needs SEARCHRES', async (_name, call) => {
    const { runner, script } = await openRunner();
    expect(await failure(call(runner))).toMatchObject({ capability: 'SEARCHRES' });
    await script.silence();
  });
});

describe('with UIDONLY (RFC 9586)', () => {
  it('messages come as UIDFETCH', async () => {
    const { runner, script, unasked } = await openRunner({ capabilities: full });
    runner.session.enable(['UIDONLY']);
    const rows = run(runner, fetch, { ...base, set: '25900:26600', items: { flags: true } });
    await script.play(`
      C: $ UID FETCH 25900:26600 (UID FLAGS)
      S: * 25996 UIDFETCH (FLAGS (\\Seen))
      S: * 9 UIDFETCH (FLAGS (\\Seen))
      S: $ OK
    `);
    expect(await rows).toMatchObject([{ sequence: 0, uid: 25996, flags: ['\\Seen'] }]);
    expect(unasked).toEqual(['* 9 UIDFETCH (FLAGS (\\Seen))']);
  });

  it('sequence numbers are refused before a byte is sent', async () => {
    const { runner, script } = await openRunner({ capabilities: full });
    runner.session.enable(['UIDONLY']);
    for (const call of [
      run(runner, fetch, { ...base, uid: false }),
      run(runner, search, { query: {}, uid: false }),
      run(runner, search, { query: { not: { sequence: 1 } }, uid: true }),
    ]) {
      const error = await failure(call);
      expect(error).toMatchObject({ name: 'ImapStateError' });
      expect(String(error)).toContain('use UIDs');
    }
    await script.silence();
    const expunged = run(runner, expunge, { set: undefined });
    await script.play('C: $ EXPUNGE\nS: * VANISHED 405\nS: $ OK');
    await expunged;
  });
});

describe('with MESSAGELIMIT (RFC 9738)', () => {
  it('rows come, and their end says that they are not all', async () => {
    const { runner, script } = await openRunner();
    const uids: (number | undefined)[] = [];
    const loop = (async () => {
      for await (const { uid } of iterate(runner, fetch, base)) uids.push(uid);
    })();
    const error = failure(loop);
    await script.play(`
      C: $ UID FETCH 1:* (UID)
      S: * 9 FETCH (UID 23222)
      S: * 8 FETCH (UID 23221)
      S: $ OK [MESSAGELIMIT 2 23221] FETCH completed with 2 partial results
    `);
    expect(await error).toMatchObject({
      name: 'ImapPartialError',
      command: 'UID FETCH',
      code: { name: 'MESSAGELIMIT', limit: 2, lastUid: 23221 },
      result: null,
    });
    expect(String(await error)).toContain('has come to UID 23221');
    expect(uids).toEqual([23222, 23221]);
  });

  it('a search gives what it found with the error', async () => {
    const { runner, script } = await openRunner();
    const error = failure(run(runner, search, { query: {}, uid: true }));
    await script.play('C: $ UID SEARCH ALL\nS: * SEARCH 8 9\nS: $ OK [MESSAGELIMIT 1000] done');
    expect(await error).toMatchObject({ name: 'ImapPartialError', result: [8, 9] });
    expect(String(await error)).toContain('1000 messages at once: ask for fewer');
  });

  it('a refusal is a refusal', async () => {
    const { runner, script } = await openRunner();
    const error = failure(run(runner, search, { query: {}, uid: true }));
    await script.play('C: $ UID SEARCH ALL\nS: $ NO [MESSAGELIMIT 1000] too many');
    expect(await error).toMatchObject({ name: 'ImapCommandError', code: { limit: 1000 } });
  });
});
