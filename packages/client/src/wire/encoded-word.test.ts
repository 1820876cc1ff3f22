import { describe, expect, it } from 'vitest';
import { decodeWords } from './encoded-word.ts';

describe('decodeWords', () => {
  it.each([
    ['plain', 'plain'],
    ['=?iso-8859-1?Q?=A1Hola,_se=F1or!?=', '¡Hola, señor!'],
    ['=?iso-8859-1*es?Q?=A1Hola?=', '¡Hola'],
    ['=?iso-8859-1*?q?=a1Hola?=', '¡Hola'],
    ['=?utf-8?B?w7w=?=', 'ü'],
    ['=?utf-8?b?w7w?=', 'ü'],
    ['a =?utf-8?Q?b?= c', 'a b c'],
    ['=?utf-8?Q?a?= =?utf-8?Q?b?=', 'ab'],
    ['=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=', 'ab'],
    ['=?utf-8?Q?a?= - =?utf-8?Q?b?=', 'a - b'],
    ['=?utf-8?Q?a?==?utf-8?Q?b?=', 'ab'],
    // A character cut in two, within one encoding and across two.
    ['=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=', 'ü'],
    ['=?UTF-8?B?ww==?= =?utf-8?Q?=BC?=', 'ü'],
    ['=?iso-8859-1?Q?=FC?= =?utf-8?Q?=C3=BC?=', 'üü'],
    ['=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=', '日本'],
    ['=?gb2312?B?zfi52A==?=', '网关'],
    ['=?koi8-r?B?8NLJ18XU?=', 'Привет'],
    ['=?windows-1256?B?4+HNyMc=?=', 'ملحبا'],
    ['=?nonsense?Q?=C3=BC?=', 'ü'],
    ['=?utf-8?Q?what??=', 'what?'],
    ['=?utf-8?Q?a b?=', 'a b'],
    ['=?utf-8?Q??=', ''],
    ['=?utf-8?Q?=ZZ=4?=', '=ZZ=4'],
    // Not words.
    ['=?', '=?'],
    ['=?utf-8?Q?', '=?utf-8?Q?'],
    ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
    ['=?utf-8?Q?a', '=?utf-8?Q?a'],
    ['=?utf-8?Q?a?= =?utf-8?Q?b', 'a =?utf-8?Q?b'],
    ['x =?= y', 'x =?= y'],
  ])('%j', (written, expected) => {
    expect(decodeWords(written)).toBe(expected);
  });

  it('takes time in proportion to the text', () => {
    const start = performance.now();
    decodeWords('=?utf-8?Q?'.repeat(100_000));
    decodeWords(`${'=?'.repeat(200_000)}?=`);
    decodeWords('=?x?Q?a?= '.repeat(100_000));
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
