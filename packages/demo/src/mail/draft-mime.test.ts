import * as fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import {
  buildDraft,
  headerDate,
  parseAddress,
  quotedPrintable,
  splitAddresses,
  type DraftMessage,
} from './draft-mime.ts';
import { formatAddress } from './people.ts';

const draft: DraftMessage = {
  from: { name: null, address: 'me@example.org' },
  to: '',
  cc: '',
  subject: '',
  body: '',
  date: new Date('2026-11-22T20:00:00Z'),
  messageId: '<1@example.org>',
};

const read = async (change: Partial<DraftMessage>) => {
  const bytes = buildDraft({ ...draft, ...change });
  return { email: await PostalMime.parse(bytes), source: new TextDecoder().decode(bytes) };
};

const subjects = [
  'Plain',
  'Grüße aus Köln',
  '日本語の件名'.repeat(12),
  '👩‍👩‍👧‍👦'.repeat(9),
  'looks like =?UTF-8?B?eA==?= but is text',
  'a word '.repeat(30).trim(),
  'x'.repeat(300),
];

describe('a draft is read again as it was written', () => {
  test.each(subjects)('subject %s', async (subject) => {
    const { email, source } = await read({ subject });
    expect(email.subject).toBe(subject);
    expect(source).toMatch(/^[\x20-\x7e\r\n]*$/);
  });

  const bodies = [
    '',
    'one line',
    'trailing space \nand tab\t\n',
    'a = b; =3D',
    `${'é'.repeat(200)}\n.\n`,
    '-- \nme',
  ];
  test.each(bodies)('body %j', async (body) => {
    const { email, source } = await read({ body });
    expect((email.text ?? '').replaceAll('\r\n', '\n').replace(/\n$/, '')).toBe(body.replace(/\n$/, ''));
    expect(Math.max(...source.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  test('any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), async (text) => {
        const subject = text.replaceAll(/\s+/g, ' ').trim();
        const { email } = await read({ subject, body: `${text}|` });
        expect(email.subject ?? '').toBe(subject);
        expect((email.text ?? '').replaceAll('\r\n', '\n')).toBe(`${text.replaceAll(/\r\n?/g, '\n')}|\n`);
      }),
      { numRuns: 100 },
    );
  });

  test('people, with names that need quoting or encoding', async () => {
    const { email } = await read({
      to: '"Doe, Jane" <jane@example.org>, Zoë Ä <zoe@example.org>, bob@example.org',
    });
    expect(email.to).toEqual([
      { name: 'Doe, Jane', address: 'jane@example.org' },
      { name: 'Zoë Ä', address: 'zoe@example.org' },
      { name: '', address: 'bob@example.org' },
    ]);
  });

  test.each(['bad address', 'bob', 'Bob <bad one>', 'Zoë at home'])('keeps %j as typed', async (typed) => {
    const { email } = await read({ to: `${typed}, ada@example.org` });
    const [first] = email.to ?? [];
    expect(formatAddress({ name: first?.name ?? null, address: first?.address ?? '' })).toBe(typed);
  });

  test('no header can be smuggled in', async () => {
    const { email } = await read({
      subject: 'a\r\nBcc: x@example.org',
      to: 'a@example.org\r\nX-Evil: 1',
      inReplyTo: '<1>\r\nX: y',
    });
    expect(email.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(email.headers.map(({ key }) => key)).not.toContain('x-evil');
    expect(email.headers.map(({ key }) => key)).not.toContain('x');
  });

  test('what it answers', async () => {
    const { email } = await read({ inReplyTo: '<a@x>', references: ['<b@x>', '<a@x>'] });
    expect(email.inReplyTo).toBe('<a@x>');
    expect(email.references).toBe('<b@x> <a@x>');
  });
});

test('splits at commas outside of quotes', () => {
  expect(splitAddresses('a@x, "b, c" <d@x>,,  e <f@x> ')).toEqual(['a@x', '"b, c" <d@x>', 'e <f@x>']);
});

test('reads an address as typed', () => {
  expect(parseAddress('"A \\"B\\"" <c@x>')).toEqual({ name: 'A "B"', address: 'c@x' });
  expect(parseAddress(' c@x ')).toEqual({ name: null, address: 'c@x' });
});

test('quoted-printable keeps its lines short and its ends visible', () => {
  expect(quotedPrintable('ab \nc\t')).toBe('ab=20\r\nc=09');
  expect(
    quotedPrintable('='.repeat(40))
      .split('\r\n')
      .map((line) => line.length),
  ).toEqual([76, 45]);
});

test('a date in the form of RFC 5322', () => {
  expect(headerDate(new Date(2026, 0, 5, 7, 8, 9))).toMatch(/^Mon, 5 Jan 2026 07:08:09 [+-]\d{4}$/);
});
