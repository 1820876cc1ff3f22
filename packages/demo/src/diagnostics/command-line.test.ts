// What is read out of a typed command.
import { describe, expect, test } from 'vitest';
import { literalOctets, lossOf, maskedCommand, piecesOf, readCommand, readLogin } from './command-line.ts';
import { History } from './history.ts';

describe('a command', () => {
  const table: readonly (readonly [line: string, expected: unknown])[] = [
    ['', null],
    ['   ', null],
    ['noop', { name: 'NOOP', verb: 'NOOP', texts: [''] }],
    [' select "My box" ', { name: 'SELECT', verb: 'SELECT', texts: ['"My box"'] }],
    ['uid expunge 1:3', { name: 'UID', verb: 'UID EXPUNGE', texts: ['expunge 1:3'] }],
    ['SEARCH TEXT {}', { name: 'SEARCH', verb: 'SEARCH', texts: ['TEXT ', ''] }],
    ['APPEND x {12} (\\Seen) {3+}', { name: 'APPEND', verb: 'APPEND', texts: ['x ', ' (\\Seen) ', ''] }],
    ['SELECT "a {3} b"', { name: 'SELECT', verb: 'SELECT', texts: ['"a {3} b"'] }],
    ['a1 noop', { name: 'NOOP', verb: 'NOOP', texts: [''] }],
    ['XFOO bar', { name: 'XFOO', verb: 'XFOO', texts: ['bar'] }],
    ['SELECT "a', { name: 'SELECT', verb: 'SELECT', texts: ['"a'] }],
  ];
  for (const [line, expected] of table) {
    test(`reads ${JSON.stringify(line)}`, () => expect(readCommand(line)).toEqual(expected));
  }

  test('goes out in pieces, each literal with its true size', () => {
    const command = readCommand('SEARCH TEXT {99} SUBJECT {}')!;
    const pieces = piecesOf(command, [literalOctets('für'), literalOctets('a\nb')]);
    const texts = pieces.map((piece) =>
      new TextDecoder().decode(piece.kind === 'bytes' ? piece.bytes : piece.data),
    );
    expect(texts).toEqual(['TEXT {4}\r\n', 'für', ' SUBJECT {4}\r\n', 'a\r\nb']);
    expect(() => piecesOf(command, [])).toThrow(RangeError);
    expect(piecesOf(readCommand('NOOP')!, [])).toEqual([]);
  });
});

describe('what would be lost', () => {
  const table: readonly (readonly [line: string, expected: RegExp | null])[] = [
    ['expunge', /\\Deleted from INBOX/],
    ['UID EXPUNGE 1', /named messages/],
    ['CLOSE', /UNSELECT/],
    ['delete Old', /mailbox Old/],
    ['UNSELECT', null],
    ['UID FETCH 1 FLAGS', null],
    ['STORE 1 +FLAGS (\\Deleted)', null],
  ];
  for (const [line, expected] of table) {
    test(`by ${line}`, () => {
      const loss = lossOf(readCommand(line)!, 'INBOX');
      if (expected === null) expect(loss).toBeNull();
      else expect(loss).toMatch(expected);
    });
  }
});

describe('LOGIN', () => {
  const table: readonly (readonly [line: string, login: unknown, masked: string])[] = [
    ['LOGIN', null, 'LOGIN'],
    ['LOGIN ana', { user: 'ana', password: null }, 'LOGIN ana'],
    ['LOGIN ana ', { user: 'ana', password: '' }, 'LOGIN ana ▮▮▮▮'],
    ['login ana x y', { user: 'ana', password: 'x y' }, 'login ana ▮▮▮▮'],
    ['LOGIN "a b" "c \\" d"', { user: 'a b', password: 'c " d' }, 'LOGIN "a b" ▮▮▮▮'],
    ['a1 LOGIN ana x', { user: 'ana', password: 'x' }, 'LOGIN ana ▮▮▮▮'],
    ['a1 AUTHENTICATE PLAIN AGE=', null, 'AUTHENTICATE PLAIN ▮▮▮▮'],
    ['AUTHENTICATE PLAIN', null, 'AUTHENTICATE PLAIN'],
    ['AUTHENTICATE PLAIN AGE=', null, 'AUTHENTICATE PLAIN ▮▮▮▮'],
    ['NOOP', null, 'NOOP'],
  ];
  for (const [line, login, masked] of table) {
    test(`reads ${JSON.stringify(line)}`, () => {
      expect(readLogin(line)).toEqual(login);
      expect(maskedCommand(line)).toBe(masked);
    });
  }
});

test('the history goes back, forth, and back to what was being written', () => {
  const history = new History();
  expect(history.previous('')).toBeNull();
  for (const line of ['NOOP', 'NOOP', 'SELECT INBOX']) history.add(line);
  expect(history.previous('FET')).toBe('SELECT INBOX');
  expect(history.previous('SELECT INBOX')).toBe('NOOP');
  expect(history.previous('NOOP')).toBeNull();
  expect(history.next()).toBe('SELECT INBOX');
  expect(history.next()).toBe('FET');
  expect(history.next()).toBeNull();
});
