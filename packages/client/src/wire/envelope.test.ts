import { describe, expect, it } from 'vitest';
import { readEnvelope, type Envelope } from './envelope.ts';
import { ParseError, ResponseReader } from './reader.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const read = (text: string): Envelope => readEnvelope(new ResponseReader(bytes(text)));
const from = (addresses: string): Envelope['from'] =>
  read(`(NIL NIL ${addresses} NIL NIL NIL NIL NIL NIL NIL)`).from;
const ada = { name: 'Ada', address: 'ada@example.org' };

describe('readEnvelope', () => {
  it('reads the example of RFC 3501', () => {
    const gray = [{ name: 'Terry Gray', address: 'gray@cac.washington.edu' }];
    expect(
      read(
        '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" ' +
          '(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ' +
          '(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ' +
          '((NIL NIL "minutes" "CNRI.Reston.VA.US") ("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL ' +
          '"<B27397-0100000@cac.washington.edu>")',
      ),
    ).toEqual({
      date: 'Wed, 17 Jul 1996 02:23:25 -0700 (PDT)',
      sent: new Date(Date.UTC(1996, 6, 17, 9, 23, 25)),
      subject: 'IMAP4rev1 WG mtg summary and minutes',
      from: gray,
      sender: gray,
      replyTo: gray,
      to: [{ name: null, address: 'imap@cac.washington.edu' }],
      cc: [
        { name: null, address: 'minutes@CNRI.Reston.VA.US' },
        { name: 'John Klensin', address: 'KLENSIN@MIT.EDU' },
      ],
      bcc: [],
      inReplyTo: null,
      messageId: '<B27397-0100000@cac.washington.edu>',
    });
  });

  it('decodes text, from literals too', () => {
    const envelope = read(
      '({5}\r\nnever {27}\r\n=?utf-8?Q?Gr=C3=BC=C3=9Fe?= (("=?utf-8?B?w4Rubg==?=" NIL {1}\r\na "b")))',
    );
    expect(envelope).toMatchObject({
      date: 'never',
      sent: null,
      subject: 'Grüße',
      from: [{ name: 'Änn', address: 'a@b' }],
    });
  });

  it.each<[string, string, Envelope['from']]>([
    ['an address', '(("Ada" NIL "ada" "example.org"))', [ada]],
    ['nothing', 'NIL', []],
    ['an empty list', '()', []],
    ['more spaces', '( ("Ada" NIL "ada"  "example.org")  ("Ada" NIL "ada" "example.org") )', [ada, ada]],
    ['NIL among addresses', '(NIL("Ada" NIL "ada" "example.org")NIL)', [ada]],
    ['a source route', '(("Ada" "@a,@b" "ada" "example.org"))', [ada]],
    ['an empty group', '((NIL NIL "friends" NIL)(NIL NIL NIL NIL))', [{ group: 'friends', members: [] }]],
    [
      'a group between addresses',
      '(("Ada" NIL "ada" "example.org")(NIL NIL "=?utf-8?Q?=C3=BC?=" NIL)("Ada" NIL "ada" "example.org")(NIL NIL NIL NIL)(NIL NIL "x" "y"))',
      [ada, { group: 'ü', members: [ada] }, { name: null, address: 'x@y' }],
    ],
    [
      'a group without an end',
      '((NIL NIL "friends" NIL)("Ada" NIL "ada" "example.org"))',
      [{ group: 'friends', members: [ada] }],
    ],
    ['an end without a group', '((NIL NIL NIL NIL)("Ada" NIL "ada" "example.org"))', [ada]],
    ['a mailbox without a domain', '((NIL NIL "root" NIL))', [{ name: null, address: 'root' }]],
    ['a name without a domain', '(("Root" NIL "root" NIL))', [{ name: 'Root', address: 'root' }]],
    ['MISSING_DOMAIN', '((NIL NIL "user" "MISSING_DOMAIN"))', [{ name: null, address: 'user' }]],
    ['.MISSING-HOST-NAME.', '((NIL NIL "user" ".MISSING-HOST-NAME."))', [{ name: null, address: 'user' }]],
    ['MISSING_MAILBOX', '(("x" NIL "MISSING_MAILBOX" "MISSING_DOMAIN"))', [{ name: 'x', address: '' }]],
    ['NIL for the mailbox', '((NIL NIL NIL "example.org"))', [{ name: null, address: '@example.org' }]],
    ['name and address flipped', '(("<ada@example.org>" NIL "Ada" NIL))', [ada]],
    [
      'a literal that was counted short',
      '(({3}\r\nAda Love lace NIL "ada" "example.org"))',
      [{ name: 'Ada Love lace', address: 'ada@example.org' }],
    ],
    ['fields that are missing', '(("Ada"))', [{ name: 'Ada', address: '' }]],
  ])('reads %s', (_name, addresses, expected) => {
    expect(from(addresses)).toEqual(expected);
  });

  it.each([
    ['Message-Id', '("d" "s" NIL NIL NIL NIL NIL NIL "<r@x>")', { inReplyTo: '<r@x>', messageId: null }],
    ['In-Reply-To and Message-Id', '("d" "s" NIL NIL NIL NIL NIL NIL)', { inReplyTo: null, messageId: null }],
    ['everything', '()', { date: null, sent: null, subject: null, from: [] }],
  ])('reads an envelope without %s', (_name, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it('survives quotes that nobody escaped', () => {
    expect(read('("d" "s" NIL NIL NIL NIL NIL NIL NIL "<"a"@b>")').messageId).toBe('<"a"@b>');
  });

  it.each(['NIL', '"x"', '(', '("a"'])('refuses %s', (text) => {
    expect(() => read(text)).toThrow(ParseError);
  });
});
