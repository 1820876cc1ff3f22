import { describe, expect, it } from 'vitest';
import { ResponseReader } from './reader.ts';
import { deepestThread, readThreads, type Thread } from './thread.ts';

const read = (text: string): Thread[] => readThreads(new ResponseReader(new TextEncoder().encode(text)));
/** As text: `3>6>(4>23,44)`. */
const shown = (threads: readonly Thread[]): string =>
  threads
    .map(({ id, replies }) => {
      if (replies.length === 0) return String(id);
      const below = shown(replies);
      return `${id}>${replies.length === 1 ? below : `(${below})`}`;
    })
    .join(',');

function depthOf(threads: readonly Thread[]): number {
  let depth = 0;
  for (let level = threads; level.length > 0; depth++) level = level.flatMap(({ replies }) => replies);
  return depth;
}

describe('readThreads', () => {
  it.each([
    ['', ''],
    [' ', ''],
    ['(2)(3 6 (4 23)(44 7 96))', '2,3>6>(4>23,44>7>96)'],
    ['((3)(5))', 'null>(3,5)'],
    ['((1)(2 (3)((4)(5))))', 'null>(1,2>(3,null>(4,5)))'],
    ['(1 2)(3) ', '1>2,3'],
    ['( 1  2 ) (3)', '1>2,3'],
    // Not in the grammar, and clear all the same.
    ['(1 (2) 3)', '1>(2,3)'],
    ['(1 2', '1>2'],
    ['()(1)', '1'],
    ['((1))', 'null>1'],
    ['(()())', ''],
  ])('%j', (text, expected) => {
    expect(shown(read(text))).toBe(expected);
  });

  it.each(['1', ')', '(1))', '(x)', '(-)'])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(/^expected /);
  });

  it('keeps every message of a tree that is too deep, at the deepest level', () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => index + 1);
    const chain = read(`(${ids.join(' ')})`);
    expect(depthOf(chain)).toBe(deepestThread + 1);
    let last: readonly Thread[] = chain;
    for (let depth = 0; depth < deepestThread; depth++) last = last.flatMap(({ replies }) => replies);
    expect(last).toHaveLength(ids.length - deepestThread);
    expect(() => JSON.stringify(chain)).not.toThrow();
    const nested = read('(1 '.repeat(100_000) + ')'.repeat(100_000));
    expect(depthOf(nested)).toBe(deepestThread + 1);
  });

  it('is not filled by lists of nothing', () => {
    expect(read('(('.repeat(100_000) + '))'.repeat(100_000))).toEqual([]);
    expect(read('(()())'.repeat(100_000))).toEqual([]);
    expect(() => read('('.repeat(1_000_001))).toThrow(/at most 1000000 nested lists/);
  });
});
