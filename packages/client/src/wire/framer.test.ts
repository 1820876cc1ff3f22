import { describe, expect, it } from 'vitest';
import { Framer, FramingError, type Frame } from './framer.ts';
import { defaultLimits } from './limits.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const latin1 = (octets: Uint8Array): string => String.fromCharCode(...octets);

function drain(framer: Framer): Frame[] {
  const out: Frame[] = [];
  for (let frame = framer.next(); frame !== null; frame = framer.next()) out.push(frame);
  return out;
}

function frames(input: string, size = Infinity, limits = {}): Frame[] {
  const framer = new Framer({ ...defaultLimits, ...limits });
  const out: Frame[] = [];
  const all = bytes(input);
  for (let at = 0; at < all.length; at += size) {
    framer.push(all.subarray(at, Math.min(at + size, all.length)));
    out.push(...drain(framer));
  }
  expect(framer.pending).toBe(0);
  return out;
}

const texts = (input: string, size?: number): string[] =>
  frames(input, size).map((frame) => latin1(frame.bytes));

/** Input, and the responses that it holds. */
const table: readonly (readonly [name: string, input: string, expected: readonly string[]])[] = [
  ['lines', '* OK hi\r\nA1 OK done\r\n', ['* OK hi', 'A1 OK done']],
  ['a bare line feed', '* OK hi\nA1 OK\n', ['* OK hi', 'A1 OK']],
  ['a lone carriage return within a line', '* OK a\rb\r\n', ['* OK a\rb']],
  ['blank lines between responses', '\r\n\n* OK hi\r\n\r\n\r\n* 1 EXISTS\r\n', ['* OK hi', '* 1 EXISTS']],
  ['NUL octets before a response', '\0\0* OK hi\r\n', ['* OK hi']],
  ['a literal', '* LIST () "/" {3}\r\na b\r\n', ['* LIST () "/" {3}\r\na b']],
  [
    'two literals',
    '* 1 FETCH (BODY[1] {3}\r\nabc BODY[2] {2}\r\nde UID 7)\r\n* 2 EXISTS\r\n',
    ['* 1 FETCH (BODY[1] {3}\r\nabc BODY[2] {2}\r\nde UID 7)', '* 2 EXISTS'],
  ],
  ['literal8', '* 1 FETCH (BINARY[1] ~{3}\r\na\0b)\r\n', ['* 1 FETCH (BINARY[1] ~{3}\r\na\0b)']],
  ['a literal behind which nobody waits', '* X {2+}\r\nab\r\n', ['* X {2+}\r\nab']],
  ['an empty literal', '* 1 FETCH (BODY[] {0}\r\n)\r\n', ['* 1 FETCH (BODY[] {0}\r\n)']],
  [
    'an empty literal at the end',
    '* LIST () "/" {0}\r\n\r\n* 1 EXISTS\r\n',
    ['* LIST () "/" {0}\r\n', '* 1 EXISTS'],
  ],
  ['a size with leading zeros', '* X {012}\r\nFoo: bar\r\n\r\n)\r\n', ['* X {012}\r\nFoo: bar\r\n\r\n)']],
  ['what looks like a literal in a literal', '* X {9}\r\nab {5}\r\nc)\r\n', ['* X {9}\r\nab {5}\r\nc)']],
  ['a literal that ends in a brace', '* X {2}\r\na{5}\r\n* Y\r\n', ['* X {2}\r\na{5}', '* Y']],
  ['a literal whose line ends in a bare line feed', '* X {2}\nab\n', ['* X {2}\nab']],
  ['no literal: no digits', '* X {}\r\n* Y {a}\r\n', ['* X {}', '* Y {a}']],
  ['no literal: not at the end', '* X {5} \r\n* Y "{5}"\r\n', ['* X {5} ', '* Y "{5}"']],
  ['people write braces: tagged', 'A1 OK took {5}\r\nA2 NO {7+}\r\n', ['A1 OK took {5}', 'A2 NO {7+}']],
  [
    'people write braces: untagged',
    '* OK {5}\r\n* bye {6}\r\n* 1 EXISTS\r\n',
    ['* OK {5}', '* bye {6}', '* 1 EXISTS'],
  ],
  ['people write braces: continuation', '+ idling {5}\r\n* OK\r\n', ['+ idling {5}', '* OK']],
  ['people write braces: behind a code', '* OK [ALERT] {5}\r\n* OK\r\n', ['* OK [ALERT] {5}', '* OK']],
  ['people write braces: behind a bracket', 'A1 OK it [was {5}\r\n* OK\r\n', ['A1 OK it [was {5}', '* OK']],
  [
    'people write braces: behind a bracket, continuation',
    '+ go [on {5}\r\n* OK\r\n',
    ['+ go [on {5}', '* OK'],
  ],
  [
    'people write braces: no response at all',
    'Server Unavailable {5}\r\n* OK\r\n',
    ['Server Unavailable {5}', '* OK'],
  ],
  [
    'a literal in a response code',
    '* NO [BADCHARSET ({5}\r\nUTF-8 {3}\r\na]b)] sorry {5}\r\n* OK\r\n',
    ['* NO [BADCHARSET ({5}\r\nUTF-8 {3}\r\na]b)] sorry {5}', '* OK'],
  ],
  ['a quoted bracket in a response code', '* NO [X "]" {2}\r\nab] hi\r\n', ['* NO [X "]" {2}\r\nab] hi']],
  [
    'an escaped quote in a response code',
    '* NO [X "a\\"]" {2}\r\nab] hi\r\n',
    ['* NO [X "a\\"]" {2}\r\nab] hi'],
  ],
  ['a response code without OK', '* [X {2}\r\nab] hi\r\n', ['* [X {2}\r\nab] hi']],
  ['a line that is only a literal', '* {4}\r\nabcd\r\n* OK\r\n', ['* {4}\r\nabcd', '* OK']],
  [
    'a literal that is short by its CRLF',
    '* 1 FETCH (BODY[] {3}\r\nabc\r\n UID 5)\r\n* OK\r\n',
    ['* 1 FETCH (BODY[] {3}\r\nabc\r\n UID 5)', '* OK'],
  ],
  [
    'a FETCH that ends in one octet',
    '* 1 FETCH (BODY[] {1}\na)\n* OK\n',
    ['* 1 FETCH (BODY[] {1}\na)', '* OK'],
  ],
];

describe('Framer', () => {
  for (const [name, input, expected] of table) {
    it(`reads ${name}`, () => {
      expect(texts(input)).toEqual(expected);
      for (const size of [1, 2, 3, 5, 7]) expect(texts(input, size)).toEqual(expected);
    });
  }

  it('gives a view of the chunk, not a copy', () => {
    const chunk = bytes('* OK hi\r\n* 1 FETCH (BODY[] {3}\r\nabc)\r\n* 2 EX');
    const framer = new Framer();
    framer.push(chunk);
    const [first, second] = drain(framer);
    expect(first?.bytes.buffer).toBe(chunk.buffer);
    expect(second?.bytes.buffer).toBe(chunk.buffer);
    expect(framer.pending).toBe(6);
    framer.push(bytes('ISTS\r\n'));
    expect(latin1(framer.next()?.bytes ?? bytes(''))).toBe('* 2 EXISTS');
  });

  it('counts what is left behind a response', () => {
    const framer = new Framer();
    framer.push(bytes('A1 OK begin TLS\r\n* OK injected\r\n'));
    expect(framer.pending).toBe(32);
    expect(framer.next()).not.toBeNull();
    expect(framer.pending).toBe(15);
    framer.push(bytes('* X {5}\r\nab'));
    expect(framer.next()).not.toBeNull();
    expect(framer.next()).toBeNull();
    expect(framer.pending).toBe(11);
  });

  it('skips a line over the limit and stays in step', () => {
    const long = `* LIST () "/" "${'a'.repeat(9000)}"`;
    for (const size of [Infinity, 1, 7, 4096]) {
      const [first, second, ...rest] = frames(`${long}\r\nA1 OK\r\n`, size, { line: 1000 });
      expect(rest).toEqual([]);
      expect(first?.exceeded).toBe('line');
      expect(long.startsWith(latin1(first?.bytes ?? bytes('?')))).toBe(true);
      expect(first?.bytes.length).toBe(1000);
      expect(second).toEqual({ bytes: bytes('A1 OK'), exceeded: null });
    }
  });

  it('follows the literals of a line over the limit', () => {
    const input = `* 1 FETCH (X "${'a'.repeat(3000)}" BODY[] {11}\r\nA1 OK no\r\n\n UID 5)\r\nA2 OK\r\n`;
    for (const size of [Infinity, 1, 11]) {
      const [first, second, ...rest] = frames(input, size, { line: 1000 });
      expect(first?.exceeded).toBe('line');
      expect(latin1(second?.bytes ?? bytes(''))).toBe('A2 OK');
      expect(rest).toEqual([]);
    }
  });

  it('discards a literal over the limit as it arrives', () => {
    const literal = 'x'.repeat(50_000);
    const input = `* 1 FETCH (UID 5 BODY[] {50000}\r\n${literal} BODY[1] {2}\r\nab)\r\nA2 OK\r\n`;
    for (const size of [Infinity, 1000, 13]) {
      const [first, second, ...rest] = frames(input, size, { literal: 10_000 });
      expect(first).toEqual({ bytes: bytes('* 1 FETCH (UID 5 BODY[] {50000}\r\n'), exceeded: 'literal' });
      expect(latin1(second?.bytes ?? bytes(''))).toBe('A2 OK');
      expect(rest).toEqual([]);
    }
  });

  it('counts the literals of one response together', () => {
    const input = `* 1 FETCH (${'BODY[1] {60}\r\n'.concat('x'.repeat(60)).concat(' ').repeat(3)})\r\n* OK\r\n`;
    expect(frames(input, Infinity, { literal: 179 }).map((frame) => frame.exceeded)).toEqual([
      'literal',
      null,
    ]);
    expect(frames(input, Infinity, { literal: 180 }).map((frame) => frame.exceeded)).toEqual([null, null]);
  });

  it.each(['5000', '99999999999999999999', '9'.repeat(30)])('ends at a literal of %s octets', (size) => {
    const framer = new Framer({ ...defaultLimits, literal: 100, discard: 1000 });
    framer.push(bytes(`* 1 FETCH (BODY[] {${size}}\r\nabc`));
    expect(() => framer.next()).toThrow(FramingError);
    expect(() => framer.next()).toThrow(/at most 1000 are passed over/);
  });

  it('ends at a line that never ends', () => {
    const framer = new Framer({ ...defaultLimits, line: 100, discard: 5000 });
    const push = (): void => {
      for (let count = 0; count < 100; count++) {
        framer.push(bytes('a'.repeat(100)));
        framer.next();
      }
    };
    expect(push).toThrow(FramingError);
  });

  it('takes single octets in linear time', () => {
    const cost = (size: number): number => {
      const input = bytes(`* X {${size}}\r\n${'y'.repeat(size)}\r\n`);
      const framer = new Framer();
      const start = performance.now();
      for (let at = 0; at < input.length; at++) {
        framer.push(input.subarray(at, at + 1));
        framer.next();
      }
      return performance.now() - start;
    };
    cost(50_000);
    // Eight times as much may cost three times its share, for the sake of a busy machine; quadratic would be eight.
    expect(cost(400_000) / Math.max(cost(50_000), 5)).toBeLessThan(24);
  });
});
