// How arguments are written, and what is refused: the tables of CPython's own tests.

import { describe, expect, test } from 'vitest';
import {
  astring,
  compose,
  criteria,
  fetchParts,
  listMailbox,
  literal,
  mailbox,
  messageSet,
  pairs,
  parenthesised,
  password,
  type Argument,
} from './arguments.ts';
import type { Param, SetMember } from './datum.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What goes out, one character a byte. */
function written(argument: Argument, utf8 = false): string {
  const out = compose('X', [argument], utf8).map((piece) => {
    const data = piece.kind === 'bytes' ? piece.bytes : piece.data;
    return data instanceof Uint8Array ? String.fromCharCode(...data) : '';
  });
  return out.join('').slice(2);
}

test.each([
  ['INBOX', 'INBOX'],
  [bytes('INBOX'), 'INBOX'],
  ['New folder', '"New folder"'],
  ['a"b', '"a\\"b"'],
  ['a\\b', '"a\\\\b"'],
  ['', '""'],
  ['*', '"*"'],
  ['%', '"%"'],
  ['(a)', '"(a)"'],
  ['a{5}', '"a{5}"'],
  ['a\tb', '"a\tb"'],
  ['\x7f', '"\x7f"'],
  ['a]b~#&/+', 'a]b~#&/+'],
  ['"New folder"', '"New folder"'],
  ['""', '""'],
  ['"a\\"b"', '"a\\"b"'],
  ['"a" SELECT evil "', '"\\"a\\" SELECT evil \\""'],
  ['"', '"\\""'],
])('astring %j', (value, expected) => {
  expect(written(astring(value))).toBe(expected);
  expect(written(astring(expected))).toBe(expected);
});

test.each([
  ['*', '*'],
  ['%', '%'],
  ['foo/%', 'foo/%'],
  ['New folder', '"New folder"'],
  ['"New folder"', '"New folder"'],
  ['Entwürfe/%', 'Entw&APw-rfe/%'],
])('list-mailbox %j', (value, expected) => {
  expect(written(listMailbox(value))).toBe(expected);
});

describe('mailbox names', () => {
  test.each([
    ['INBOX', 'INBOX'],
    ['A&B', 'A&-B'],
    ['A&-B', 'A&-B'],
    ['Entwürfe', 'Entw&APw-rfe'],
    ['Entw&APw-rfe', 'Entw&APw-rfe'],
    [bytes('Entw&APw-rfe'), 'Entw&APw-rfe'],
    [bytes('A&B'), 'A&B'],
    ['a\x01b', 'a&AAE-b'],
    ['日本語', '&ZeVnLIqe-'],
    ['New folder', '"New folder"'],
    ['"Entwürfe 1"', '"Entw&APw-rfe 1"'],
  ])('%j before UTF-8 is enabled', (value, expected) => {
    expect(written(mailbox(value))).toBe(expected);
  });

  test.each([
    ['Entwürfe', '"EntwÃ¼rfe"'],
    [bytes('Entwürfe'), '"EntwÃ¼rfe"'],
    ['A&B', 'A&B'],
  ])('%j in UTF-8', (value, expected) => {
    expect(written(mailbox(value), true)).toBe(expected);
  });
});

test.each([
  [5, '5'],
  ['1:*', '1:*'],
  [[1, [3, 5], [8, '*']], '1,3:5,8:*'],
  [[[8, null]], '8:*'],
])('message set %j', (value, expected) => {
  expect(written(messageSet(value as readonly SetMember[]))).toBe(expected);
});

test.each([
  [['7'], TypeError],
  [[2.9], TypeError],
  [[[1, 2.9]], TypeError],
  [true, TypeError],
  [[[1]], RangeError],
  [[[1, 2, 3]], RangeError],
  [[], RangeError],
  [0, RangeError],
])('message set %j is refused', (value, kind) => {
  expect(() => written(messageSet(value as number))).toThrow(kind);
});

test.each([
  ['\\Seen', '(\\Seen)'],
  ['(\\Seen)', '(\\Seen)'],
  ['', '()'],
  [['\\Seen', '\\Deleted'], '(\\Seen \\Deleted)'],
  [bytes('(\\Seen)'), '(\\Seen)'],
])('items %j stand in parentheses', (value, expected) => {
  expect(written(parenthesised(value))).toBe(expected);
});

test.each([
  ['FLAGS', '(FLAGS)'],
  ['all', 'all'],
  ['FULL', 'FULL'],
  ['FAST', 'FAST'],
  [['UID', 'FLAGS'], '(UID FLAGS)'],
  ['BODY[TEXT]?', '(BODY[TEXT]?)'],
])('FETCH parts %j', (value, expected) => {
  expect(written(fetchParts(value))).toBe(expected);
});

describe('params', () => {
  const filled = (template: string, ...params: Param[]) => written(criteria(null, [template], params));

  test.each<[string, Param, string]>([
    ['FROM ?', 'me@host', 'FROM me@host'],
    ['SUBJECT ?', 'hello world', 'SUBJECT "hello world"'],
    ['SUBJECT ?', 'a"b', 'SUBJECT "a\\"b"'],
    ['LARGER ?', 1000, 'LARGER 1000'],
    ['HEADER.FIELDS ?', ['DATE', 'FROM'], 'HEADER.FIELDS (DATE FROM)'],
    ['KEYWORD ?f', '$Junk', 'KEYWORD $Junk'],
    ['STORE ?f', ['\\Seen', '\\*'], 'STORE (\\Seen \\*)'],
    ['UID ?s', [1, [3, 5]], 'UID 1,3:5'],
    ['a?? ?', 'b', 'a? b'],
  ])('%j with %j', (template, param, expected) => {
    expect(filled(template, param)).toBe(expected);
  });

  test.each<[string, Param[], typeof RangeError | typeof TypeError]>([
    ['FROM ? ?', ['a'], TypeError],
    ['FROM ?', ['a', 'b'], TypeError],
    ['KEYWORD ?f', ['a b'], RangeError],
    ['FROM ?', ['a\r\nb'], RangeError],
    ['LARGER ?', [true as unknown as Param], TypeError],
    ['LARGER ?', [1.5], TypeError],
    ['UID ?s', [[[1]]], RangeError],
    ['UID ?s', [[[1, 2, 3]]], RangeError],
  ])('%j with %j is refused', (template, params, kind) => {
    expect(() => filled(template, ...params)).toThrow(kind);
  });

  test('without params a question mark is a question mark', () => {
    expect(written(criteria(null, ['SUBJECT', '"what?"']))).toBe('SUBJECT "what?"');
  });
});

describe('charsets', () => {
  test.each([
    [null, 'TEXT', 'TEXT'],
    ['UTF-8', '"café"', '"cafÃ©"'],
    ['ISO-8859-1', '"café"', '"caf\xe9"'],
    ['KOI8-U', '"Київ"', '"\xeb\xc9\xa7\xd7"'],
    ['SHIFT_JIS', '"日本"', '"\x93\xfa\x96{"'],
    [bytes('UTF-8'), '"café"', '"cafÃ©"'],
    ['KOI8-U', bytes('raw'), 'raw'],
    ['nonsense', bytes('raw'), 'raw'],
  ])('%j %j', (charset, value, expected) => {
    expect(written(criteria(charset, [value]))).toBe(expected);
  });

  test.each([
    [null, 'café'],
    ['nonsense', 'x'],
    ['US-ASCII', 'café'],
    ['ISO-8859-1', 'Київ'],
    ['KOI8-U', '日本'],
    ['UTF-16', 'x'],
  ])('%j cannot hold %j', (charset, value) => {
    expect(() => written(criteria(charset, [value]))).toThrow(RangeError);
  });
});

describe('bad input never reaches the wire', () => {
  const makers = {
    astring,
    mailbox,
    listMailbox,
    password,
    parenthesised,
    fetchParts,
    messageSet,
    verbatim: (value: string) => value,
  };

  test.each(Object.entries(makers))('CR, LF and NUL in %s', (_, make) => {
    for (const character of ['\r', '\n', '\0']) {
      expect(() => written(make(`a${character}b`))).toThrow('NUL, CR and LF not allowed in commands');
    }
  });

  test('CR and LF in bytes, in criteria and in the name of a command', () => {
    expect(() => written(bytes('a\nb'))).toThrow(RangeError);
    expect(() => written(criteria('UTF-8', ['é\r\nA1 LOGOUT']))).toThrow(RangeError);
    expect(() => compose('NOOP\r\nA1 LOGOUT', [], false)).toThrow(RangeError);
  });

  test('text beyond ASCII where the connection is not in UTF-8', () => {
    expect(() => written(astring('é'))).toThrow("'é' has characters beyond ASCII");
    expect(written(astring('é'), true)).toBe('"Ã©"');
  });

  test('an argument that announces a literal at the end of the line', () => {
    expect(() => written('SUBJECT {5}')).toThrow('announces a literal');
    expect(() => written('SUBJECT {5+}')).toThrow('announces a literal');
  });
});

test('passwords are quoted in any case, and marked as secret', () => {
  expect(written(password('"pass"'))).toBe('"\\"pass\\""');
  const pieces = compose('LOGIN', ['user', password('p%ss')], false);
  expect(pieces.map(({ secret }) => secret)).toEqual([false, true]);
});

test('a password beyond ASCII is refused without being shown', () => {
  expect(() => written(password('żółć'))).toThrow(
    /^LOGIN cannot carry a password beyond ASCII: use login_plain\(\)$/,
  );
});

test('ID: names and values always quoted', () => {
  expect(written(pairs({ name: 'my page', os: null }))).toBe('("name" "my page" "os" NIL)');
  expect(written(pairs(null))).toBe('NIL');
});

test('a literal waits for the server, and is wrapped once UTF-8 is enabled', () => {
  expect(written(literal(() => bytes('data')))).toBe('{4}\r\ndata');
  expect(
    written(
      literal(() => bytes('data')),
      true,
    ),
  ).toBe('UTF8 (~{4}\r\ndata)');
  expect(compose('APPEND', [literal(() => bytes(''))], false)[2]).toMatchObject({ synchronising: true });
});

test('null is left out', () => {
  expect(written(null)).toBe('');
  expect(() => written(5 as unknown as string)).toThrow(TypeError);
});
