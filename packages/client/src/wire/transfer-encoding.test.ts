import { describe, expect, it } from 'vitest';
import { decodeText } from './charset.ts';
import { decodeTransfer, decodeTransferred } from './transfer-encoding.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const latin1 = (octets: Uint8Array): string => String.fromCharCode(...octets);

async function streamed(input: string, encoding: string, size: number): Promise<string> {
  const decoder = decodeTransfer(encoding);
  if (decoder === null) throw new Error(`no decoder for ${encoding}`);
  const all = bytes(input);
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < all.length; at += size) controller.enqueue(all.subarray(at, at + size));
      controller.close();
    },
  });
  let out = '';
  const reader = source.pipeThrough(decoder).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) out += latin1(part.value);
  return out;
}

describe('transfer encodings', () => {
  it.each([
    ['base64', 'SGVsbG8=', 'Hello'],
    ['base64', 'SGVs\r\nbG8=\r\n', 'Hello'],
    ['BASE64', 'SGVsbG8', 'Hello'],
    ['base64', 'SGVsbG8=V29ybGQ=', 'HelloWorld'],
    ['base64', 'SGVs!bG8=', 'Hello'],
    ['base64', '', ''],
    ['base64', '/+8A', '\xff\xef\0'],
    ['quoted-printable', 'Gr=C3=BC=c3=9fe', 'Gr\xc3\xbc\xc3\x9fe'],
    ['quoted-printable', 'a=\r\nb=\nc', 'abc'],
    ['quoted-printable', 'a= \t\r\nb', 'ab'],
    ['quoted-printable', 'a  \r\nb\t\nc ', 'a\r\nb\nc'],
    ['quoted-printable', 'a b\tc', 'a b\tc'],
    ['quoted-printable', 'a=ZZb=', 'a=ZZb'],
    ['quoted-printable', 'a=4', 'a=4'],
    ['quoted-printable', 'x = 5, =\r y', 'x = 5, =\r y'],
    ['quoted-printable', '=3D=\r\n=3D', '=='],
    ['quoted-printable', '\xfc', '\xfc'],
    ['quoted-printable', `a${' '.repeat(5000)}b`, `a${' '.repeat(5000)}b`],
  ])('%s %j', async (encoding, input, expected) => {
    expect(latin1(decodeTransferred(bytes(input), encoding))).toBe(expected);
    for (const size of [1, 2, 3, 7])
      expect(await streamed(input, encoding, size), `in pieces of ${size}`).toBe(expected);
  });

  it('leaves other encodings as they are', () => {
    for (const encoding of ['7bit', '8bit', 'binary', '', 'x-uuencode']) {
      expect(decodeTransfer(encoding)).toBeNull();
      expect(latin1(decodeTransferred(bytes('a=3D'), encoding))).toBe('a=3D');
    }
  });
});

describe('decodeText', () => {
  it.each<[string, string | null, string, string]>([
    ['Gr\xc3\xbc', 'utf-8', 'Grü', 'utf-8'],
    ['Gr\xc3\xbc', '"UTF8"', 'Grü', 'utf-8'],
    ['Gr\xc3\xbc', 'utf_8', 'Grü', 'utf-8'],
    ['Gr\xc3\xbc', null, 'Grü', 'utf-8'],
    ['Gr\xc3\xbc', 'us-ascii', 'Grü', 'utf-8'],
    ['Gr\xc3\xbc', 'x-unknown', 'Grü', 'utf-8'],
    ['Gr\xc3\xbc', 'no-such-charset', 'Grü', 'utf-8'],
    ['Gr\xfc \x80', null, 'Grü €', 'windows-1252'],
    ['Gr\xfc', 'us-ascii', 'Grü', 'windows-1252'],
    ['Gr\xfc', 'ISO_8859-1', 'Grü', 'windows-1252'],
    ['Gr\xfc', 'latin1', 'Grü', 'windows-1252'],
    ['Gr\xfc', 'cp-1252', 'Grü', 'windows-1252'],
    ['\xa4', 'iso8859-15', '€', 'iso-8859-15'],
    ['\xcf\xf0', 'win-1251', 'Пр', 'windows-1251'],
    ['\xf0\xd2', 'KOI8-R', 'Пр', 'koi8-r'],
    ['\x93\xfa', 'cp932', '日', 'shift_jis'],
    ['\x1b$BF|\x1b(B', 'iso-2022-jp', '日', 'iso-2022-jp'],
    ['\xcd\xf8', 'gb2312', '网', 'gbk'],
    ['\xa4\xa4', 'big5', '中', 'big5'],
    ['\xb0\xa1', 'ks_c_5601-1987', '가', 'euc-kr'],
    ['\xc7', 'tis-620', 'ว', 'windows-874'],
    ['a\0', 'utf-16le', 'a', 'utf-16le'],
    ['x', '__proto__', 'x', 'utf-8'],
    ['x', 'constructor', 'x', 'utf-8'],
  ])('%j as %s', (octets, label, text, charset) => {
    expect(decodeText(bytes(octets), label)).toEqual({ text, charset });
  });
});
