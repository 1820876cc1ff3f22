import type { BodyPart } from '@imaplib/client/wire';
import { describe, expect, test } from 'vitest';
import { decodedSize, messageParts, textOptions } from './parts.ts';

type Sketch = Partial<Omit<BodyPart, 'parts'>> & {
  readonly mime: string;
  readonly parts?: readonly Sketch[];
};

/** A part with what matters to the test, and sections numbered as a server does. */
function part({ mime, parts = [], ...rest }: Sketch, section = ''): BodyPart {
  const [type = '', subtype = ''] = mime.split('/');
  const own = section === '' && type !== 'multipart' ? '1' : section;
  return {
    type,
    subtype,
    params: {},
    id: null,
    description: null,
    encoding: '7bit',
    size: 10,
    lines: null,
    disposition: null,
    language: [],
    location: null,
    md5: null,
    envelope: null,
    section: own,
    ...rest,
    parts: parts.map((child, at) => part(child, section === '' ? `${at + 1}` : `${section}.${at + 1}`)),
  };
}
const file = (mime: string, filename: string): Sketch => ({
  mime,
  disposition: { type: 'attachment', params: { filename } },
});

/** `html+text` sections of the bodies, `cid=section` of the images, `name=section` of the attachments. */
function shape(root: Sketch): string {
  const { bodies, inlineImages, attachments } = messageParts(part(root));
  return [
    bodies.map(({ html, text }) => `${html?.section ?? '-'}+${text?.section ?? '-'}`).join(' '),
    [...inlineImages].map(([id, { section }]) => `${id}=${section}`).join(' '),
    attachments.map(({ name, part: { section } }) => `${name}=${section}`).join(' '),
  ].join(' | ');
}

const text: Sketch = { mime: 'text/plain' };
const html: Sketch = { mime: 'text/html' };
const logo: Sketch = {
  mime: 'image/png',
  id: 'logo@x',
  disposition: { type: 'inline', params: { filename: 'logo.png' } },
};

describe('what is shown, and what is listed', () => {
  test.each<[string, Sketch, string]>([
    ['plain text', text, '-+1 |  | '],
    ['HTML alone', html, '1+- |  | '],
    ['alternative', { mime: 'multipart/alternative', parts: [text, html] }, '2+1 |  | '],
    ['alternative, wrong order', { mime: 'multipart/alternative', parts: [html, text] }, '1+2 |  | '],
    [
      'alternative with AMP',
      { mime: 'multipart/alternative', parts: [text, { mime: 'text/x-amp-html' }, html] },
      '3+1 |  | ',
    ],
    [
      'an invitation',
      { mime: 'multipart/alternative', parts: [text, html, { mime: 'text/calendar' }] },
      '2+1 |  | attachment.ics=3',
    ],
    [
      'inline image beside the HTML of an alternative',
      { mime: 'multipart/alternative', parts: [text, { mime: 'multipart/related', parts: [html, logo] }] },
      '2.1+1 | logo@x=2.2 | ',
    ],
    [
      'alternative inside of related',
      { mime: 'multipart/related', parts: [{ mime: 'multipart/alternative', parts: [text, html] }, logo] },
      '1.2+1.1 | logo@x=2 | ',
    ],
    [
      'related whose root is not first',
      { mime: 'multipart/related', params: { start: '<root@x>' }, parts: [logo, { ...html, id: 'root@x' }] },
      '2+- | logo@x=1 | ',
    ],
    [
      'an image without Content-ID in related can only be listed',
      { mime: 'multipart/related', parts: [html, { mime: 'image/png', params: { name: 'a.png' } }] },
      '1+- |  | a.png=2',
    ],
    [
      'SVG is never shown inline',
      {
        mime: 'multipart/related',
        parts: [html, { mime: 'image/svg+xml', id: 's@x', params: { name: 'a.svg' } }],
      },
      '1+- |  | a.svg=2',
    ],
    [
      'mixed with a file',
      { mime: 'multipart/mixed', parts: [text, file('application/pdf', 'a.pdf')] },
      '-+1 |  | a.pdf=2',
    ],
    ['the footer of a mailing list', { mime: 'multipart/mixed', parts: [html, text] }, '1+- -+2 |  | '],
    [
      'a text that is a file',
      { mime: 'multipart/mixed', parts: [text, { mime: 'text/plain', params: { name: 'log.txt' } }] },
      '-+1 |  | log.txt=2',
    ],
    [
      'a page that is a file',
      { mime: 'multipart/mixed', parts: [text, file('text/html', 'page.html')] },
      '-+1 |  | page.html=2',
    ],
    ['a body that has a name', { mime: 'text/plain', params: { name: 'body.txt' } }, '-+1 |  | '],
    ['only a file', file('application/pdf', 'scan.pdf'), ' |  | scan.pdf=1'],
    [
      'signed',
      {
        mime: 'multipart/signed',
        parts: [text, { mime: 'application/pgp-signature', params: { name: 'signature.asc' } }],
      },
      '-+1 |  | ',
    ],
    [
      'a forwarded message',
      { mime: 'multipart/mixed', parts: [text, { mime: 'message/rfc822', parts: [html] }] },
      '-+1 |  | attachment.eml=2',
    ],
    [
      'a bounce',
      {
        mime: 'multipart/report',
        parts: [text, { mime: 'message/delivery-status' }, { mime: 'message/rfc822' }],
      },
      '-+1 |  | attachment=2 attachment.eml=3',
    ],
    [
      'a file with an evil name',
      { mime: 'multipart/mixed', parts: [text, file('application/pdf', '../\u202efdp.exe')] },
      '-+1 |  | fdp.exe=2',
    ],
    ['nothing at all', { mime: 'multipart/mixed' }, ' |  | '],
  ])('%s', (_, root, expected) => {
    expect(shape(root)).toBe(expected);
  });
});

test.each([
  ['base64', 78, 57, false],
  ['base64', 136_800, 99_969, false],
  ['7bit', 120, 120, true],
  ['8bit', 120, 120, true],
  ['quoted-printable', 120, 120, false],
])('%s: %i octets encoded are %i', (encoding, size, decoded, isExact) => {
  expect(decodedSize(part({ mime: 'application/pdf', encoding, size }))).toEqual({ size: decoded, isExact });
});

test('how a text is to be read', () => {
  const params = { charset: 'iso-8859-1', format: 'Flowed', delsp: 'YES' };
  expect(textOptions(part({ mime: 'text/plain', params }))).toEqual({
    charset: 'iso-8859-1',
    flowed: true,
    delSp: true,
  });
  expect(textOptions(part(text))).toEqual({ charset: null, flowed: false, delSp: false });
});
