import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import type { SortCriterion } from '../commands/sort.ts';
import { openClient } from './testing/opened.ts';

/** Date, subject, from, to, size, day of arrival. */
const messages: readonly (readonly [
  uid: number,
  date: string,
  subject: string,
  from: string,
  to: string,
  size: number,
  day: number,
])[] = [
  [
    11,
    '"Fri, 01 Mar 2024 10:00:00 +0100"',
    '"Re: plan B"',
    '("Zoe" NIL "adam" "x")',
    '("" NIL "one" "x")',
    30,
    3,
  ],
  [12, '"Fri, 01 Mar 2024 09:30:00 +0000"', '"Plan A"', '(NIL NIL "Bea" "x")', '(NIL NIL "two" "x")', 10, 1],
  [13, 'NIL', '"[list] Fwd: plan a"', '("adam" NIL "carl" "x")', 'NIL', 20, 2],
  [
    14,
    '"Fri, 01 Mar 2024 09:00:00 +0000"',
    'NIL',
    'NIL',
    '(NIL NIL "team" NIL)(NIL NIL "two" "x")(NIL NIL NIL NIL)',
    40,
    4,
  ],
];

function answer(items: string): string {
  return messages
    .map(([uid, date, subject, from, to, size, day], index) => {
      const people = (written: string): string => (written === 'NIL' ? 'NIL' : `(${written})`);
      const values: Record<string, string> = {
        'RFC822.SIZE': String(size),
        INTERNALDATE: `"0${day}-Feb-2024 00:00:00 +0000"`,
        ENVELOPE: `(${date} ${subject} ${people(from)} NIL NIL ${people(to)} NIL NIL NIL NIL)`,
      };
      const asked = items.split(' ').map((item) => ` ${item} ${values[item]}`);
      return `S: * ${index + 1} FETCH (UID ${uid}${asked.join('')})`;
    })
    .join('\n');
}

describe('client.sort', () => {
  it('is the server’s where it can', async () => {
    const { client, script } = await openClient({ capabilities: 'SORT' });
    const sorted = client.sort([{ reverse: 'date' }], { seen: false }, { local: true });
    await script.play('C: $ UID SORT (REVERSE DATE) UTF-8 UNSEEN\nS: * SORT 5 3 9\nS: $ OK');
    expect(await sorted).toEqual([5, 3, 9]);
  });

  it('is refused where the server cannot and nothing else is allowed', async () => {
    const { client, script } = await openClient();
    const refused = await failure(client.sort(['date'], {}));
    expect(refused).toMatchObject({ name: 'ImapCapabilityError', capability: 'SORT' });
    expect(String(refused)).toContain('{ local: true }');
    expect(await failure(client.sort(['relevancy'], {}, { local: true }))).toMatchObject({
      capability: 'SORT',
    });
    expect(await failure(client.sort([], {}, { local: true }))).toBeInstanceOf(RangeError);
    await script.silence();
  });

  it.each<[criteria: SortCriterion[], items: string, order: number[]]>([
    // 13 has no date: the day of its arrival counts.
    [['date'], 'INTERNALDATE ENVELOPE', [13, 11, 14, 12]],
    [[{ reverse: 'date' }], 'INTERNALDATE ENVELOPE', [12, 11, 14, 13]],
    [['arrival'], 'INTERNALDATE', [12, 13, 11, 14]],
    [['size'], 'RFC822.SIZE', [12, 13, 11, 14]],
    [['subject'], 'ENVELOPE', [14, 12, 13, 11]],
    [['subject', { reverse: 'size' }], 'RFC822.SIZE ENVELOPE', [14, 13, 12, 11]],
    [['from'], 'ENVELOPE', [14, 11, 12, 13]],
    [['displayFrom'], 'ENVELOPE', [14, 13, 12, 11]],
    [['to'], 'ENVELOPE', [13, 11, 14, 12]],
  ])('by %j here', async (criteria, items, order) => {
    const { client, script } = await openClient();
    const sorted = client.sort(criteria, { flagged: true }, { local: true });
    await script.play('C: $ UID SEARCH FLAGGED\nS: * SEARCH 11 12 13 14\nS: $ OK');
    await script.play(`C: $ UID FETCH 11:14 (UID ${items})\n${answer(items)}\nS: $ OK`);
    expect(await sorted).toEqual(order);
  });

  it('by the names that people see, with SORT alone, is made here', async () => {
    const { client, script } = await openClient({ capabilities: 'SORT' });
    const sorted = client.sort(['displayTo'], {}, { local: true });
    await script.play('C: $ UID SEARCH ALL\nS: * SEARCH\nS: $ OK');
    expect(await sorted).toEqual([]);
    await script.silence();
  });

  it('asks for many in several commands', async () => {
    const { client, script } = await openClient();
    const sorted = client.sort(['size'], {}, { local: true });
    const uids = Array.from({ length: 501 }, (_, index) => index + 1);
    await script.play(`C: $ UID SEARCH ALL\nS: * SEARCH ${uids.join(' ')}\nS: $ OK`);
    await script.play(`
      C: $ UID FETCH 1:500 (UID RFC822.SIZE)
      C: $ UID FETCH 501 (UID RFC822.SIZE)
    `);
    const rows = uids.map((uid) => `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${1000 - uid})\r\n`);
    await script.say(rows.slice(0, 500).join(''));
    await script.play('S: $3 OK');
    await script.say(rows.slice(500).join(''));
    await script.play('S: $4 OK');
    expect(await sorted.catch((error: unknown) => error)).toEqual(uids.toReversed());
  });

  it('stops where another mailbox is selected meanwhile', async () => {
    const { client, script } = await openClient();
    const sorted = failure(client.sort(['size'], {}, { local: true }));
    const selecting = client.select('B');
    await script.play('C: $ UID SEARCH ALL\nS: * SEARCH 1\nS: $ OK\nC: $ SELECT B\nS: $ OK');
    await selecting;
    expect(await sorted).toMatchObject({ name: 'ImapStateError' });
    await script.silence();
  });
});
