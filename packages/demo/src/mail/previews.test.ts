import { expect, test } from 'vitest';
import { decodeStart, firstWords } from './previews.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (encoded: string, encoding: string) =>
  new TextDecoder().decode(decodeStart(bytes(encoded), encoding));

const encoded: readonly (readonly [encoding: string, encoded: string, words: string])[] = [
  ['7bit', 'plain =20', 'plain =20'],
  ['quoted-printable', 'Gr=C3=BC=\r\n=C3=9Fe=2', 'Grüße'],
  ['quoted-printable', 'cut=', 'cut'],
  ['base64', 'SGVs\r\nbG8gd29ybG', 'Hello wor'],
];
test.each(encoded)('%s %j', (encoding, raw, words) => expect(text(raw, encoding)).toBe(words));

test('leaves out what a person would skip', () => {
  const mail =
    'Hi,\n\nsee https://example.org/a?b for more.\n> quoted\nOn Monday, Ada wrote:\n----------\nBye\n-- \nAda';
  expect(firstWords(mail)).toBe('Hi, see for more. Bye');
  expect(firstWords('\u200b\u034f \u00ad  a\u200c\t b')).toBe('a b');
  expect(firstWords('x'.repeat(500))).toHaveLength(180);
});
