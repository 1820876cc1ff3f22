// Readers of the responses of NAMESPACE, ID, QUOTA, ACL, METADATA, ANNOTATE and JMAPACCESS: the RFCs' examples, what
// real servers send, and what nobody should.

import { describe, expect, it } from 'vitest';
import { readAccessList, readGrantableRights, readMyRights } from './acl.ts';
import { readAnnotations } from './annotation.ts';
import { capabilityValues } from './capability.ts';
import { readIdentity } from './id.ts';
import { readJmapAccess } from './jmap-access.ts';
import { readMetadata } from './metadata.ts';
import { readNamespaces } from './namespace.ts';
import { parseResponse } from './parse.ts';
import { readQuota, readQuotaRoots } from './quota.ts';
import { ParseError, ResponseReader } from './reader.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const on = (text: string): ResponseReader => new ResponseReader(bytes(text));
const keyed = (values: object): object => Object.assign(Object.create(null), values) as object;

describe('readNamespaces', () => {
  const own = { prefix: '', delimiter: '/', extensions: {} };
  it.each<[string, object, object, object]>([
    ['(("" "/")) NIL NIL', [own], [], []],
    ['(("" "/"))NIL NIL ', [own], [], []],
    ['(("INBOX." "."))', [{ prefix: 'INBOX.', delimiter: '.', extensions: {} }], [], []],
    [
      'NIL (("~" NIL)) (("Gemeinsame Ordn&APw-ng/" "/"))',
      [],
      [{ prefix: '~', delimiter: null, extensions: {} }],
      [{ prefix: 'Gemeinsame Ordnüng/', delimiter: '/', extensions: {} }],
    ],
    [
      '(("" "/" "X-PARAM" ("FLAG1" "FLAG2") "__proto__" NIL)) NIL NIL',
      [
        {
          prefix: '',
          delimiter: '/',
          extensions: keyed({ 'X-PARAM': ['FLAG1', 'FLAG2'], ['__PROTO__']: [] }),
        },
      ],
      [],
      [],
    ],
  ])('%s', (text, personal, other, shared) => {
    expect(readNamespaces(on(text))).toEqual({ personal, other, shared });
  });

  it('refuses what is none', () => {
    expect(() => readNamespaces(on('("" "/") NIL NIL'))).toThrow(ParseError);
    expect(() => readNamespaces(on('x'))).toThrow(ParseError);
  });
});

describe('readIdentity', () => {
  it.each<[string, object | null]>([
    ['NIL', null],
    ['', null],
    ['()', keyed({})],
    ['("name" "Cyrus" "Version" NIL "os" {3}\r\nsun )', keyed({ name: 'Cyrus', version: null, os: 'sun' })],
    ['("name" "GImap" "support-url")', keyed({ name: 'GImap', 'support-url': null })],
    ['("__proto__" "x")', keyed({ ['__proto__']: 'x' })],
  ])('%j', (text, expected) => {
    expect(readIdentity(on(text))).toEqual(expected);
  });

  it('refuses what is none', () => {
    expect(() => readIdentity(on('name'))).toThrow(ParseError);
  });
});

describe('quota', () => {
  it.each<[string, string, object]>([
    ['"" (STORAGE 10 512)', '', keyed({ STORAGE: { usage: 10n, limit: 512n } })],
    ['"" (STORAGE 1  10)', '', keyed({ STORAGE: { usage: 1n, limit: 10n } })],
    ['"#user/alice" ()', '#user/alice', keyed({})],
    [
      '"User quota" (storage 1 9223372036854775807 MESSAGE 42 1000 ANNOTATION-STORAGE 0 1)',
      'User quota',
      keyed({
        STORAGE: { usage: 1n, limit: 9223372036854775807n },
        MESSAGE: { usage: 42n, limit: 1000n },
        'ANNOTATION-STORAGE': { usage: 0n, limit: 1n },
      }),
    ],
  ])('QUOTA %s', (text, root, resources) => {
    expect(readQuota(on(text))).toEqual({ root, resources });
  });

  it.each<[string, string, string[]]>([
    ['INBOX "" ', 'INBOX', ['']],
    ['"Entw&APw-rfe" "#user/alice" !partition/sda4', 'Entwürfe', ['#user/alice', '!partition/sda4']],
    ['comp.mail.mime', 'comp.mail.mime', []],
  ])('QUOTAROOT %s', (text, name, roots) => {
    expect(readQuotaRoots(on(text))).toEqual({ name, roots });
  });

  it('reads what Courier sends where nothing is bound', () => {
    expect(readQuota(on('"ROOT"'))).toEqual({ root: 'ROOT', resources: keyed({}) });
  });

  it.each(['"" (STORAGE 10)', '"" (STORAGE x 1)', '"" STORAGE'])('refuses %j', (text) => {
    expect(() => readQuota(on(text))).toThrow(ParseError);
  });
});

describe('rights', () => {
  it('reads ACL', () => {
    expect(readAccessList(on('INBOX Fred rwipsldexta "-any one" "" {2}\r\nx  lrs'))).toEqual({
      name: 'INBOX',
      entries: [
        { identifier: 'Fred', rights: 'rwipsldexta' },
        { identifier: '-any one', rights: '' },
        { identifier: 'x ', rights: 'lrs' },
      ],
    });
    expect(readAccessList(on('INBOX'))).toEqual({ name: 'INBOX', entries: [] });
    expect(() => readAccessList(on('INBOX Fred'))).toThrow(ParseError);
  });

  it('reads LISTRIGHTS', () => {
    expect(readGrantableRights(on('~/Mail/saved smith la r swicdkxte'))).toEqual({
      name: '~/Mail/saved',
      identifier: 'smith',
      required: 'la',
      optional: ['r', 'swicdkxte'],
    });
    expect(readGrantableRights(on('INBOX anyone ""'))).toMatchObject({ required: '', optional: [] });
  });

  it('reads MYRIGHTS', () => {
    expect(readMyRights(on('INBOX rwiptsldaex'))).toEqual({ name: 'INBOX', rights: 'rwiptsldaex' });
    expect(readMyRights(on('"A&B" ""'))).toEqual({ name: 'A&B', raw: bytes('A&B'), rights: '' });
    expect(readMyRights(on('INBOX'))).toEqual({ name: 'INBOX', rights: '' });
  });
});

describe('metadata', () => {
  it.each<[string, object]>([
    [
      '"INBOX" (/shared/comment "Shared comment" /Private/Comment NIL)',
      {
        name: 'INBOX',
        values: keyed({ '/shared/comment': 'Shared comment', '/private/comment': null }),
        changed: [],
      },
    ],
    [
      '"" /shared/comment "/private/x y"',
      { name: '', values: keyed({}), changed: ['/shared/comment', '/private/x y'] },
    ],
    [
      '"" (/shared/a ~{4}\r\n\x00\xff() /shared/b {2}\r\n\xc3\xbc /shared/c "")',
      {
        name: '',
        values: keyed({ '/shared/a': bytes('\x00\xff()'), '/shared/b': 'ü', '/shared/c': '' }),
        changed: [],
      },
    ],
    ['x (__proto__ "1")', { name: 'x', values: keyed({ ['__proto__']: '1' }), changed: [] }],
  ])('%j', (text, expected) => {
    expect(readMetadata(on(text))).toEqual(expected);
  });

  it('keeps a byte order mark and what else decoding would lose', () => {
    const { values } = readMetadata(on('"" (/shared/a {4}\r\n\xef\xbb\xbfa)'));
    expect(values['/shared/a']).toBe('\ufeffa');
  });

  it.each(['"" (/a b)', '"" (/a', '(x)'])('refuses %j', (text) => {
    expect(() => readMetadata(on(text))).toThrow(ParseError);
  });
});

describe('readAnnotations', () => {
  it('reads entries and attributes, and passes over all else', () => {
    const text =
      '(FLAGS (\\Seen) UID 1123 BODY[1] {2}\r\n() ANNOTATION (/comment (value.priv "My comment" size.priv "10" ' +
      'value.shared NIL) /1/altsubject (VALUE.PRIV {3}\r\na b)) X)';
    expect(readAnnotations(on(text), 12)).toEqual({
      sequence: 12,
      uid: 1123,
      annotations: keyed({
        '/comment': keyed({ 'value.priv': 'My comment', 'size.priv': '10', 'value.shared': null }),
        '/1/altsubject': keyed({ 'value.priv': 'a b' }),
      }),
    });
  });

  it('finds none in other messages', () => {
    expect(readAnnotations(on('(UID 1 FLAGS ())'), 12)).toBeNull();
    expect(readAnnotations(on('(ANNOTATION ())'), 12)).toEqual({ sequence: 12, annotations: keyed({}) });
    expect(() => readAnnotations(on('(ANNOTATION (/a'), 12)).toThrow(ParseError);
  });
});

it('reads JMAPACCESS', () => {
  expect(readJmapAccess(on('"https://example.com/.well-known/jmap"'))).toBe(
    'https://example.com/.well-known/jmap',
  );
});

it('finds what capabilities of one family say', () => {
  const capabilities = new Set([
    'IMAP4REV1',
    'QUOTA',
    'QUOTA=RES-STORAGE',
    'QUOTA=RES-MESSAGE',
    'APPENDLIMIT=257890',
  ]);
  expect(capabilityValues(capabilities, 'QUOTA=RES-')).toEqual(['STORAGE', 'MESSAGE']);
  expect(capabilityValues(capabilities, 'APPENDLIMIT=')).toEqual(['257890']);
  expect(capabilityValues(capabilities, 'RIGHTS=')).toEqual([]);
});

it('parses each by its name', () => {
  const kindOf = (line: string): string => parseResponse(bytes(`* ${line}\r\n`)).kind;
  expect(
    [
      'NAMESPACE NIL NIL NIL',
      'id NIL',
      'QUOTA "" ()',
      'QUOTAROOT x',
      'ACL x',
      'LISTRIGHTS x y ""',
      'MYRIGHTS x l',
      'METADATA "" /x',
      'JMAPACCESS "u"',
      'QUOTA (',
    ].map(kindOf),
  ).toEqual([
    'namespaces',
    'identity',
    'quota',
    'quota roots',
    'access list',
    'grantable rights',
    'my rights',
    'metadata',
    'jmap access',
    'unparsed',
  ]);
});
