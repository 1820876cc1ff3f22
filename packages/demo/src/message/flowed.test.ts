import { describe, expect, test } from 'vitest';
import { paragraphs, type FlowedOptions } from './flowed.ts';

const flowed: FlowedOptions = { flowed: true };
const delSp: FlowedOptions = { flowed: true, delSp: true };

/** Each paragraph as `depth:text`, the signature marked by `s`. */
const shape = (text: string, options?: FlowedOptions): string[] =>
  paragraphs(text, options).map(
    ({ depth, text: words, isSignature }) => `${depth}${isSignature ? 's' : ''}:${words}`,
  );

describe('as it stands', () => {
  test.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['lines', 'a\nb\n', ['0:a\nb\n']],
    ['CRLF and CR', 'a\r\nb\rc', ['0:a\nb\nc\n']],
    ['paragraphs keep their blank lines', 'a\n\n\nb', ['0:a\n\n\n', '0:b\n']],
    ['quotation', '> a\n>> b\n> > c\nd', ['1:a\n', '2:b\nc\n', '0:d\n']],
    ['spaces are kept', '  a  b \nc', ['0:  a  b \nc\n']],
    ['signature', 'a\n-- \nMe\n\nAddress', ['0:a\n', '0s:-- \nMe\n\n', '0s:Address\n']],
    ['a quoted signature is a quotation', '> a\n> -- \n> b', ['1:a\n-- \nb\n']],
    ['two dashes alone are none', '--\nMe', ['0:--\nMe\n']],
  ])('%s', (_, text, expected) => {
    expect(shape(text)).toEqual(expected);
  });
});

describe('format=flowed (RFC 3676)', () => {
  test.each<[string, string, FlowedOptions, string[]]>([
    ['soft breaks are joined', 'one \ntwo \nthree\nfour', flowed, ['0:one two three\nfour\n']],
    ['delsp takes the space away', '日本 \n語', delSp, ['0:日本語\n']],
    ['stuffing', ' From\n >no quotation\n  x', flowed, ['0:From\n>no quotation\n x\n']],
    [
      'quotations',
      '> one \n> two\n>> three \n>> four\nfive',
      flowed,
      ['1:one two\n', '2:three four\n', '0:five\n'],
    ],
    ['a change of depth ends a line', '> one \ntwo', flowed, ['1:one \n', '0:two\n']],
    ['a signature is not joined', 'one \n-- \nMe', flowed, ['0:one \n', '0s:-- \nMe\n']],
    ['a soft break at the very end', 'one ', flowed, ['0:one \n']],
    ['marks apart are text', '> > one', flowed, ['1:> one\n']],
  ])('%s', (_, text, options, expected) => {
    expect(shape(text, options)).toEqual(expected);
  });

  test('100,000 soft breaks are joined in linear time', () => {
    const began = performance.now();
    expect(paragraphs('a \n'.repeat(100_000), flowed)).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
