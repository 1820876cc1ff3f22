import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_HEIGHT, rowForKey, scrollToRow, visibleRange } from './range.ts';

const view = { scrollTop: 0, height: 720 };

describe('which rows exist', () => {
  test('at the top, in the middle, at the end', () => {
    expect(visibleRange(10_000, 72, view, 2)).toEqual({ from: 0, to: 12, height: 720_000, shift: 0 });
    expect(visibleRange(10_000, 72, { ...view, scrollTop: 36 }, 2)).toMatchObject({ from: 0, to: 13 });
    expect(visibleRange(10_000, 72, { ...view, scrollTop: 719_280 }, 2)).toMatchObject({
      from: 9988,
      to: 10_000,
    });
  });

  test('none of none', () => {
    expect(visibleRange(0, 72, view)).toEqual({ from: 0, to: 0, height: 0, shift: 0 });
  });

  test('a list that has become shorter than where it was scrolled to', () => {
    expect(visibleRange(5, 72, { ...view, scrollTop: 9000 }, 0)).toMatchObject({ from: 0, to: 5 });
  });
});

test('every row can be reached, and is whole on the screen then', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000_000 }),
      fc.constantFrom(40, 72),
      fc.integer({ min: 200, max: 2000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (count, rowHeight, height, where, from) => {
        const index = Math.floor(where * (count - 1));
        const whole = Math.min(count * rowHeight, MAX_HEIGHT);
        const start = { scrollTop: from * Math.max(0, whole - height), height };
        const scrollTop = scrollToRow(index, count, rowHeight, start);
        const range = visibleRange(count, rowHeight, { scrollTop, height }, 0);
        expect(range.height).toBeLessThanOrEqual(MAX_HEIGHT);
        expect(range.from).toBeLessThanOrEqual(index);
        expect(range.to).toBeGreaterThan(index);
        const top = index * rowHeight - range.shift - scrollTop;
        expect(top).toBeGreaterThan(-1);
        if (count * rowHeight > height) expect(top + rowHeight).toBeLessThan(height + 1);
      },
    ),
  );
});

test('a row that is on the screen needs no scrolling', () => {
  expect(scrollToRow(3, 100, 72, { scrollTop: 100, height: 720 })).toBe(100);
});

test.each([
  ['ArrowDown', 5, 6],
  ['ArrowDown', 9, 9],
  ['ArrowUp', 0, 0],
  ['PageDown', 2, 6],
  ['PageUp', 2, 0],
  ['Home', 7, 0],
  ['End', 2, 9],
  ['x', 2, null],
])('%s from row %i', (key, from, to) => {
  expect(rowForKey(key, from, 10, 4)).toBe(to);
});
