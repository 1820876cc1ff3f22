// What of a client's and a server's lines may be shown.
import { describe, expect, test } from 'vitest';
import { MASK, Redaction, scrub } from './redact.ts';
import { Segments } from './segments.ts';

/** The client's bytes as they may be shown, one text a line; a hidden literal as `<MASK>`. */
function shown(bytes: string, secrets: readonly string[] = []): string[] {
  const segments = new Segments();
  const redaction = new Redaction(() => secrets);
  return segments.push(new TextEncoder().encode(bytes)).map((segment) => {
    const { text, isLiteralSecret } = redaction.client(segment);
    return `${isLiteralSecret && segment.literal !== null ? '<hidden>' : ''}${text}`;
  });
}

describe('LOGIN', () => {
  const table: readonly (readonly [name: string, sent: string, expected: readonly string[]])[] = [
    ['atoms', 'a LOGIN ana secret\r\n', [`a LOGIN ana ${MASK}`]],
    ['quotes', 'a login "ana b" "sec \\" ret"\r\n', [`a login "ana b" ${MASK}`]],
    ['a quote that does not end', 'a LOGIN ana "sec ret\r\n', [`a LOGIN ana ${MASK} ${MASK}`]],
    ['more than belongs there', 'a LOGIN ana secret more\r\n', [`a LOGIN ana ${MASK} ${MASK}`]],
    ['two spaces', 'a  LOGIN  ana  secret\r\n', [`a  LOGIN  ana  ${MASK}`]],
    [
      'a literal for the password',
      'a LOGIN ana {6}\r\nsecret\r\nb NOOP\r\n',
      ['a LOGIN ana {6}', '<hidden>', 'b NOOP'],
    ],
    ['two literals', 'a LOGIN {3+}\r\nana {6+}\r\nsecret\r\n', ['a LOGIN {3+}', ' {6+}', '<hidden>']],
    [
      'a literal for the user and an atom for the password',
      'a LOGIN {3}\r\nana secret\r\nb NOOP\r\n',
      ['a LOGIN {3}', ` ${MASK}`, 'b NOOP'],
    ],
    ['a password that looks like a literal', 'a LOGIN ana {x}\r\n', [`a LOGIN ana ${MASK}`]],
  ];
  for (const [name, sent, expected] of table) {
    test(`with ${name}`, () => expect(shown(sent)).toEqual(expected));
  }
});

describe('AUTHENTICATE', () => {
  test('hides the initial response, and every line until the server has answered', () => {
    const segments = new Segments();
    const redaction = new Redaction();
    const say = (text: string): string[] =>
      segments.push(new TextEncoder().encode(`${text}\r\n`)).map((segment) => redaction.client(segment).text);
    expect(say('a AUTHENTICATE PLAIN AGFuYQBzZWNyZXQ=')).toEqual([`a AUTHENTICATE PLAIN ${MASK}`]);
    expect(redaction.server('+ ')).toBe('+ ');
    expect(say('c2VjcmV0')).toEqual([MASK]);
    expect(redaction.server('* CAPABILITY IMAP4rev1')).toBe('* CAPABILITY IMAP4rev1');
    expect(say('*')).toEqual(['*']);
    expect(redaction.server('a NO no')).toBe('a NO no');
    expect(say('b NOOP')).toEqual(['b NOOP']);
  });
});

describe('what the server says', () => {
  const redaction = new Redaction(() => ['correct "horse"']);
  test('is searched for the password in its own words', () => {
    expect(redaction.server('a BAD what is correct "horse"?')).toBe(`a BAD what is ${MASK}?`);
    expect(redaction.server('a BAD LOGIN ana "correct \\"horse\\""')).toBe(`a BAD LOGIN ana "${MASK}"`);
    expect(redaction.server(`* NO ${btoa('correct "horse"')}`)).toBe(`* NO ${MASK}`);
  });
  test('is left alone where it is mail, which would tell what the password is', () => {
    const text = '* 1 FETCH (BODY[TEXT] "correct "horse"")';
    expect(redaction.server(text)).toBe(text);
  });
});

test('short secrets are words like any other', () => {
  expect(scrub('a OK done', ['a', ''])).toBe('a OK done');
});
