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
  ['is:nonsense', { text: 'is:nonsense' }],
  ['https://example.org/x', { text: 'https://example.org/x' }],
  ['since:2026-11-02', { since: new Date(2026, 10, 2) }],
  ['before:2026-02-31', { text: 'before:2026-02-31' }],
  ['larger:2M smaller:10k', { larger: 2_097_152, smaller: 10_240 }],
  ['-from:ada', { not: { from: 'ada' } }],
  ['日本語 to:佐藤', { text: '日本語', to: '佐藤' }],
  // Two words must both hold, though a query has one `text` only.
  ['alpha beta', { text: 'alpha', and: [{ text: 'beta' }] }],
  ['"open', { text: 'open' }],
];

test.each(cases)('%s', (text, query) => {
  expect(parseSearch(text)).toEqual(query);
});
