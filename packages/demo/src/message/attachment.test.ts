import { describe, expect, test } from 'vitest';
import { isExecutableName, isRasterImage, previewOf, safeName, safeType } from './attachment.ts';

describe('names', () => {
  test.each([
    ['report.pdf', '', 'report.pdf'],
    ['../../etc/passwd', '', 'passwd'],
    ['C:\\Users\\x\\evil.exe', '', 'evil.exe'],
    ['..', '', 'attachment'],
    ['/', 'image/png', 'attachment.png'],
    ['', 'application/pdf', 'attachment.pdf'],
    ['', 'Message/RFC822', 'attachment.eml'],
    ['   ', '', 'attachment'],
    ['.htaccess', '', 'htaccess'],
    ['invoice\u202egpj.exe', '', 'invoicegpj.exe'],
    ['a\u0000b\r\nc.txt', '', 'abc.txt'],
    ['zero\u200bwidth.txt', '', 'zerowidth.txt'],
    ['a<b>:"|?*.txt', '', 'a_b______.txt'],
    ['CON', '', '_CON'],
    ['nul.txt', '', '_nul.txt'],
    ['com1.tar.gz', '', '_com1.tar.gz'],
    ['console.txt', '', 'console.txt'],
    ['trailing. . ', '', 'trailing'],
    ['日本語.pdf', '', '日本語.pdf'],
    ['تقرير.pdf', '', 'تقرير.pdf'],
    ['e\u0301.txt', '', 'é.txt'],
    ['two   spaces.txt', '', 'two spaces.txt'],
  ])('%j %s -> %s', (name, type, safe) => {
    expect(safeName(name, type)).toBe(safe);
  });

  test('a long name keeps its extension and whole characters', () => {
    const name = safeName(`${'💩'.repeat(500)}.pdf`);
    expect(name).toMatch(/^(?:💩)+\.pdf$/u);
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(500);
  });

  test.each([
    ['a.exe', true],
    ['a.PDF.Js', true],
    ['a.pdf', false],
    ['exe', false],
    ['a.lnk', true],
  ])('%s may run: %s', (name, runs) => {
    expect(isExecutableName(name)).toBe(runs);
  });
});

describe('types', () => {
  test.each([
    ['text/plain', 'text/plain', 'text'],
    ['TEXT/Plain; charset=utf-8', 'text/plain', 'text'],
    ['text/html', 'application/octet-stream', 'text'],
    ['application/xhtml+xml', 'application/octet-stream', 'text'],
    ['image/svg+xml', 'application/octet-stream', 'text'],
    ['text/xml', 'application/octet-stream', 'text'],
    ['application/xml', 'application/octet-stream', 'text'],
    ['text/javascript', 'application/octet-stream', 'text'],
    ['application/javascript', 'application/octet-stream', null],
    ['multipart/related', 'application/octet-stream', null],
    ['message/rfc822', 'application/octet-stream', 'message'],
    ['image/png', 'image/png', 'image'],
    ['image/gif', 'image/gif', 'image'],
    ['image/tiff', 'application/octet-stream', null],
    ['application/pdf', 'application/pdf', 'pdf'],
    ['audio/mpeg', 'audio/mpeg', 'audio'],
    ['video/mp4', 'video/mp4', 'video'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', null, null],
    ['application/vnd.oasis.opendocument.text+xml', 'application/octet-stream', 'text'],
    ['image/"><img src=x: onerror=alert(1)>', 'application/octet-stream', null],
    ['nonsense', 'application/octet-stream', null],
    ['', 'application/octet-stream', null],
  ])('%s', (type, blob, preview) => {
    expect(safeType(type)).toBe(blob ?? type);
    expect(previewOf(type)).toBe(preview);
  });

  test('an image is one that can hold no script', () => {
    expect(isRasterImage('image/png')).toBe(true);
    expect(isRasterImage('image/svg+xml')).toBe(false);
    expect(isRasterImage('text/html')).toBe(false);
  });
});
