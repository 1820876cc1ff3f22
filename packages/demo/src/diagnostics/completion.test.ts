// What Tab offers, by capability and state.
import { describe, expect, test } from 'vitest';
import type { State } from '@imaplib/client/imaplib';
import { commonStart, complete } from './completion.ts';

const offered = (line: string, words: string, state: State = 'SELECTED') =>
  complete(line, { capabilities: words.split(' '), state }).words;

describe('completion', () => {
  const table: readonly (readonly [
    line: string,
    capabilities: string,
    state: State,
    words: readonly string[],
  ])[] = [
    ['sel', 'IMAP4REV1', 'AUTH', ['SELECT']],
    ['SE', 'IMAP4REV1', 'SELECTED', ['SEARCH', 'SELECT']],
    ['SE', 'IMAP4REV1', 'NONAUTH', []],
    ['LOG', 'IMAP4REV1', 'NONAUTH', ['LOGIN', 'LOGOUT']],
    ['LOG', 'IMAP4REV1', 'AUTH', ['LOGOUT']],
    ['M', 'IMAP4REV1', 'SELECTED', []],
    ['M', 'IMAP4REV1 MOVE', 'SELECTED', ['MOVE']],
    ['UNS', 'IMAP4REV2', 'SELECTED', ['UNSELECT', 'UNSUBSCRIBE']],
    ['uid ', 'IMAP4REV1', 'SELECTED', ['COPY', 'FETCH', 'SEARCH', 'STORE']],
    ['UID E', 'IMAP4REV1 UIDPLUS', 'SELECTED', ['EXPUNGE']],
    ['UID T', 'IMAP4REV1 THREAD=REFS', 'SELECTED', ['THREAD']],
    ['AUTHENTICATE ', 'IMAP4REV1 AUTH=PLAIN AUTH=LOGIN', 'NONAUTH', ['LOGIN', 'PLAIN']],
    ['ENABLE C', 'IMAP4REV1 ENABLE CONDSTORE', 'AUTH', ['CONDSTORE']],
    ['FETCH 1 ', 'IMAP4REV1', 'SELECTED', []],
  ];
  for (const [line, capabilities, state, words] of table) {
    test(`${JSON.stringify(line)} in ${state} with ${capabilities}`, () => {
      expect(offered(line, capabilities, state)).toEqual(words);
    });
  }

  test('says where the word begins', () => {
    expect(complete('UID F', { capabilities: [], state: 'SELECTED' })).toEqual({ from: 4, words: ['FETCH'] });
  });
});

test('what words have in common', () => {
  expect(commonStart(['SETACL', 'SETQUOTA'])).toBe('SET');
  expect(commonStart(['NOOP'])).toBe('NOOP');
  expect(commonStart(['A', 'B'])).toBe('');
  expect(commonStart([])).toBe('');
});
