import { describe, expect, it } from 'vitest';
import { CommandWriter, type Piece, type WriterOptions } from './writer.ts';

const latin1 = (octets: Uint8Array): string => String.fromCharCode(...octets);

/** The command as it goes out; a literal that waits for `+` is marked. */
function sent(write: (out: CommandWriter) => void, options?: Partial<WriterOptions>): string {
  const out = new CommandWriter(options);
  write(out);
  return out.finish().map(show).join('');
}

function show(piece: Piece): string {
  if (piece.kind === 'bytes') return latin1(piece.bytes);
  const data = piece.data instanceof Uint8Array ? latin1(piece.data) : '…';
  return piece.synchronising ? `<wait>${data}` : data;
}

describe('CommandWriter', () => {
  it.each<[string, (out: CommandWriter) => void, string]>([
    [
      'atoms',
      (out) => out.atom('UID').atom('FETCH').atom('$x').atom('+FLAGS.SILENT'),
      'UID FETCH $x +FLAGS.SILENT',
    ],
    [
      'astrings',
      (out) => out.astring('abc').astring('a b').astring('').astring('a]b').astring('nil'),
      'abc "a b" "" a]b "nil"',
    ],
    ['quotes and backslashes', (out) => out.string('a"b\\c').astring('x\\'), '"a\\"b\\\\c" "x\\\\"'],
    ['wildcards in quotes', (out) => out.astring('*').astring('a%'), '"*" "a%"'],
    ['NIL', (out) => out.nstring(null).nstring('NIL').nstring('x'), 'NIL "NIL" "x"'],
    ['a line feed as literal', (out) => out.astring('a\nb'), '{3}\r\n<wait>a\nb'],
    ['letters beyond ASCII as literal', (out) => out.string('ü').atom('X'), '{2}\r\n<wait>Ã¼ X'],
    ['a long string as literal', (out) => out.string('a'.repeat(513)), `{513}\r\n<wait>${'a'.repeat(513)}`],
    ['a long word as literal', (out) => out.astring('a'.repeat(513)), `{513}\r\n<wait>${'a'.repeat(513)}`],
    [
      'mailboxes',
      (out) => out.mailbox('inbox').mailbox('Entwürfe').mailbox('a b').mailbox('A&B'),
      'INBOX Entw&APw-rfe "a b" A&-B',
    ],
    [
      'mailboxes as they came',
      (out) =>
        out
          .mailbox({ name: 'A&B', raw: Uint8Array.of(65, 38, 66) })
          .mailbox({ name: 'a b&', raw: Uint8Array.of(97, 32, 98, 38) })
          .mailbox({ name: 'ü', raw: Uint8Array.of(0xfc) })
          .mailbox({ name: 'Entwürfe' }),
      'A&B "a b&" {1}\r\n<wait>ü Entw&APw-rfe',
    ],
    ['a literal of any octets', (out) => out.literal8(Uint8Array.of(0)), '~{1}\r\n<wait>\0'],
    [
      'patterns',
      (out) => out.mailbox('').pattern('%').pattern('Entwürfe/*').pattern('a b*'),
      '"" % Entw&APw-rfe/* "a b*"',
    ],
    [
      'numbers',
      (out) => out.number(0).number(4294967295).number(9223372036854775807n),
      '0 4294967295 9223372036854775807',
    ],
    ['sets', (out) => out.set([3, 1, 2]).set('5:*'), '1:3 5:*'],
    ['flags', (out) => out.flags(['\\Seen', '$Forwarded']).flags([]), '(\\Seen $Forwarded) ()'],
    [
      'dates',
      (out) => out.date(new Date(Date.UTC(1994, 1, 1))).dateTime(new Date(Date.UTC(1996, 6, 7, 9, 44, 25))),
      '1-Feb-1994 "07-Jul-1996 09:44:25 +0000"',
    ],
    [
      'a zone',
      (out) => out.dateTime(new Date(Date.UTC(1996, 6, 17, 9, 44, 25)), -450),
      '"17-Jul-1996 02:14:25 -0730"',
    ],
    [
      'lists',
      (out) =>
        out
          .list((inner) =>
            inner
              .atom('A')
              .list(() => {})
              .number(1),
          )
          .atom('B'),
      '(A () 1) B',
    ],
    [
      'raw text',
      (out) => out.raw('BODY.PEEK[HEADER.FIELDS (FROM)]').glue('<0.100>').atom('X'),
      'BODY.PEEK[HEADER.FIELDS (FROM)]<0.100> X',
    ],
    ['a literal of octets', (out) => out.literal(Uint8Array.of(0, 255)).atom('X'), '{2}\r\n<wait>\0ÿ X'],
    ['an empty literal', (out) => out.literal(new Uint8Array(0)), '{0}\r\n<wait>'],
  ])('writes %s', (_name, write, expected) => {
    expect(sent(write)).toBe(`${expected}\r\n`);
  });

  it('lets literals go without waiting where the server allows it', () => {
    const small = (out: CommandWriter): unknown => out.literal(new Uint8Array(4096));
    const large = (out: CommandWriter): unknown => out.literal(new Uint8Array(4097));
    expect(sent(small, { literals: 'LITERAL-' })).toMatch(/^\{4096\+\}\r\n\0/);
    expect(sent(large, { literals: 'LITERAL-' })).toMatch(/^\{4097\}\r\n<wait>/);
    expect(sent(large, { literals: 'LITERAL+' })).toMatch(/^\{4097\+\}\r\n\0/);
  });

  it('writes UTF-8 where it is enabled', () => {
    const write = (out: CommandWriter): unknown =>
      out.mailbox('Entwürfe').string('ü').pattern('ä*').mailbox('A&B');
    expect(sent(write, { utf8: true })).toBe('"EntwÃ¼rfe" "Ã¼" "Ã¤*" A&B\r\n');
  });

  it('ends a piece right behind the announcement of a literal', () => {
    const pieces = new CommandWriter().atom('APPEND').mailbox('x').literal(Uint8Array.of(1)).finish();
    expect(pieces.map((piece) => (piece.kind === 'bytes' ? latin1(piece.bytes) : piece.kind))).toEqual([
      'APPEND x {1}\r\n',
      'literal',
      '\r\n',
    ]);
  });

  it('passes a stream on as it is', () => {
    const source = { size: 5, stream: new ReadableStream<Uint8Array>() };
    const [, literal] = new CommandWriter({ literals: 'LITERAL+' }).atom('APPEND').literal(source).finish();
    expect(literal).toEqual({ kind: 'literal', data: source, synchronising: false, secret: false });
  });

  it('marks secrets, and nothing else', () => {
    for (const secret of ['swordfish', 'sword fish', 'schw\u00e9rt']) {
      const pieces = new CommandWriter().atom('LOGIN').astring('me').secret(secret).atom('X').finish();
      const open = pieces
        .filter((piece) => !piece.secret)
        .map(show)
        .join('');
      expect(open).toBe('LOGIN me  X\r\n');
      expect(
        pieces
          .filter((piece) => piece.secret)
          .map(show)
          .join(''),
      ).toContain(secret.slice(0, 4));
    }
    expect(() => new CommandWriter().secret('hush\0hush')).toThrow(RangeError);
    expect(() => new CommandWriter().secret('hush\0hush')).not.toThrow(/hush/);
  });

  it.each<[string, (out: CommandWriter) => unknown]>([
    ['NUL in a string', (out) => out.string('a\0')],
    ['NUL in an astring', (out) => out.astring('\0')],
    ['half a surrogate pair', (out) => out.string('\ud800')],
    ['half a surrogate pair in a name', (out) => out.mailbox('\ud800')],
    ['CR in a mailbox name', (out) => out.mailbox('a\rb')],
    ['LF in a mailbox name', (out) => out.mailbox('a\nA1 LOGOUT')],
    ['NUL in a mailbox name', (out) => out.mailbox('a\0')],
    ['NUL in a mailbox name as it came', (out) => out.mailbox({ name: 'a', raw: Uint8Array.of(0) })],
    ['LF in a pattern', (out) => out.pattern('*\n')],
    ['LF in raw text', (out) => out.raw('a\r\nA1 LOGOUT')],
    ['NUL in glued text', (out) => out.glue('\0')],
    ['a space in an atom', (out) => out.atom('a b')],
    ['no atom', (out) => out.atom('')],
    ['LF behind an atom', (out) => out.atom('a\n')],
    ['a brace in an atom', (out) => out.atom('{5}')],
    ['a space in a flag', (out) => out.flags(['a b'])],
    ['LF behind a flag', (out) => out.flags(['\\Seen\n'])],
    ['a parenthesis in a flag', (out) => out.flags([')'])],
    ['a negative number', (out) => out.number(-1)],
    ['a fraction', (out) => out.number(1.5)],
    ['a number of 64 bits', (out) => out.number(9223372036854775808n)],
    ['an invalid date', (out) => out.date(new Date(NaN))],
    ['an invalid date and time', (out) => out.dateTime(new Date(NaN))],
    ['an empty set', (out) => out.set([])],
    ['a literal marker at the end', (out) => out.raw('X {5}').finish()],
    ['a glued literal marker at the end', (out) => out.atom('X').glue('{5').glue('+}').finish()],
    ['a literal of no size', (out) => out.literal({ size: NaN, stream: new ReadableStream() })],
  ])('refuses %s', (_name, write) => {
    expect(() => write(new CommandWriter())).toThrow(RangeError);
  });
});
