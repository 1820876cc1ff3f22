import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { run } from './command.ts';
import { openRunner } from './testing/opened.ts';
import { search, type SearchQuery } from './search.ts';

const day = new Date('2024-02-09T22:30:05Z');

// quirk: qresync-alone
const extensions = 'WITHIN SEARCH=FUZZY OBJECTID SAVEDATE SEARCHRES QRESYNC X-GM-EXT-1';

describe('SEARCH', () => {
  it.each<[query: SearchQuery, sent: string]>([
    [{}, 'ALL'],
    [
      { seen: true, flagged: false, answered: true, deleted: false, draft: false },
      'SEEN UNFLAGGED ANSWERED UNDELETED UNDRAFT',
    ],
    [{ keyword: '$Work', unkeyword: '$Junk' }, 'KEYWORD $Work UNKEYWORD $Junk'],
    [{ from: 'a', to: 'b', cc: 'c', bcc: 'd' }, 'FROM a TO b CC c BCC d'],
    [{ subject: 'two words', body: '', text: 'a"b' }, 'SUBJECT "two words" BODY "" TEXT "a\\"b"'],
    [{ header: ['List-Id', 'x@y'] }, 'HEADER List-Id x@y'],
    [{ since: day, before: day, on: day }, 'SINCE 9-Feb-2024 BEFORE 9-Feb-2024 ON 9-Feb-2024'],
    [{ sentSince: day, sentBefore: day }, 'SENTSINCE 9-Feb-2024 SENTBEFORE 9-Feb-2024'],
    [{ larger: 1000, smaller: 2000 }, 'LARGER 1000 SMALLER 2000'],
    [{ recent: true }, 'RECENT'],
    [{ new: true, old: true }, 'NEW OLD'],
    [{ sentOn: day }, 'SENTON 9-Feb-2024'],
    [{ older: 3600, younger: 259200 }, 'OLDER 3600 YOUNGER 259200'],
    [{ fuzzy: { subject: 'zonk' } }, 'FUZZY SUBJECT zonk'],
    [{ fuzzy: { subject: 'IMAP', from: 'x' }, seen: false }, 'UNSEEN FUZZY (FROM x SUBJECT IMAP)'],
    [
      { emailId: 'M6d99ac3275bb4e', threadId: 'T64b478a75b7ea9' },
      'EMAILID M6d99ac3275bb4e THREADID T64b478a75b7ea9',
    ],
    [
      { savedSince: day, savedBefore: day, savedOn: day, saveDateSupported: true },
      'SAVEDATESUPPORTED SAVEDSINCE 9-Feb-2024 SAVEDBEFORE 9-Feb-2024 SAVEDON 9-Feb-2024',
    ],
    [{ modSeq: 620162338n }, 'MODSEQ 620162338'],
    [
      { modSeq: { flag: '\\Draft', type: 'all', value: 620162338n } },
      'MODSEQ "/flags/\\\\Draft" all 620162338',
    ],
    [
      {
        gmailRaw: 'has:attachment in:unread',
        gmailLabels: 'foo',
        gmailMessageId: 1278455344230334865n,
        gmailThreadId: 1266894439832287888n,
      },
      'X-GM-RAW "has:attachment in:unread" X-GM-LABELS foo X-GM-MSGID 1278455344230334865 X-GM-THRID 1266894439832287888',
    ],
    [{ gmailLabels: '\\Inbox' }, 'X-GM-LABELS "\\\\Inbox"'],
    [{ saved: true, not: { saved: true } }, '$ NOT $'],
    [{ uid: [1, [5, '*']], sequence: '7:9' }, 'UID 1,5:* 7:9'],
    [{ not: {} }, 'NOT ALL'],
    [{ not: { seen: true, from: 'x' } }, 'NOT (SEEN FROM x)'],
    [{ or: [{ from: 'x' }, { to: 'x' }] }, 'OR FROM x TO x'],
    [{ or: [{ from: 'x' }, { to: 'x' }, { cc: 'x' }] }, 'OR FROM x OR TO x CC x'],
    [{ text: 'a', and: [{ text: 'b' }, {}, { not: { text: 'c' } }] }, 'TEXT a TEXT b NOT TEXT c'],
    [{ not: { and: [{ text: 'a' }, { text: 'b' }] } }, 'NOT (TEXT a TEXT b)'],
    [
      { seen: true, or: [{ not: { or: [{ draft: true }, { from: 'é' }] } }, { uid: 3 }] },
      'CHARSET UTF-8 SEEN OR NOT OR DRAFT FROM {2+}\né UID 3',
    ],
    [{ subject: '日本' }, 'CHARSET UTF-8 SUBJECT {6+}\n日本'],
    [{ header: ['Subject', 'ü'] }, 'CHARSET UTF-8 HEADER Subject {2+}\nü'],
  ])('%o', async (query, sent) => {
    const { runner, script } = await openRunner({ capabilities: `IMAP4rev1 LITERAL+ ${extensions}` });
    const found = run(runner, search, { query, uid: true });
    await script.play(`C: $ UID SEARCH ${sent.split('\n').join('\nC: ')}\nS: * SEARCH 2 3\nS: $ OK`);
    expect(await found).toEqual([2, 3]);
  });

  it('names no character set where UTF-8 is enabled (RFC 6855 3)', async () => {
    const { runner, script, session } = await openRunner();
    session.utf8 = true;
    const found = run(runner, search, { query: { subject: '日本' }, uid: true });
    await script.play('C: $ UID SEARCH SUBJECT "日本"\nS: * SEARCH 2\nS: $ OK');
    expect(await found).toEqual([2]);
  });

  it.each<[what: string, answer: string, found: readonly number[]]>([
    ['nothing', '', []],
    ['an empty line', 'S: * SEARCH', []],
    ['several lines', 'S: * SEARCH 1 2\nS: * SEARCH 3', [1, 2, 3]],
    ['a modification sequence', 'S: * SEARCH 1 2 (MODSEQ 917)', [1, 2]],
    ['ESEARCH', 'S: * ESEARCH (TAG "T0") UID ALL 1:3,7', [1, 2, 3, 7]],
    ['ESEARCH without hits', 'S: * ESEARCH (TAG "T0") UID', []],
  ])('is answered with %s', async (_what, answer, found) => {
    const { runner, script } = await openRunner();
    const done = run(runner, search, { query: {}, uid: true });
    await script.play(`C: $ UID SEARCH ALL\n${answer}\nS: $ OK`);
    expect(await done).toEqual(found);
  });

  it.each<[query: SearchQuery, capability: string]>([
    [{ older: 1 }, 'WITHIN'],
    [{ not: { younger: 1 } }, 'WITHIN'],
    [{ fuzzy: {} }, 'SEARCH=FUZZY'],
    [{ or: [{}, {}, { emailId: 'M' }] }, 'OBJECTID'],
    [{ and: [{}, { savedOn: day }] }, 'SAVEDATE'],
    [{ modSeq: 1n }, 'CONDSTORE or QRESYNC'],
    [{ saved: true }, 'SEARCHRES'],
    [{ gmailRaw: 'x' }, 'X-GM-EXT-1'],
  ])('%o needs %s', async (query, capability) => {
    const { runner, script } = await openRunner();
    const error = await failure(run(runner, search, { query, uid: true }));
    expect(error).toMatchObject({ name: 'ImapCapabilityError', capability });
    await script.silence();
  });

  it('takes only the ESEARCH that has its tag', async () => {
    const { runner, script, unasked } = await openRunner();
    const first = run(runner, search, { query: {}, uid: true });
    const second = run(runner, search, { query: { seen: true }, uid: true });
    await script.play(`
      C: $ UID SEARCH ALL
      C: $ UID SEARCH SEEN
      S: * ESEARCH (TAG "T1") UID ALL 7
      S: * ESEARCH (TAG "T9") UID ADDTO (0 9)
      S: $2 OK
      S: * ESEARCH (TAG "T0") UID ALL 1:3
      S: $1 OK
    `);
    expect([await first, await second]).toEqual([[1, 2, 3], [7]]);
    expect(unasked).toEqual(['* ESEARCH (TAG "T9") UID ADDTO (0 9)']);
  });

  it.each([
    ['words', '* SEARCH one two'],
    ['no set', '* ESEARCH (TAG "T0") UID ALL many'],
    ['one line of two that is none', '* SEARCH 1 2\nS: * SEARCH 3 x'],
  ])('answered with %s warns and rejects: to find nothing would be an answer', async (_what, answer) => {
    const { runner, script, warnings } = await openRunner();
    const refused = failure(run(runner, search, { query: {}, uid: false }));
    await script.play(`C: $ SEARCH ALL\nS: ${answer}\nS: $ OK`);
    expect(await refused).toMatchObject({ name: 'ImapAnswerError', command: 'SEARCH' });
    expect(warnings).toHaveLength(1);
    expect(runner.session.state).toBe('selected');
  });

  it.each([
    ['more than can be', 'S: * ESEARCH (TAG "T0") UID ALL 1:4294967295'],
    ['as many again and again', 'S: * ESEARCH (TAG "T0") UID ALL 1:1000000\n'.repeat(1000)],
  ])('answered with %s rejects, and takes no memory for it', async (_what, answer) => {
    const { runner, script } = await openRunner();
    const refused = failure(run(runner, search, { query: {}, uid: false }));
    await script.play(`C: $ SEARCH ALL\n${answer}\nS: $ OK`);
    expect(await refused).toMatchObject({ name: 'ImapLimitError', limit: 'found' });
  });

  it('tells of a character set that the server lacks', async () => {
    const { runner, script } = await openRunner();
    const refused = failure(run(runner, search, { query: { from: 'é' }, uid: true }));
    await script.play('C: $ UID SEARCH CHARSET UTF-8 FROM {2+}\nC: é\nS: $ NO [BADCHARSET (US-ASCII)] no');
    expect(await refused).toMatchObject({ code: { name: 'BADCHARSET', charsets: ['US-ASCII'] } });
  });

  it('by sequence number waits for what could expunge, at any depth', async () => {
    const { runner, script } = await openRunner();
    void runner.session.execute({ name: 'NOOP', write: (out) => out.raw('NOOP') });
    void run(runner, search, { query: { or: [{}, { not: { sequence: 1 } }] }, uid: true });
    await script.play('C: $ NOOP');
    await script.silence();
    await script.play('S: $ OK\nC: $ UID SEARCH OR ALL NOT 1');
    expect(runner.session.idle).toBe(false);
  });
});
