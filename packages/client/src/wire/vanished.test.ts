import { describe, expect, it } from 'vitest';
import { ResponseReader } from './reader.ts';
import { countNumbers } from './set.ts';
import { readVanished, type Vanished } from './vanished.ts';

const read = (text: string): Vanished => readVanished(new ResponseReader(new TextEncoder().encode(text)));

describe('readVanished', () => {
  it.each<[string, Vanished]>([
    // RFC 7162 3.2.7, 3.2.5.1
    ['405,407,410,425', { earlier: false, uids: [405, 407, 410, 425].map((uid) => [uid, uid] as const) }],
    [
      '(EARLIER) 41,43:116,118',
      {
        earlier: true,
        uids: [
          [41, 41],
          [43, 116],
          [118, 118],
        ],
      },
    ],
    ['(earlier)  7', { earlier: true, uids: [[7, 7]] }],
    ['() 7', { earlier: false, uids: [[7, 7]] }],
    [
      '9,3:1,2:5,6',
      {
        earlier: false,
        uids: [
          [1, 6],
          [9, 9],
        ],
      },
    ],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('keeps a set of billions as it is', () => {
    const { uids } = read('(EARLIER) 1:4294967295');
    expect(uids).toEqual([[1, 4294967295]]);
    expect(countNumbers(uids)).toBe(4294967295);
  });

  it.each(['', '(EARLIER)', '0', '1:*', 'x', '1,,2', '(EARLIER 1'])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(/^expected /);
  });
});
