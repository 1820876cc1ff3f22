import { describe, expect, it } from 'vitest';
import { partName, readBodyStructure, walkParts, type BodyPart } from './bodystructure.ts';
import { ParseError, ResponseReader } from './reader.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const read = (text: string): BodyPart => readBodyStructure(new ResponseReader(bytes(text)));
const sections = (text: string): string[] =>
  [...walkParts(read(text))].map((part) => `${part.section} ${part.type}/${part.subtype}`);

const text = '("TEXT" "PLAIN" ("CHARSET" "UTF-8") NIL NIL "7BIT" 10 1 NIL NIL NIL NIL)';
const html = '("TEXT" "HTML" NIL NIL NIL "QUOTED-PRINTABLE" 20 2)';
const image =
  '("IMAGE" "PNG" ("NAME" "a.png") "<id@x>" "A picture" "BASE64" 300 NIL ("INLINE" ("FILENAME" "b.png")) "en" "there")';
const envelope = '("d" "inner" NIL NIL NIL NIL NIL NIL NIL "<i@x>")';

describe('readBodyStructure', () => {
  it('reads every field of a part', () => {
    expect(read(image)).toEqual({
      section: '1',
      type: 'image',
      subtype: 'png',
      params: { name: 'a.png' },
      id: 'id@x',
      description: 'A picture',
      encoding: 'base64',
      size: 300,
      lines: null,
      disposition: { type: 'inline', params: { filename: 'b.png' } },
      language: ['en'],
      location: 'there',
      md5: null,
      envelope: null,
      parts: [],
    });
    expect(read(text)).toMatchObject({ lines: 1, params: { charset: 'UTF-8' }, encoding: '7bit' });
  });

  it('reads every field of a multipart', () => {
    expect(
      read(`(${text}${html} "ALTERNATIVE" ("BOUNDARY" "b") ("ATTACHMENT" NIL) ("en" "de") "there" 1 (2))`),
    ).toMatchObject({
      section: '',
      type: 'multipart',
      subtype: 'alternative',
      params: { boundary: 'b' },
      disposition: { type: 'attachment', params: {} },
      language: ['en', 'de'],
      location: 'there',
      size: 0,
    });
  });

  it.each<[string, string, string[]]>([
    ['one part', text, ['1 text/plain']],
    ['a multipart', `(${text}${html} "MIXED")`, [' multipart/mixed', '1 text/plain', '2 text/html']],
    [
      'multiparts in multiparts',
      `((${text}${html} "ALTERNATIVE")(${image}(${text} "DIGEST") "RELATED") "MIXED")`,
      [
        ' multipart/mixed',
        '1 multipart/alternative',
        '1.1 text/plain',
        '1.2 text/html',
        '2 multipart/related',
        '2.1 image/png',
        '2.2 multipart/digest',
        '2.2.1 text/plain',
      ],
    ],
    [
      'a message with one part in a multipart',
      `(${text}("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 99 ${envelope} ${html} 9) "MIXED")`,
      [' multipart/mixed', '1 text/plain', '2 message/rfc822', '2.1 text/html'],
    ],
    [
      'a message with a multipart in a multipart',
      `(${text}("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 99 ${envelope} (${text}${html} "ALTERNATIVE") 9) "MIXED")`,
      [
        ' multipart/mixed',
        '1 text/plain',
        '2 message/rfc822',
        '2.TEXT multipart/alternative',
        '2.1 text/plain',
        '2.2 text/html',
      ],
    ],
    [
      'a message that is a message',
      `("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 99 ${envelope} ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 99 ${envelope} (${text} "MIXED") 9) 9)`,
      ['1 message/rfc822', '1.1 message/rfc822', '1.1.TEXT multipart/mixed', '1.1.1 text/plain'],
    ],
    // RFC 3501 6.4.5's example: 4.2.2.1 and 4.2.2.2 are the parts of an alternative in a message in a message part.
    [
      'the example of RFC 3501 6.4.5',
      `(${text}("APPLICATION" "OCTET-STREAM" NIL NIL NIL "7BIT" 1)("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 9 ${envelope} (${text}("APPLICATION" "OCTET-STREAM" NIL NIL NIL "7BIT" 1) "MIXED") 1)(("IMAGE" "GIF" NIL NIL NIL "7BIT" 1)("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 9 ${envelope} (${text}(${text}("TEXT" "RICHTEXT" NIL NIL NIL "7BIT" 1 1) "ALTERNATIVE") "MIXED") 1) "MIXED") "MIXED")`,
      [
        ' multipart/mixed',
        '1 text/plain',
        '2 application/octet-stream',
        '3 message/rfc822',
        '3.TEXT multipart/mixed',
        '3.1 text/plain',
        '3.2 application/octet-stream',
        '4 multipart/mixed',
        '4.1 image/gif',
        '4.2 message/rfc822',
        '4.2.TEXT multipart/mixed',
        '4.2.1 text/plain',
        '4.2.2 multipart/alternative',
        '4.2.2.1 text/plain',
        '4.2.2.2 text/richtext',
      ],
    ],
  ])('numbers %s', (_name, structure, expected) => {
    expect(sections(structure)).toEqual(expected);
  });

  it('reads the message in a part', () => {
    const part = read(
      `("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 99 ${envelope} ${text} 7 "md5" ("attachment" NIL))`,
    );
    expect(part).toMatchObject({
      lines: 7,
      md5: 'md5',
      envelope: { subject: 'inner', messageId: '<i@x>' },
      disposition: { type: 'attachment' },
    });
  });

  it.each<[string, string, string]>([
    ['plain', '("NAME" "a.txt")', 'a.txt'],
    ['with a character set', '("NAME*" "utf-8\'de\'Gr%C3%BC%c3%9fe.txt")', 'Grüße.txt'],
    ['without a character set', '("NAME*" "\'\'a%20b")', 'a b'],
    ['continued', '("NAME*1" "b.txt" "NAME*0" "a")', 'ab.txt'],
    [
      'continued with a character set',
      '("NAME*0*" "utf-8\'\'%C3" "NAME*1*" "%BC" "NAME*2" "%41.txt")',
      'ü%41.txt',
    ],
    [
      'with ten pieces and more',
      `(${Array.from({ length: 12 }, (_, index) => `"NAME*${index}" "${index}."`)
        .toReversed()
        .join(' ')})`,
      '0.1.2.3.4.5.6.7.8.9.10.11.',
    ],
    ['both plain and with a character set', '("NAME" "x" "NAME*" "utf-8\'\'%C3%BC")', 'ü'],
    ['as encoded words', '("NAME" "=?utf-8?Q?=C3=BC?= =?utf-8?Q?.txt?=")', 'ü.txt'],
    ['with damaged escapes', '("NAME*" "utf-8\'\'%C3%BC%ZZ%4")', 'ü%ZZ%4'],
    ['with raw UTF-8', '("NAME" "\xc3\xbc.txt")', 'ü.txt'],
  ])('reads a name %s', (_name, params, expected) => {
    const type = read(`("A" "B" ${params} NIL NIL "7BIT" 1)`);
    expect(partName(type)).toBe(expected);
    const disposition = read(
      `("A" "B" ("NAME" "other") NIL NIL "7BIT" 1 NIL ("attachment" ${params.replaceAll('"NAME', '"FILENAME')}))`,
    );
    expect(partName(disposition)).toBe(expected);
  });

  it('gives no name where there is none', () => {
    expect(partName(read(text))).toBeNull();
    expect(partName(read('("A" "B" ("NAME" "") NIL NIL "7BIT" 1)'))).toBeNull();
  });

  it('keeps keys away from prototypes', () => {
    const part = read('("A" "B" ("__proto__" "x" "constructor" "y") NIL NIL "7BIT" 1)');
    expect(Object.getPrototypeOf(part.params)).toBeNull();
    expect(Object.keys(part.params)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each(['NIL', '()', '"x"', '(', '("TEXT"'])('refuses %s', (structure) => {
    expect(() => read(structure)).toThrow(ParseError);
  });
});
