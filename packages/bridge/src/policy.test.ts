import { describe, expect, test } from 'vitest';
import { ConfigError } from './options.ts';
import { isHostAllowed, isHostKnown, ownOrigins, readHostPattern, readOrigin } from './policy.ts';

describe('host patterns', () => {
  test.each([
    ['imap.example.com:993', 'imap.example.com', 993, true],
    ['IMAP.example.com:993', 'imap.example.com', 993, true],
    ['imap.example.com:993', 'imap.example.com', 143, false],
    ['imap.example.com:993', 'imap.example.com.evil', 993, false],
    ['imap.example.com:*', 'imap.example.com', 1143, true],
    ['*.example.com:993', 'imap.example.com', 993, true],
    ['*.example.com:993', 'a.b.example.com', 993, true],
    ['*.example.com:993', 'example.com', 993, false],
    ['*.example.com:993', 'evilexample.com', 993, false],
    ['*:993', 'anything.example', 993, true],
    ['*:993', '192.0.2.1', 993, true],
    ['*:*', 'anything.example', 25, false],
    ['*:*', 'anything.example', 465, false],
    ['*:*', 'anything.example', 587, false],
    ['*:*', 'anything.example', 143, true],
    ['[::1]:143', '::1', 143, true],
    ['localhost:143', 'localhost', 143, true],
  ])('%s and %s:%d: %s', (pattern, host, port, expected) => {
    expect(isHostAllowed([readHostPattern(pattern, 'allow')], host, port)).toBe(expected);
  });

  test('without patterns nothing is allowed', () => {
    expect(isHostAllowed([], 'imap.example.com', 993)).toBe(false);
  });

  test.each([
    'imap.example.com',
    ':993',
    'imap.example.com:0',
    'imap.example.com:65536',
    'a b:993',
    'imap.*.com:993',
    '*:25',
    'mail.example.com:587',
  ])('%s is no pattern', (pattern) => {
    expect(() => readHostPattern(pattern, 'allow')).toThrow(ConfigError);
  });
});

describe('origins', () => {
  test.each([
    'https://mail.example.com',
    'http://localhost:5173',
    'https://[::1]:8443',
    'capacitor://localhost',
  ])('%s is exact', (origin) => {
    expect(readOrigin(origin)).toBe(origin);
  });

  test.each([
    ['https://mail.example.com/', 'write https://mail.example.com'],
    ['https://mail.example.com:443', 'write https://mail.example.com'],
    ['https://Mail.example.com', 'write https://mail.example.com'],
    ['mail.example.com', 'write https://mail.example.com'],
    ['*', 'write https://'],
    ['null', 'write https://'],
    ['https://', 'write https://'],
  ])('%s is not', (origin, advice) => {
    expect(() => readOrigin(origin)).toThrow(advice);
  });

  test("a page of the bridge's own", () => {
    expect(ownOrigins(8143, 'http')).toEqual([
      'http://127.0.0.1:8143',
      'http://localhost:8143',
      'http://[::1]:8143',
    ]);
    expect(ownOrigins(80, 'http')).toContain('http://localhost');
  });
});

test.each([
  ['127.0.0.1:8143', true],
  ['127.0.0.1', true],
  ['localhost:1', true],
  ['LOCALHOST', true],
  ['[::1]:8143', true],
  ['mail.example.com', true],
  ['mail.example.com:8143', true],
  ['evil.example', false],
  ['evil.example:8143', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['10.0.0.1', false],
  ['', false],
  [undefined, false],
])('the host %s is known: %s', (header, expected) => {
  expect(isHostKnown(header, ['https://mail.example.com'])).toBe(expected);
});
