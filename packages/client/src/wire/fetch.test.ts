import { describe, expect, it } from 'vitest';
import { readFetch, readFetched, type FetchedMessage } from './fetch.ts';
import { ResponseReader } from './reader.ts';
import { readHead } from './response.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const latin1 = (octets: Uint8Array | null | undefined): string | null | undefined =>
  octets && String.fromCharCode(...octets);
const read = (text: string): FetchedMessage => readFetch(new ResponseReader(bytes(text)), 7);

describe('readFetch', () => {
  it('reads the items of a list', () => {
    expect(
      read(
        '(UID 5 FLAGS (\\Seen $Forwarded) INTERNALDATE " 7-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286 MODSEQ (9223372036854775807))',
      ),
    ).toEqual({
      sequence: 7,
      uid: 5,
      flags: ['\\Seen', '$Forwarded'],
      internalDate: { date: new Date('1996-07-07T09:44:25Z'), zone: -420 },
      size: 4286,
      modSeq: 9223372036854775807n,
      sections: [],
      other: {},
      unparsed: {},
    });
  });

  it.each<[string, string, number | null, string | null]>([
    ['BODY[] {3}\r\nabc', '', null, 'abc'],
    ['BODY[]<512> {3}\r\nabc', '', 512, 'abc'],
    ['BODY[1.2.mime] "a\\"b"', '1.2.MIME', null, 'a"b'],
    ['BODY[HEADER.FIELDS (From "To" {2}\r\ncc)] {2}\r\n\r\n', 'HEADER.FIELDS (From To cc)', null, '\r\n'],
    ['BODY[1.header.fields.not (X)]<0> NIL', '1.HEADER.FIELDS.NOT (X)', 0, null],
    ['BODY[HEADER.FIELDS (  A   B ) ] ""', 'HEADER.FIELDS (A B)', null, ''],
    ['RFC822 {1}\r\n)', '', null, ')'],
    ['RFC822[] {1}\r\n)', '', null, ')'],
    ['RFC822.HEADER ""', 'HEADER', null, ''],
    ['rfc822.text NIL', 'TEXT', null, null],
    ['BINARY[1]<5> ~{2}\r\n\0\xff', '1', 5, '\0\xff'],
  ])('reads the section %j', (item, section, offset, content) => {
    for (const text of [
      `(UID 5 ${item} FLAGS ())`,
      `(${item} UID 5 FLAGS ())`,
      `( UID 5 FLAGS () ${item} ) `,
    ]) {
      const message = read(text);
      expect(message).toMatchObject({ uid: 5, flags: [], unparsed: {} });
      const [first, ...rest] = message.sections;
      expect([first?.section, first?.offset, latin1(first?.bytes)]).toEqual([section, offset, content]);
      expect(first?.decoded).toBe(item.startsWith('BINARY') ? true : undefined);
      expect(rest).toEqual([]);
    }
  });

  it('reads the items of extensions', () => {
    const message = read(
      '(X-GM-MSGID 1278455344230334865 X-GM-THRID 1266894439832287888 X-GM-LABELS (\\Inbox "\\\\Sent" "Entw&APw-rfe" NIL) ' +
        'EMAILID (M5) THREADID (T7) BINARY.SIZE[1.2] 17 BINARY.SIZE[__proto__] 1 PREVIEW {2}\r\nhi ' +
        'SAVEDATE " 7-Jul-1996 02:44:25 -0700" UID 5)',
    );
    expect(message).toEqual({
      sequence: 7,
      uid: 5,
      gmailMessageId: 1278455344230334865n,
      gmailThreadId: 1266894439832287888n,
      gmailLabels: ['\\Inbox', '\\Sent', 'Entwürfe', 'NIL'],
      emailId: 'M5',
      threadId: 'T7',
      binarySizes: expect.objectContaining({ '1.2': 17 }),
      preview: 'hi',
      saveDate: { date: new Date('1996-07-07T09:44:25Z'), zone: -420 },
      sections: [],
      other: {},
      unparsed: {},
    });
    expect(Object.getPrototypeOf(message.binarySizes)).toBeNull();
    expect(read('(PREVIEW NIL SAVEDATE NIL THREADID NIL EMAILID NIL UID 5)')).toEqual({
      sequence: 7,
      uid: 5,
      preview: null,
      saveDate: null,
      threadId: null,
      sections: [],
      other: {},
      unparsed: {},
    });
  });

  it('names a message by its UID in UIDFETCH (RFC 9586)', () => {
    const fetched = (line: string): FetchedMessage => {
      const response = readHead(bytes(line));
      return readFetched(response.reader(), response);
    };
    const empty = { sections: [], other: {}, unparsed: {} };
    expect(fetched('* 25997 UIDFETCH (FLAGS (\\Seen))')).toEqual({
      sequence: 0,
      uid: 25997,
      flags: ['\\Seen'],
      ...empty,
    });
    expect(fetched('* 3 UIDFETCH (UID 25997)')).toEqual({ sequence: 0, uid: 25997, ...empty });
    expect(fetched('* 3 FETCH (UID 25997)')).toEqual({ sequence: 3, uid: 25997, ...empty });
  });

  it('keeps items that have no reader', () => {
    const message = read(
      '(ANNOTATION (/comment (value.priv "My comment" value.shared NIL)) X-UNKNOWN[1] {2}\r\nhi ' +
        'constructor 1 __proto__ 2 UID 5)',
    );
    expect(message.uid).toBe(5);
    expect(Object.entries(message.other)).toEqual([
      ['ANNOTATION', ['/comment', ['value.priv', 'My comment', 'value.shared', null]]],
      ['X-UNKNOWN[1]', bytes('hi')],
      ['CONSTRUCTOR', '1'],
      ['__PROTO__', '2'],
    ]);
    expect(Object.getPrototypeOf(message.other)).toBeNull();
  });

  it.each<[string, string]>([
    ['INTERNALDATE "00-Jan-0000 00:00:00 +0000"', 'INTERNALDATE'],
    ['INTERNALDATE ()', 'INTERNALDATE'],
    ['RFC822.SIZE x', 'RFC822.SIZE'],
    ['RFC822.SIZE (1 (2 ")"))', 'RFC822.SIZE'],
    ['ENVELOPE NIL', 'ENVELOPE'],
    ['ENVELOPE "x"', 'ENVELOPE'],
    ['BODYSTRUCTURE ()', 'BODYSTRUCTURE'],
    ['BODYSTRUCTURE {2}\r\n(a', 'BODYSTRUCTURE'],
    ['BODY[1 (2', 'BODY[1 (2'],
    ['BODY[]<x> {2}\r\nab', 'BODY[]<X>'],
    ['BODY[] atom', 'BODY[]'],
    ['FLAGS "x"', 'FLAGS'],
    ['SAVEDATE yesterday', 'SAVEDATE'],
    ['EMAILID M5', 'EMAILID'],
    ['X-GM-MSGID x', 'X-GM-MSGID'],
    ['BINARY.SIZE[1] NIL', 'BINARY.SIZE[1]'],
    ['PREVIEW (x)', 'PREVIEW'],
    [`ENVELOPE ${'('.repeat(200)}${')'.repeat(200)}`, 'ENVELOPE'],
  ])('loses no more than one bad item: %j', (item, name) => {
    const before = read(`(UID 5 ${item})`);
    expect(before.uid).toBe(5);
    expect(Object.keys(before.unparsed)).toContain(
      name.startsWith('BODY[1 ') ? Object.keys(before.unparsed)[0] : name,
    );
    if (name.startsWith('BODY[1 ')) return;
    const after = read(`(${item} UID 5 RFC822.SIZE 6)`);
    expect([after.uid, name === 'RFC822.SIZE' ? 6 : after.size]).toEqual([5, 6]);
    expect(latin1(after.unparsed[name]?.unparsed)).toBe(item);
    expect(after.unparsed[name]?.reason).toMatch(/^expected /);
  });

  it('reads what a literal over its limit leaves', () => {
    const message = read('(UID 5 FLAGS () BODY[] {99999999}\r\n');
    expect(message).toMatchObject({ uid: 5, flags: [], sections: [] });
    expect(Object.keys(message.unparsed)).toEqual(['BODY[]']);
  });

  it.each<[string, object]>([
    ['(UID 5 (ENVELOPE ("d" "s")) RFC822.SIZE 6)', { uid: 5, size: 6, envelope: { subject: 's' } }],
    ['(UID 5 MODSEQ (-1) RFC822.SIZE 6)', { uid: 5, size: 6, unparsed: {} }],
    ['(UID 5 RFC822.SIZE 9.3736e+06)', { uid: 5, size: 9373600 }],
    ['(BODY[] {3}\r\nabc\r\n UID 5)', { uid: 5 }],
    ['(UID 5 )', { uid: 5 }],
    ['(UID 5', { uid: 5 }],
    ['UID 5', { uid: 5 }],
    ['(UID 5 FLAGS (\\Seen) INTERNALDATE NIL)', { uid: 5, unparsed: {} }],
    ['(uid 5 flags NIL)', { uid: 5, flags: [] }],
    ['()', { unparsed: {} }],
    ['', { unparsed: {} }],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });
});
