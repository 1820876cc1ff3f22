import { describe, expect, it } from 'vitest';
import { readCapabilities, readFlags } from './capability.ts';
import { hasAttribute, readList } from './list.ts';
import { ParseError, ResponseReader } from './reader.ts';
import { readExtendedSearch, readSearch } from './search.ts';
import { readStatus } from './status.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const on = (text: string): ResponseReader => new ResponseReader(bytes(text));
const inUtf8 = (text: string): ResponseReader =>
  new ResponseReader(bytes(text), 0, { depth: 10, tokens: 1000, utf8: true });

describe('readList', () => {
  it.each<[string, string, string | null, string[]]>([
    ['(\\Noselect) "/" ~/Mail/foo', '~/Mail/foo', '/', ['\\Noselect']],
    ['() "." #news.comp.mail.misc', '#news.comp.mail.misc', '.', []],
    ['(\\Noinferiors) NIL inbox', 'INBOX', null, ['\\Noinferiors']],
    ['() "" "Inbox"', 'INBOX', null, []],
    ['() "/" INBOX/a', 'INBOX/a', '/', []],
    ['() "\\\\" "a\\\\b"', 'a\\b', '\\', []],
    ['() "/" {3}\r\na b', 'a b', '/', []],
    ['() "/" {0}\r\n', '', '/', []],
    ['() "/" Entw&APw-rfe', 'Entwürfe', '/', []],
    ['() "/" [Gmail]/Alle', '[Gmail]/Alle', '/', []],
    ['() "/" 2024:Q1', '2024:Q1', '/', []],
    ['() "/" NIL', 'NIL', '/', []],
    ['(\\Sent\\HasNoChildren) "/" Sent ', 'Sent', '/', ['\\Sent', '\\HasNoChildren']],
    ['() "/" My Folder', 'My Folder', '/', []],
    ['() "/" "/Projects"', '/Projects', '/', []],
  ])('%j', (text, name, delimiter, attributes) => {
    expect(readList(on(text))).toEqual({ name, delimiter, attributes, extended: {} });
  });

  it.each<[string, string, string]>([
    ['() "/" "Entw\xc3\xbcrfe"', 'Entwürfe', 'Entw\xc3\xbcrfe'],
    ['() "/" "Entw\xfcrfe"', 'Entwürfe', 'Entw\xfcrfe'],
    ['() "/" "A&B"', 'A&B', 'A&B'],
    ['() "/" {3}\r\nA&B', 'A&B', 'A&B'],
    ['() "/" "\\"&B"', '"&B', '"&B'],
    // Padding of more than five bits: no name is written like this.
    ['() "/" "&AOQA-"', '&AOQA-', '&AOQA-'],
    // Half a surrogate pair.
    ['() "/" "&2D0-"', '\ud83d', '&2D0-'],
    ['() "/" "\xe2\x98\x83&\xe2\x98\xba"', '☃&☺', '\xe2\x98\x83&\xe2\x98\xba'],
    ['() "/" INBOX/Da\tOggetto\t', 'INBOX/Da\tOggetto\t', 'INBOX/Da\tOggetto\t'],
  ])('keeps %j as it came', (text, name, raw) => {
    expect(readList(on(text))).toEqual({
      name,
      delimiter: '/',
      attributes: [],
      raw: bytes(raw),
      extended: {},
    });
  });

  it('reads extended items', () => {
    const list = readList(on('(\\A) "/" "x" ("CHILDINFO" ("SUBSCRIBED") "__proto__" 1 myrights abc)'));
    expect(Object.entries(list.extended)).toEqual([
      ['CHILDINFO', ['SUBSCRIBED']],
      ['__PROTO__', '1'],
      ['MYRIGHTS', 'abc'],
    ]);
    expect(Object.getPrototypeOf(list.extended)).toBeNull();
    expect(readList(on('() "/" foo (OLDNAME ("bar"))'))).toMatchObject({
      name: 'foo',
      oldName: 'bar',
      extended: { OLDNAME: ['bar'] },
    });
    expect(list.childInfo).toEqual(['SUBSCRIBED']);
    expect(readList(inUtf8('() "/" "\xc3\xbc" ("OLDNAME" ("&-"))'))).toMatchObject({
      name: 'ü',
      oldName: '&-',
    });
    expect(readList(on('() "/" x ("CHILDINFO" NIL OLDNAME x)'))).toEqual({
      name: 'x',
      delimiter: '/',
      attributes: [],
      extended: Object.assign(Object.create(null), { CHILDINFO: null, OLDNAME: 'x' }) as object,
    });
  });

  it('takes names as they are in UTF-8', () => {
    expect(readList(inUtf8('() "/" "A&-B"'))).toMatchObject({ name: 'A&-B' });
    expect(readList(inUtf8('() "/" "\xc3\xbc"'))).not.toHaveProperty('raw');
    expect(readList(inUtf8('() "/" "\xfc"'))).toMatchObject({ name: 'ü', raw: bytes('\xfc') });
    expect(readList(on('() "/" "A&-B"')).name).toBe('A&B');
    expect(readStatus(inUtf8('"A&-B" (MESSAGES 1)'))).toEqual({ name: 'A&-B', messages: 1 });
  });

  it('compares attributes in any case', () => {
    const list = readList(on('(\\drafts) "/" x'));
    expect([hasAttribute(list, '\\Drafts'), hasAttribute(list, '\\Sent')]).toEqual([true, false]);
  });

  it.each(['', '(', '() "/"', '() "/" x ((a) b)'])('refuses %j', (text) => {
    expect(() => readList(on(text))).toThrow(ParseError);
  });
});

describe('readStatus', () => {
  it('reads every count', () => {
    expect(
      readStatus(
        on(
          'Entw&APw-rfe (MESSAGES 231 RECENT 1 UIDNEXT 44292 uidvalidity 4294967295 UNSEEN 0 DELETED 4 SIZE 9223372036854775807 HIGHESTMODSEQ 7011231777 MAILBOXID (F2) APPENDLIMIT 257890 DELETED-STORAGE 8 __proto__ 1) ',
        ),
      ),
    ).toEqual({
      name: 'Entwürfe',
      messages: 231,
      recent: 1,
      uidNext: 44292,
      uidValidity: 4294967295,
      unseen: 0,
      deleted: 4,
      size: 9223372036854775807n,
      highestModSeq: 7011231777n,
      mailboxId: 'F2',
      appendLimit: 257890,
      deletedStorage: 8n,
      other: Object.assign(Object.create(null), { ['__PROTO__']: '1' }) as object,
    });
    expect(readStatus(on('x (MAILBOXID (\xea\xca\xe1^U) SIZE 18)'))).toEqual({ name: 'x', size: 18n });
    expect(readStatus(on('"&" (APPENDLIMIT NIL)'))).toEqual({
      name: '&',
      raw: bytes('&'),
      appendLimit: null,
    });
    expect(readStatus(on('"a b" ()'))).toEqual({ name: 'a b' });
    expect(() => readStatus(on('x (MESSAGES y)'))).toThrow(ParseError);
  });
});

describe('readSearch', () => {
  it.each<[string, number[]]>([
    ['', []],
    [' ', []],
    ['1', [1]],
    ['2 3  6 ', [2, 3, 6]],
    ['2 5 (MODSEQ 917162500)', [2, 5]],
  ])('%j', (text, expected) => {
    expect(readSearch(on(text))).toEqual(expected);
  });

  it('refuses what is no number', () => {
    expect(() => readSearch(on('1 x'))).toThrow(ParseError);
  });

  it.each<[string, object]>([
    ['(TAG "A282") MIN 2 COUNT 3', { tag: 'A282', uid: false, min: 2, count: 3 }],
    ['(TAG "A283") ALL 2,10:11', { tag: 'A283', uid: false, all: '2,10:11' }],
    ['(TAG A284)', { tag: 'A284', uid: false }],
    ['UID COUNT 17 ALL 4:18,21,28', { tag: null, uid: true, count: 17, all: '4:18,21,28' }],
    ['(tag "a") uid max 3800 modseq 1236', { tag: 'a', uid: true, max: 3800, modSeq: 1236n }],
    [
      '(TAG "a") UID PARTIAL (-1:-100 200:250) MIN 1',
      { tag: 'a', uid: true, min: 1, partial: { range: [-1, -100], found: '200:250' } },
    ],
    ['', { tag: null, uid: false }],
  ])('reads ESEARCH %j', (text, expected) => {
    expect(readExtendedSearch(on(text))).toEqual(expected);
  });
});

describe('readCapabilities and readFlags', () => {
  it('reads capabilities to the end, or to the bracket', () => {
    expect(readCapabilities(on('IMAP4rev1  id AUTH=PLAIN LITERAL + '))).toEqual([
      'IMAP4REV1',
      'ID',
      'AUTH=PLAIN',
      'LITERAL',
      '+',
    ]);
    const reader = on('IMAP4rev1 1Q49] hi');
    expect(readCapabilities(reader)).toEqual(['IMAP4REV1', '1Q49']);
    expect(reader.rest()).toBe('] hi');
    expect(readCapabilities(on(''))).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['(\\Answered foo]bar )', ['\\Answered', 'foo]bar']],
    ['(\\Answered \\*)', ['\\Answered', '\\*']],
    ['(OIB-Seen-[Google Mail]/Alle Nachrichten)', ['OIB-Seen-[Google', 'Mail]/Alle', 'Nachrichten']],
    ['(a[b \\Seen)', ['a[b', '\\Seen']],
    ['("quoted" \\Seen\\Flagged)', ['quoted', '\\Seen', '\\Flagged']],
    ['()', []],
    ['NIL', []],
  ])('reads the flags %j', (text, expected) => {
    expect(readFlags(on(text))).toEqual(expected);
  });
});
