import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { cancelUpdate } from './cancel-update.ts';
import { run } from './command.ts';
import { multiSearch, type MultiSearchArgs } from './multi-search.ts';
import { searchExtended } from './search-extended.ts';
import type { SearchResult, SearchReturn } from './search-return.ts';
import { sortExtended } from './sort-extended.ts';
import { openRunner } from './testing/opened.ts';

const full = 'IMAP4rev1 ESEARCH SEARCHRES PARTIAL CONTEXT=SEARCH SEARCH=FUZZY SORT ESORT CONTEXT=SORT';
const query = { seen: false };

describe('SEARCH with RETURN', () => {
  it.each<[returns: SearchReturn | undefined, sent: string, answer: string, result: Partial<SearchResult>]>([
    [undefined, '', 'ALL 2,10:11', { all: '2,10:11' }],
    [{}, '', '', {}],
    [{ all: true }, 'ALL', '', {}],
    [
      { min: true, max: true, count: true },
      'MIN MAX COUNT',
      'MIN 7 MAX 3800 COUNT 9',
      { min: 7, max: 3800, count: 9 },
    ],
    [{ count: true, save: true }, 'COUNT SAVE', 'COUNT 0', { count: 0 }],
    [{ count: true, context: true }, 'COUNT CONTEXT', 'COUNT 0', { count: 0 }],
    [
      { all: true, relevancy: true },
      'ALL RELEVANCY',
      'RELEVANCY (4 99) ALL 3,5',
      { all: '3,5', relevancy: [4, 99] },
    ],
    [
      { partial: [-1, -100] },
      'PARTIAL -1:-100',
      'PARTIAL (-1:-100 200:250,252:300)',
      { partial: { range: [-1, -100], found: '200:250,252:300' } },
    ],
    [
      { partial: [1, 2], update: true },
      'UPDATE PARTIAL 1:2',
      'PARTIAL (1:2 NIL)',
      { partial: { range: [1, 2], found: null } },
    ],
    [{ all: true }, 'ALL', 'ALL 1:3,5 MODSEQ 1236', { all: '1:3,5', modSeq: 1236n }],
  ])('%o', async (returns, sent, answer, result) => {
    const { runner, script } = await openRunner({ capabilities: full });
    const found = run(runner, searchExtended, { query, uid: true, ...(returns && { returns }) });
    await script.play(`
      C: $ UID SEARCH RETURN (${sent}) UNSEEN
      S: * ESEARCH (TAG "T0") UID ${answer}
      S: $ OK
    `);
    expect(await found).toEqual({ tag: 'T0', uid: true, ...result });
  });

  it('with SAVE alone has no answer but OK', async () => {
    const { runner, script } = await openRunner({ capabilities: full });
    const found = run(runner, searchExtended, { query: {}, uid: false, returns: { save: true } });
    await script.play('C: $ SEARCH RETURN (SAVE) ALL\nS: $ OK');
    expect(await found).toEqual({ tag: 'T0', uid: false });
  });

  it.each<[returns: SearchReturn | undefined, result: Partial<SearchResult>]>([
    [undefined, { all: '2:3,9' }],
    [{ all: true }, { all: '2:3,9' }],
    [
      { min: true, max: true, count: true },
      { min: 2, max: 9, count: 3 },
    ],
    [{ partial: [2, 5] }, { partial: { range: [2, 5], found: '3,9' } }],
    [
      { partial: [-1, -2], count: true },
      { count: 3, partial: { range: [-1, -2], found: '3,9' } },
    ],
    [{ partial: [-4, -9] }, { partial: { range: [-4, -9], found: null } }],
    [{ partial: [4, 5] }, { partial: { range: [4, 5], found: null } }],
    // quirk: search-for-esearch
  ])('answered with SEARCH (Cyrus 2.4): %o', async (returns, result) => {
    for (const [capabilities, option] of [
      [full, / RETURN \([^)]*\)/],
      ['IMAP4rev1', /^/],
    ] as const) {
      const { runner, script, lines } = await openRunner({ capabilities });
      const found = run(runner, searchExtended, { query: {}, uid: true, ...(returns && { returns }) });
      await script.silence().catch(() => {});
      await script.say('* SEARCH 9 2\r\n* SEARCH 3 (MODSEQ 917)\r\nT0 OK\r\n');
      expect(await found).toEqual({ tag: 'T0', uid: true, modSeq: 917n, ...result });
      const sent = lines.find((line) => line.startsWith('C:'));
      expect(sent?.replace(option, '')).toBe('C: T0 UID SEARCH ALL');
    }
  });

  it('finds nothing in an empty SEARCH, or in none', async () => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1' });
    const returns = { min: true, count: true, partial: [1, 5] } as const;
    const found = run(runner, searchExtended, { query: {}, uid: true, returns });
    await script.play('C: $ UID SEARCH ALL\nS: * SEARCH\nS: $ OK');
    expect(await found).toEqual({ tag: 'T0', uid: true, count: 0, partial: { range: [1, 5], found: null } });
  });

  it.each<[capabilities: string, range: readonly [number, number], sent: string]>([
    ['ESEARCH', [1, 2], 'ALL'],
    ['ESEARCH CONTEXT=SEARCH', [-1, -2], 'ALL'],
    ['ESEARCH CONTEXT=SEARCH', [1, 2], 'PARTIAL 1:2'],
    ['IMAP4rev2 PARTIAL', [-1, -2], 'PARTIAL -1:-2'],
  ])('makes pages itself where the server has none: %s %o', async (capabilities, partial, sent) => {
    const { runner, script } = await openRunner({ capabilities: `IMAP4rev1 ${capabilities}` });
    const found = run(runner, searchExtended, { query: {}, uid: true, returns: { partial } });
    const answer = sent === 'ALL' ? 'ALL 4,8' : `PARTIAL (${partial.join(':')} 4,8)`;
    await script.play(`
      C: $ UID SEARCH RETURN (${sent}) ALL
      S: * ESEARCH (TAG "T0") UID ${answer}
      S: $ OK
    `);
    expect(await found).toEqual({ tag: 'T0', uid: true, partial: { range: partial, found: '4,8' } });
  });

  it('finds the right answer by its tag, and leaves changes of a result to the events', async () => {
    const { runner, script, unasked } = await openRunner({ capabilities: full });
    const first = run(runner, searchExtended, {
      query: {},
      uid: true,
      returns: { update: true, count: true },
    });
    const second = run(runner, searchExtended, { query, uid: true });
    await script.play(`
      C: $ UID SEARCH RETURN (COUNT UPDATE) ALL
      C: $ UID SEARCH RETURN () UNSEEN
      S: * ESEARCH (TAG "T1") UID ALL 4
      S: * ESEARCH (TAG "T0") UID COUNT 3
      S: * ESEARCH (TAG "T0") UID ADDTO (0 43)
      S: $1 OK
      S: $2 OK
    `);
    expect(await first).toEqual({ tag: 'T0', uid: true, count: 3 });
    expect(await second).toEqual({ tag: 'T1', uid: true, all: '4' });
    expect(unasked).toEqual(['* ESEARCH (TAG "T0") UID ADDTO (0 43)']);
    const cancelled = run(runner, cancelUpdate, { tags: ['T0'] });
    await script.play('C: $ CANCELUPDATE "T0"\nS: $ OK');
    await cancelled;
  });

  it.each<[returns: SearchReturn, needed: string]>([
    [{ save: true }, 'SEARCHRES'],
    [{ update: true }, 'CONTEXT=SEARCH'],
    [{ context: true }, 'CONTEXT=SEARCH'],
    [{ relevancy: true }, 'SEARCH=FUZZY'],
  ])('%o needs %s', async (returns, capability) => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1 ESEARCH' });
    const error = await failure(run(runner, searchExtended, { query, uid: true, returns }));
    expect(error).toMatchObject({ name: 'ImapCapabilityError', capability });
    await script.silence();
  });

  it.each<SearchReturn>([
    { partial: [0, 1] },
    { partial: [-1, 1] },
    { partial: [1.5, 2] },
    { partial: [1, 2 ** 32] },
    { partial: [1, 2], all: true },
  ])('refuses %o', async (returns) => {
    const { runner, script } = await openRunner({ capabilities: full });
    expect(await failure(run(runner, searchExtended, { query, uid: true, returns }))).toBeInstanceOf(
      RangeError,
    );
    await script.silence();
  });
});

describe('SORT with RETURN', () => {
  const args = { query: {}, uid: true, criteria: [{ reverse: 'date' }] } as const;

  it('gives a page in order', async () => {
    const { runner, script } = await openRunner({ capabilities: full });
    const found = run(runner, sortExtended, { ...args, returns: { count: true, partial: [1, 3] } });
    await script.play(`
      C: $ UID SORT RETURN (COUNT PARTIAL 1:3) (REVERSE DATE) UTF-8 ALL
      S: * ESEARCH (TAG "T0") UID COUNT 74 PARTIAL (1:3 97,12,45)
      S: $ OK
    `);
    expect(await found).toEqual({
      tag: 'T0',
      uid: true,
      count: 74,
      partial: { range: [1, 3], found: '97,12,45' },
    });
  });

  it.each<[returns: SearchReturn, result: Partial<SearchResult>]>([
    [{}, { all: '97,12:13,4' }],
    [
      { min: true, max: true },
      { min: 97, max: 4 },
    ],
    [{ partial: [-1, -2] }, { partial: { range: [-1, -2], found: '13,4' } }],
  ])('is worked out without ESORT: %o', async (returns, result) => {
    const { runner, script } = await openRunner({ capabilities: 'IMAP4rev1 SORT' });
    const found = run(runner, sortExtended, { ...args, returns });
    await script.play('C: $ UID SORT (REVERSE DATE) UTF-8 ALL\nS: * SORT 97 12 13 4\nS: $ OK');
    expect(await found).toEqual({ tag: 'T0', uid: true, ...result });
  });

  it('needs SORT', async () => {
    const { runner } = await openRunner({ capabilities: 'IMAP4rev1 ESEARCH' });
    expect(await failure(run(runner, sortExtended, args))).toMatchObject({ capability: 'SORT' });
  });

  it.each<[returns: SearchReturn, lacks: string, capability: string]>([
    [{ save: true }, 'ESORT', 'ESORT'],
    [{ update: true }, 'ESORT', 'ESORT'],
    [{ relevancy: true }, 'ESORT', 'ESORT'],
    [{ save: true, partial: [1, 2] }, 'PARTIAL CONTEXT=SORT', 'PARTIAL or CONTEXT=SORT'],
  ])('sends nothing where %o cannot be done without %s', async (returns, lacks, capability) => {
    const has = full.split(' ').filter((name) => !lacks.split(' ').includes(name));
    const { runner, script } = await openRunner({ capabilities: has.join(' ') });
    const refused = await failure(run(runner, sortExtended, { ...args, returns }));
    expect(refused).toMatchObject({ name: 'ImapCapabilityError', capability });
    await script.silence();
  });
});

describe('ESEARCH', () => {
  it('searches several mailboxes (RFC 7377 2.1)', async () => {
    const { runner, script, unasked } = await openRunner({
      state: 'authenticated',
      capabilities: 'IMAP4rev1 ESEARCH MULTISEARCH',
    });
    const found = run(runner, multiSearch, {
      sources: [
        'personal',
        { mailboxes: ['folder 1', 'Entwürfe'] },
        { subtree: ['f2'] },
        { subtreeOne: ['f3'] },
      ],
      query,
      returns: { all: true },
    });
    await script.play(`
      C: $ ESEARCH IN (personal mailboxes ("folder 1" Entw&APw-rfe) subtree (f2) subtree-one (f3)) RETURN (ALL) UNSEEN
      S: * ESEARCH (TAG "T0" MAILBOX "folder 1" UIDVALIDITY 1) UID ALL 4001,4003
      S: * ESEARCH (TAG "T7" MAILBOX "other" UIDVALIDITY 1) UID ALL 1
      S: * ESEARCH (TAG "T0" MAILBOX Entw&APw-rfe UIDVALIDITY 1503) UID ALL 3002
      S: $ OK done
    `);
    expect(await found).toEqual([
      { tag: 'T0', uid: true, mailbox: 'folder 1', uidValidity: 1, all: '4001,4003' },
      { tag: 'T0', uid: true, mailbox: 'Entwürfe', uidValidity: 1503, all: '3002' },
    ]);
    expect(unasked).toHaveLength(1);
  });

  it.each<[args: Partial<MultiSearchArgs>, capabilities: string, reason: RegExp]>([
    [{}, 'ESEARCH', /needs MULTISEARCH/],
    [{ returns: { partial: [1, 2] } }, 'ESEARCH MULTISEARCH', /needs PARTIAL or CONTEXT=SEARCH/],
    [{ sources: [] }, 'ESEARCH MULTISEARCH', /at least one place/],
    [{ sources: [{ subtree: [] }] }, 'ESEARCH MULTISEARCH', /the name of a mailbox/],
  ])('refuses %o with %s', async (args, capabilities, reason) => {
    const { runner, script } = await openRunner({ capabilities: `IMAP4rev1 ${capabilities}` });
    const search: MultiSearchArgs = { sources: ['inboxes'], query, ...args };
    const refused = await failure(run(runner, multiSearch, search));
    expect(String(refused)).toMatch(reason);
    await script.silence();
  });
});
