import { describe, expect, test } from 'vitest';
import { linkWarning, safeHref } from './links.ts';
import { safeDisplayName, senderWarning } from './sender.ts';

test.each([
  ['https://example.com', 'https://example.com/'],
  [' HTTP://Example.COM/a b ', 'http://example.com/a%20b'],
  ['mailto:a@example.com', 'mailto:a@example.com'],
  ['tel:+491', 'tel:+491'],
  ['ht\ntps://example.com/', 'https://example.com/'],
  ['/logout', null],
  ['//example.com', null],
  ['login', null],
  ['', null],
  ['?a', null],
  ['https:example.com', null],
  ['javascript:alert(1)', null],
  ['java\tscript:alert(1)', null],
  ['\u0001javascript:alert(1)', null],
  ['vbscript:x', null],
  ['data:text/html,x', null],
  ['blob:https://example.com/1', null],
  ['file:///etc/passwd', null],
  ['ftp://example.com/', null],
  ['about:blank', null],
  ['ms-word:ofe|u|https://example.com', null],
  ['https://[', null],
])('%j may lead to %s', (href, safe) => {
  expect(safeHref(href)).toBe(safe);
});

describe('warnings', () => {
  test.each([
    ['https://example.com/', 'here', null],
    ['https://example.com/', 'example.com', null],
    ['https://www.example.com/x', 'https://example.com/x', null],
    ['https://example.com/x', 'www.example.com', null],
    ['https://shop.example.com/', 'example.com', null],
    ['https://example.com/', 'Node.js', 'host-differs'],
    ['https://example.com/', 'e.g. this one', null],
    ['https://example.com/', 'Version 1.2', null],
    ['https://example.com/', '1.2.3', null],
    ['https://evil.test/', 'example.com', 'host-differs'],
    ['https://evil.test/', 'https://example.com/login?x', 'host-differs'],
    ['https://evil.test/', '(www.example.com)', 'host-differs'],
    ['https://example.com.evil.test/', 'example.com', 'host-differs'],
    ['https://evilexample.com/', 'example.com', 'host-differs'],
    ['https://accounts.google.com@evil.test/', 'accounts.google.com', 'userinfo'],
    ['https://a:b@evil.test/', 'here', 'userinfo'],
    ['https://xn--80ak6aa92e.com/', 'here', 'punycode'],
    ['https://xn--80ak6aa92e.com/', 'аррӏе.com', 'punycode'],
    ['https://xn--80ak6aa92e.com/', 'apple.com', 'host-differs'],
    ['https://example.com/', 'moc.elpmaxe\u202e', 'bidi'],
    ['mailto:a@evil.test', 'a@example.com', null],
    ['tel:+491', '+49 1', null],
  ])('%s shown as %s: %s', (href, text, kind) => {
    expect(linkWarning(href, text)?.kind ?? null).toBe(kind);
  });

  test('the message names the real host', () => {
    expect(linkWarning('https://evil.test/', 'example.com')).toMatchObject({
      host: 'evil.test',
      message: 'The link shows example.com but leads to evil.test.',
    });
  });
});

test.each([
  ['Ann', 'ann@example.com', false],
  ['ann@example.com', 'Ann@Example.com', false],
  ['security@paypal.com', 'x@evil.test', true],
  ['PayPal <security@paypal.com>', 'x@evil.test', true],
  ['s\u200becurity@paypal.com', 'x@evil.test', true],
  ['moc.lapyap\u202e', 'x@evil.test', true],
])('the name %j of %s is suspicious: %s', (name, address, suspicious) => {
  expect(senderWarning(name, address) !== null).toBe(suspicious);
});

test('a display name is shown without what hides letters', () => {
  expect(safeDisplayName(' a\u202eb\u0000 \n c ')).toBe('ab c');
});
