import { describe, expect, it } from 'vitest';
import { saslPrep } from './saslprep.ts';
import { decode } from './octets.ts';
import { scram } from './scram.ts';

describe('SASLprep', () => {
  it.each<[string, string, string]>([
    // RFC 4013 3
    ['a soft hyphen goes', 'I\u{AD}X', 'IX'],
    ['nothing to do', 'user', 'user'],
    ['case stays', 'USER', 'USER'],
    ['compatibility forms', '\u{AA}', 'a'],
    ['a Roman number', '\u{2168}', 'IX'],
    // and more
    ['spaces', 'a\u{A0}b\u{3000}c', 'a b c'],
    ['one way to write an umlaut', 'u\u{308}', 'ü'],
    ['full width', 'ｐａｓｓ', 'pass'],
    ['younger than the tables', '🦊', '🦊'],
    ['from right to left', 'שלום', 'שלום'],
    ['from right to left with a number in it', 'א1ב', 'א1ב'],
    ['variation selectors go', '❤\u{FE0F}', '❤'],
  ])('%s', (_what, text, prepared) => {
    expect(saslPrep(text)).toBe(prepared);
  });

  it.each<[string, string]>([
    ['a control character', '\u{7}'],
    ['a number at the end, from right to left', '\u{627}1'],
    ['both directions', 'אaב'],
    ['private use', '\u{E000}'],
    ['half a surrogate pair', 'a\u{D800}'],
    ['no character', '\u{FFFF}'],
    ['a direction mark', 'a\u{200E}'],
    ['a tag', '\u{E0041}'],
    ['a replacement character', '\u{FFFD}'],
  ])('takes no %s', (_what, text) => {
    expect(() => saslPrep(text)).toThrow(RangeError);
  });

  it('prepares user and password of SCRAM', async () => {
    expect(decode((await scram('SHA-1', 'I\u{AD}X', 'x', { nonce: 'abc' })).initial!)).toBe('n,,n=IX,r=abc');
    await expect(scram('SHA-1', 'user', 'a\tb')).rejects.toThrow(RangeError);
  });
});
