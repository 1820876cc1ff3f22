import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { run } from './command.ts';
import type { SearchQuery } from './search.ts';
import { sort, type SortCriterion } from './sort.ts';
import { openRunner } from './testing/opened.ts';
import { thread } from './thread.ts';

const capabilities =
  'IMAP4rev1 LITERAL+ SORT SORT=DISPLAY SEARCH=FUZZY THREAD=REFERENCES THREAD=ORDEREDSUBJECT';

describe('SORT', () => {
  it.each<[criteria: SortCriterion[], query: SearchQuery, sent: string]>([
    [['subject'], { since: new Date('1994-02-01T00:00:00Z') }, '(SUBJECT) UTF-8 SINCE 1-Feb-1994'],
    [['subject', { reverse: 'date' }], {}, '(SUBJECT REVERSE DATE) UTF-8 ALL'],
    [['arrival', 'cc', 'from', 'size', 'to'], {}, '(ARRIVAL CC FROM SIZE TO) UTF-8 ALL'],
    [['displayFrom', { reverse: 'displayTo' }], {}, '(DISPLAYFROM REVERSE DISPLAYTO) UTF-8 ALL'],
    [['relevancy'], { fuzzy: { text: 'x' } }, '(RELEVANCY) UTF-8 FUZZY TEXT x'],
    [['date'], { text: 'é' }, '(DATE) UTF-8 TEXT {2+}\né'],
  ])('%j %j', async (criteria, query, sent) => {
    const { runner, script } = await openRunner({ capabilities });
    const sorted = run(runner, sort, { criteria, query, uid: true });
    await script.play(
      `C: $ UID SORT ${sent.split('\n').join('\nC: ')}\nS: * SORT 5 3\nS: * SORT 4 1\nS: $ OK`,
    );
    expect(await sorted).toEqual([5, 3, 4, 1]);
  });

  it('finds nothing', async () => {
    const { runner, script } = await openRunner({ capabilities });
    const sorted = run(runner, sort, { criteria: ['date'], query: {}, uid: false });
    await script.play('C: $ SORT (DATE) UTF-8 ALL\nS: * SORT\nS: $ OK');
    expect(await sorted).toEqual([]);
  });

  it.each<[criteria: SortCriterion[], offered: string, needed: string]>([
    [['date'], 'SORT=DISPLAY', 'SORT'],
    [['displayFrom'], 'SORT', 'SORT=DISPLAY'],
    [[{ reverse: 'relevancy' }], 'SORT', 'SEARCH=FUZZY'],
  ])('%j with %s needs %s', async (criteria, offered, capability) => {
    const { runner, script } = await openRunner({ capabilities: `IMAP4rev1 ${offered}` });
    expect(await failure(run(runner, sort, { criteria, query: {}, uid: true }))).toMatchObject({
      capability,
    });
    await script.silence();
  });

  it('refuses to sort by nothing', async () => {
    const { runner } = await openRunner({ capabilities });
    expect(await failure(run(runner, sort, { criteria: [], query: {}, uid: true }))).toBeInstanceOf(
      RangeError,
    );
  });
});

describe('THREAD', () => {
  it('gives trees', async () => {
    const { runner, script } = await openRunner({ capabilities });
    const threads = run(runner, thread, { algorithm: 'REFERENCES', query: { from: 'é' }, uid: true });
    await script.play(`
      C: $ UID THREAD REFERENCES UTF-8 FROM {2+}
      C: é
      S: * THREAD (2)(3 6 (4 23)(44 7 96))
      S: * THREAD ((3)(5))
      S: $ OK
    `);
    expect(await threads).toMatchObject([
      { id: 2, replies: [] },
      { id: 3, replies: [{ id: 6, replies: [{ id: 4 }, { id: 44 }] }] },
      { id: null, replies: [{ id: 3 }, { id: 5 }] },
    ]);
  });

  it('that cannot be read warns and rejects: to find nothing would be an answer', async () => {
    const { runner, script, warnings } = await openRunner({ capabilities });
    const refused = failure(run(runner, thread, { algorithm: 'ORDEREDSUBJECT', query: {}, uid: false }));
    await script.play('C: $ THREAD ORDEREDSUBJECT UTF-8 ALL\nS: * THREAD (1))\nS: $ OK');
    expect(await refused).toMatchObject({ name: 'ImapAnswerError', command: 'THREAD' });
    expect(warnings).toHaveLength(1);
  });

  it('needs its algorithm', async () => {
    const { runner } = await openRunner({ capabilities });
    const error = await failure(run(runner, thread, { algorithm: 'REFS', query: {}, uid: true }));
    expect(error).toMatchObject({ name: 'ImapCapabilityError', capability: 'THREAD=REFS' });
  });
});
