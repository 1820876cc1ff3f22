import { expect, test } from 'vitest';
import { parseSearch } from './search.ts';

const cases: readonly (readonly [text: string, query: unknown])[] = [
  ['', null],
  ['   ', null],
  ['hello', { text: 'hello' }],
  ['"two words"', { text: 'two words' }],
  ['from:ada', { from: 'ada' }],
  ['FROM:Ada subject:"the plan"', { from: 'Ada', subject: 'the plan' }],
  ['is:unread is:starred', { seen: false, flagged: true }],
  ['https://example.org/x', { text: 'https://example.org/x' }],
  ['since:2026-11-02', { since: new Date(2026, 10, 2) }],
  ['larger:2M smaller:10k', { larger: 2_097_152, smaller: 10_240 }],
  ['-from:ada', { not: { from: 'ada' } }],
  ['日本語 to:佐藤', { text: '日本語', to: '佐藤' }],
  // Two words must both hold, though a query has one `text` only.
  ['alpha beta', { text: 'alpha', and: [{ text: 'beta' }] }],
  ['-is:read -is:draft', { not: { seen: true }, and: [{ not: { draft: true } }] }],
  ['from:a from:b', { from: 'a', and: [{ from: 'b' }] }],
  ['"-"', { text: '-' }],
  ['"open', { text: 'open' }],
];

test.each(cases)('%s', (text, query) => {
  expect(parseSearch(text)).toEqual(query);
});

test.each([
  ['is:nonsense', 'is:nonsense: behind is: belongs unread, read, starred, flagged, answered or draft'],
  ['a -IS:nonsense', 'is:nonsense: behind is: belongs unread, read, starred, flagged, answered or draft'],
  ['before:2026-02-31', 'before:2026-02-31: behind before: belongs a day, such as 2026-11-01'],
  ['after:today', 'after:today: behind after: belongs a day, such as 2026-11-01'],
  ['larger:much', 'larger:much: behind larger: belongs a size, such as 2M or 500k'],
  ['lunch -', 'A - by itself: what is not to be found belongs right behind it, as in -from:ada'],
])('%s is refused', (text, message) => {
  expect(() => parseSearch(text)).toThrow(new RangeError(message));
});
