import { describe, expect, test } from 'vitest';
import { decodeCharset } from './charset.ts';

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('encodings that the message names', () => {
  test.each([
    ['utf-8', 'c3a4', 'ä', 'utf-8'],
    ['UTF-8', 'c3a4', 'ä', 'utf-8'],
    ['"utf-8"', 'c3a4', 'ä', 'utf-8'],
    ['utf-8*en', 'c3a4', 'ä', 'utf-8'],
    ['iso-8859-1', 'e4', 'ä', 'windows-1252'],
    ['latin-1', 'e4', 'ä', 'windows-1252'],
    ['ANSI', 'e4', 'ä', 'windows-1252'],
    ['iso-8859-15', 'a4', '€', 'iso-8859-15'],
    ['latin-9', 'a4', '€', 'iso-8859-15'],
    ['windows-1251', 'cff0e8', 'При', 'windows-1251'],
    ['win-1251', 'cff0e8', 'При', 'windows-1251'],
    ['cp1251', 'cff0e8', 'При', 'windows-1251'],
    ['koi8-r', 'f0d2c9', 'При', 'koi8-r'],
    ['cp932', '93fa967b', '日本', 'shift_jis'],
    ['shift_jis', '93fa967b', '日本', 'shift_jis'],
    ['euc-jp', 'c6fccbdc', '日本', 'euc-jp'],
    ['iso-2022-jp', '1b2442467c4b5c1b2842', '日本', 'iso-2022-jp'],
    ['ks_c_5601-1987', 'c7d1', '한', 'euc-kr'],
    ['ks_c_5601', 'c7d1', '한', 'euc-kr'],
    ['cp949', 'c7d1', '한', 'euc-kr'],
    ['x-gbk', 'd6d0', '中', 'gbk'],
    ['cp936', 'd6d0', '中', 'gbk'],
    ['gb2312', 'd6d0', '中', 'gbk'],
    ['big5', 'a4a4', '中', 'big5'],
    ['cp950', 'a4a4', '中', 'big5'],
    ['tis-620', 'a1', 'ก', 'windows-874'],
    ['cp437', '819a', 'üÜ', 'cp437'],
    ['IBM437', 'e1', 'ß', 'cp437'],
    ['ibm850', '9b', 'ø', 'cp850'],
    ['cp-850', '9b', 'ø', 'cp850'],
    ['cp858', 'd5', '€', 'cp858'],
  ])('%s', (label, hex, text, charset) => {
    expect(decodeCharset(bytes(hex), label)).toEqual({ text, charset, guessed: false });
  });

  test.each([
    ['Hi Mom -+Jjo--!', 'Hi Mom -☺-!'],
    ['A+ImIDkQ.', 'A≢Α.'],
    ['+ZeVnLIqe-', '日本語'],
    ['Item 3 is +AKM-1.', 'Item 3 is £1.'],
    ['1 +- 1', '1 + 1'],
    ['+2D3cqQ-', '💩'],
    ['cut +Z', 'cut '],
  ])('utf-7 (RFC 2152): %s', (source, text) => {
    expect(decodeCharset(ascii(source), 'utf-7').text).toBe(text);
  });
});

describe('encodings that it does not name', () => {
  test.each([
    ['missing, ASCII', null, '4142', 'AB', 'utf-8', false],
    ['missing, valid UTF-8', null, 'c3a4', 'ä', 'utf-8', false],
    ['missing, anything else', null, 'e4', 'ä', 'windows-1252', true],
    ['us-ascii with eight bits', 'us-ascii', 'e4', 'ä', 'windows-1252', true],
    ['unknown', 'x-nonsense', 'e4', 'ä', 'windows-1252', true],
    ['unknown-8bit', 'unknown-8bit', 'e4', 'ä', 'windows-1252', true],
    ['Japanese in seven bits', null, '1b2442467c4b5c1b2842', '日本', 'iso-2022-jp', true],
  ])('%s', (_, label, hex, text, charset, guessed) => {
    expect(decodeCharset(bytes(hex), label)).toEqual({ text, charset, guessed });
  });

  test('a label of any length or content never throws', () => {
    for (const label of ['\0', 'a'.repeat(100_000), '=?utf-8?q??=', '../..', '💩']) {
      expect(decodeCharset(ascii('ok'), label).text).toBe('ok');
    }
  });
});
