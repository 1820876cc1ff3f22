import { describe, expect, it } from 'vitest';
import { ResponseReader } from './reader.ts';
import { readExtendedSearch, readFoundNumbers, type ExtendedSearch } from './search.ts';

const reader = (text: string): ResponseReader => new ResponseReader(new TextEncoder().encode(text));

describe('readFoundNumbers', () => {
  it.each<[string, number[], bigint | null]>([
    ['', [], null],
    ['2 84 882', [2, 84, 882], null],
    ['2 5 (MODSEQ 917162500)', [2, 5], 917162500n],
    ['(MODSEQ 9223372036854775807)', [], 9223372036854775807n],
    ['2 () ', [2], null],
  ])('%j', (text, numbers, modSeq) => {
    expect(readFoundNumbers(reader(text))).toEqual({ numbers, modSeq });
  });
});

describe('readExtendedSearch', () => {
  it.each<[string, ExtendedSearch]>([
    ['(TAG "a") ALL 5,3,2,1 MODSEQ 1236', { tag: 'a', uid: false, all: '5,3,2,1', modSeq: 1236n }],
    ['(tag a) uid min 1 max 3 count 2', { tag: 'a', uid: true, min: 1, max: 3, count: 2 }],
    ['', { tag: null, uid: false }],
    ['(TAG) UID', { tag: null, uid: true }],
    [
      '(TAG "A01") UID PARTIAL (-1:-100 200:250,252:300)',
      { tag: 'A01', uid: true, partial: { range: [-1, -100], found: '200:250,252:300' } },
    ],
    [
      '(TAG "A04") UID PARTIAL (24000:24500 NIL)',
      { tag: 'A04', uid: true, partial: { range: [24000, 24500], found: null } },
    ],
    [
      '(TAG "C283") COUNT 2 RELEVANCY (4 99) ALL 3,5',
      { tag: 'C283', uid: false, count: 2, relevancy: [4, 99], all: '3,5' },
    ],
    [
      '(TAG "B01") UID ADDTO (0 32768:32769) REMOVEFROM (0 7) ADDTO (1 2731 1 2732)',
      {
        tag: 'B01',
        uid: true,
        addTo: [
          { position: 0, set: '32768:32769' },
          { position: 1, set: '2731' },
          { position: 1, set: '2732' },
        ],
        removeFrom: [{ position: 0, set: '7' }],
      },
    ],
    [
      '(TAG "tag1" MAILBOX "Entw&APw-rfe/2024" UIDVALIDITY 1 X-NEW (a)) UID ALL 4001,4003',
      { tag: 'tag1', mailbox: 'Entwürfe/2024', uidValidity: 1, uid: true, all: '4001,4003' },
    ],
    ['(TAG "a") X-NEW (1 (2)) COUNT 1 X-END', { tag: 'a', uid: false, count: 1 }],
  ])('%j', (text, expected) => {
    expect(readExtendedSearch(reader(text))).toEqual(expected);
  });

  it('takes time that grows with its length, however a change is cut up', () => {
    const { addTo } = readExtendedSearch(reader('ADDTO (0 1) '.repeat(200_000)));
    expect(addTo).toHaveLength(200_000);
  });

  it.each(['(TAG "a") MIN x', 'PARTIAL (1 2)', 'PARTIAL 1:2', 'ADDTO (0)', 'RELEVANCY (x)', '(TAG "a"'])(
    'refuses %j',
    (text) => {
      expect(() => readExtendedSearch(reader(text))).toThrow(/^expected /);
    },
  );
});
