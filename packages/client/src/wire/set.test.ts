import { describe, expect, it } from 'vitest';
import {
  countNumbers,
  expandSet,
  formatSet,
  parseSet,
  setContains,
  setWithout,
  type SequenceSet,
} from './set.ts';

describe('formatSet', () => {
  it.each<[SequenceSet, string]>([
    ['1:*', '1:*'],
    ['*', '*'],
    ['$', '$'],
    [7, '7'],
    [[1, 2, 3], '1:3'],
    [[3, 1, 2, 9], '1:3,9'],
    [[[1, 5], 9, 6], '1:6,9'],
    [[[5, 1]], '1:5'],
    [['*', 3], '3,*'],
    [[['*', 3], 4], '3:*'],
    [[4294967295], '4294967295'],
    ['5:1,3', '1:5'],
  ])('%j is %s', (set, expected) => {
    expect(formatSet(set)).toBe(expected);
  });

  it.each<SequenceSet>([
    '',
    '0',
    '1,,2',
    '1:',
    'a',
    '1 2',
    '-1',
    '4294967296',
    '1:2:3',
    '$1',
    0,
    -1,
    1.5,
    NaN,
    [],
    [0],
    [[1, 0]],
    '1,*2',
  ])('refuses %j', (set) => {
    expect(() => formatSet(set)).toThrow(RangeError);
  });

  it('writes 200,000 UIDs at once', () => {
    const uids = Array.from({ length: 200_000 }, (_, index) => index * 2 + 1);
    expect(formatSet(uids).split(',')).toHaveLength(200_000);
    expect(formatSet(Array.from({ length: 200_000 }, (_, index) => 200_000 - index))).toBe('1:200000');
  });
});

describe('expandSet', () => {
  it('gives the numbers as they stand', () => {
    expect(expandSet('304,319:320,7')).toEqual([304, 319, 320, 7]);
    expect(expandSet('20:19')).toEqual([19, 20]);
  });

  it('refuses what has no end, or too many members', () => {
    expect(() => expandSet('1:*')).toThrow(RangeError);
    for (const text of ['', ',', '1,', ',1', '1,,2', 'x'])
      expect(() => expandSet(text), text).toThrow(RangeError);
    expect(() => expandSet('1:4294967295')).toThrow('more than 1000000 members');
    expect(() => expandSet('1:5,7:9', 7)).toThrow(RangeError);
    expect(expandSet('1:5,7:9', 8)).toHaveLength(8);
  });
});

describe('parseSet', () => {
  it('gives ranges in ascending order, joined, and never expands them', () => {
    expect(parseSet('9:7,1,2:3,5')).toEqual([
      [1, 3],
      [5, 5],
      [7, 9],
    ]);
    expect(countNumbers(parseSet('1:4294967295'))).toBe(4294967295);
    expect(formatSet(parseSet('9:7,1,2:3,5'))).toBe('1:3,5,7:9');
    expect(countNumbers([])).toBe(0);
  });

  it('refuses more ranges than it may keep', () => {
    expect(parseSet('1,3,5', 3)).toHaveLength(3);
    expect(() => parseSet('1,3,5', 2)).toThrow('more than 2 members');
    expect(() => parseSet('1,'.repeat(2_000_000))).toThrow('more than 1000000 members');
  });

  it('refuses what is no set, or names no last number', () => {
    for (const text of ['', '1,', 'x', '0', '1:*', '*', '$'])
      expect(() => parseSet(text), text).toThrow(RangeError);
  });
});

describe('setContains', () => {
  it('takes any number for what the last search has saved', () => {
    expect(setContains('$')(7)).toBe(true);
  });

  it('answers for numbers, ranges and the last message', () => {
    const inSet = setContains('1,3:5,9:*');
    expect([1, 2, 3, 5, 6, 8, 9, 1000].map(inSet)).toEqual([
      true,
      false,
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
    const star = setContains([7, '*']);
    expect([6, 7, 8, 99].map(star)).toEqual([false, true, true, true]);
    expect([1, 5].map(setContains('*'))).toEqual([true, true]);
    expect([4, 5, 6].map(setContains([[5, 6]]))).toEqual([false, true, true]);
  });
});

describe('setWithout', () => {
  it.each<[SequenceSet, number[], string | null]>([
    ['1:10', [], '1:10'],
    ['1:10', [1, 2, 3], '4:10'],
    ['1:10', [5], '1:4,6:10'],
    ['1:10', [9, 4, 5, 1], '2:3,6:8,10'],
    ['1:*', [1, 2], '3:*'],
    ['*', [7], '*'],
    [[1, 2, 9], [2, 9], '1'],
    ['1:3,5:7', [3, 4, 5, 6], '1:2,7'],
    ['1:3', [1, 2, 3], null],
    [4, [4, 8], null],
  ])('%j without %j is %s', (set, numbers, left) => {
    expect(setWithout(set, new Set(numbers))).toBe(left);
  });
});
