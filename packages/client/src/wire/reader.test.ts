import { describe, expect, it } from 'vitest';
import { ParseError, ResponseReader, type Value } from './reader.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const reader = (text: string): ResponseReader => new ResponseReader(bytes(text));

function values(text: string): Value[] {
  const from = reader(text);
  const out: Value[] = [];
  for (from.space(); from.peek() !== -1; from.space()) out.push(from.value());
  return out;
}

describe('values', () => {
  it.each<[string, Value[]]>([
    ['', []],
    ['a B.c 12 $x \\Seen *', ['a', 'B.c', '12', '$x', '\\Seen', '*']],
    ['"" "a b" "a\\"b\\\\"', ['', 'a b', 'a"b\\']],
    ['NIL nil NiL NILS "NIL"', [null, null, null, 'NILS', 'NIL']],
    ['(NIL)NIL(nil (a)())', [[null], null, [null, ['a'], []]]],
    ['( a  b )  ("c")("d")', [['a', 'b'], ['c'], ['d']]],
    ['{3}\r\na b (~{2}\r\n)( x)', [bytes('a b'), [bytes(')('), 'x']]],
    ['~/Mail {x} ~', ['~/Mail', '{x}', '~']],
    ['BODY[HEADER.FIELDS (A B)]<0> [Gmail]/x', ['BODY[HEADER.FIELDS (A B)]<0>', '[Gmail]/x']],
    ['a[b (c)', ['a[b', ['c']]],
    ['"charset " " "utf-8""', ['charset ', ' "utf-8"']],
    ['("<"a"@b>")', [['<"a"@b>']]],
    ['"D:\\x" y', ['D:\\x', 'y']],
    ['2024:Q1 1,2:3', ['2024:Q1', '1,2:3']],
    ['"Gr\xc3\xbcn" "\xfc"', ['Grün', 'ü']],
  ])('%j', (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it.each(['(', '(a', '"a', ')', ']', '{5}\r\nabc', '{99999999999999999999}\r\nabc', '"a\nb"'])(
    'refuses %j',
    (text) => {
      expect(() => values(text)).toThrow(ParseError);
    },
  );

  it('gives views where nothing was escaped', () => {
    const from = reader('"abc" {2}\r\nde "f\\"g"');
    const first = from.bytesValue();
    from.space();
    const second = from.bytesValue();
    from.space();
    expect([first.buffer, second.buffer]).toEqual([from.bytes.buffer, from.bytes.buffer]);
    expect(first.buffer).toBe(from.bytes.buffer);
    expect(second.buffer).toBe(from.bytes.buffer);
    expect(from.bytesValue()).toEqual(bytes('f"g'));
  });
});

describe('limits', () => {
  it('bounds the depth', () => {
    expect(values('('.repeat(100) + ')'.repeat(100))).toHaveLength(1);
    expect(() => values('('.repeat(101) + ')'.repeat(101))).toThrow(/at most 100 nested lists/);
    expect(() => values('('.repeat(1_000_000))).toThrow(ParseError);
    expect(values(`(${'()'.repeat(200)})`)).toHaveLength(1);
    const siblings = reader(`(${'()'.repeat(200)})`);
    expect(siblings.list(() => siblings.list(() => 0))).toHaveLength(200);
    const from = reader('('.repeat(200));
    const nested = (): unknown => from.list(nested);
    expect(nested).toThrow(/at most 100 nested lists/);
  });

  it('bounds the number of values', () => {
    const list = new ResponseReader(bytes(`(${'1 '.repeat(11)})`), 0, { depth: 5, tokens: 10 });
    expect(() => list.value()).toThrow(/at most 10 values/);
    const numbers = new ResponseReader(bytes(`(${'1 '.repeat(11)})`), 0, { depth: 5, tokens: 10 });
    expect(() => numbers.list(() => numbers.number())).toThrow(/at most 10 values/);
    const empty = new ResponseReader(bytes(`(${'()'.repeat(11)})`), 0, { depth: 5, tokens: 10 });
    expect(() => empty.value()).toThrow(/at most 10 values/);
  });

  it('looks for a closing bracket once, not once a value', () => {
    const start = performance.now();
    expect(values('a[ '.repeat(300_000))).toHaveLength(300_000);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('does not loop where a reader reads nothing', () => {
    expect(() => reader('(a)').list(() => 0)).toThrow(ParseError);
  });
});

describe('typed values', () => {
  it('reads numbers', () => {
    expect(reader('4294967295 x').number()).toBe(4294967295);
    expect(reader('9007199254740991)').number()).toBe(9007199254740991);
    expect(reader('12]').number()).toBe(12);
    expect(reader('"12" ').number()).toBe(12);
    expect(reader('9.3736e+06)').number()).toBe(9373600);
    expect(reader('-1 ').number()).toBe(0);
    for (const text of ['', 'x', '1x', '9007199254740993', '1e400', '99999999999999999999', '(1)', '""']) {
      expect(() => reader(text).number(), text).toThrow(ParseError);
    }
  });

  it('reads numbers of 63 bits', () => {
    expect(reader('9223372036854775807)').bigint()).toBe(9223372036854775807n);
    expect(() => reader('-1').bigint()).toThrow(ParseError);
    expect(() => reader('1'.repeat(100_000)).bigint()).toThrow(ParseError);
  });

  it('reads atoms and strings', () => {
    expect(reader('BODY[1]').atom()).toBe('BODY');
    expect(reader('a(b').atom()).toBe('a');
    expect(reader('[Gmail]/All').astring()).toBe('[Gmail]/All');
    expect(reader('"a b"').astring()).toBe('a b');
    expect(reader('{1}\r\nx').nstring()).toBe('x');
    expect(reader('nil').nstring()).toBeNull();
    expect(reader('nilly').nstring()).toBe('nilly');
    expect(reader('NIL').nbytes()).toBeNull();
    expect(reader('"x"').nbytes()).toEqual(bytes('x'));
    expect(() => reader('x').bytesValue()).toThrow(ParseError);
    expect(() => reader('(').atom()).toThrow(ParseError);
    expect(reader('NIL').list(() => 0)).toEqual([]);
  });

  it('moves over what it is told to', () => {
    const from = reader('(  a');
    expect([from.skip(')'), from.skip('('), from.space(), from.space(), from.atEnd]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(() => from.expect('b')).toThrow('expected "b" at byte 3, found "a"');
    from.expect('a');
    expect([from.atEnd, from.peek()]).toEqual([true, -1]);
    expect(() => from.expect('b')).toThrow('expected "b" at byte 4, found the end');
    expect(reader('a b').rest()).toBe('a b');
    expect(reader(' \r\n').atEnd).toBe(true);
  });
});
