// Builds messages as bytes (RFC 5322, 2045, 2047, 2231): just what the sample mailbox needs, deterministic.
import { createHash } from 'node:crypto';

/** A body part: its header fields and its encoded content. */
export interface Part {
  readonly headers: readonly string[];
  readonly content: Uint8Array;
}

export interface Person {
  readonly name: string;
  readonly address: string;
}

export interface Head {
  readonly from: Person;
  readonly to: readonly Person[];
  readonly cc?: readonly Person[];
  readonly subject: string;
  readonly date: Date;
  /** Without angle brackets. */
  readonly id: string;
  /** The ids of the messages this one answers, oldest first. */
  readonly references?: readonly string[];
  /** More fields, written as they are. */
  readonly extra?: readonly string[];
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const isAscii = (text: string): boolean => /^[\u0020-\u007e]*$/.test(text);
const crlf = (text: string): string => text.replaceAll(/\r?\n/g, '\r\n');

/** Plain text in UTF-8. */
export const plain = (text: string): Part => textPart('text/plain', text);

/** HTML in UTF-8. */
export const html = (markup: string): Part => textPart('text/html', markup);

/** Text that is encoded already, in the charset named: how older programs still send it. */
export function legacyText(charset: string, base64: string): Part {
  return part(
    [`Content-Type: text/plain; charset=${charset}`, 'Content-Transfer-Encoding: base64'],
    wrap(base64),
  );
}

/** The same content in several forms, plainest first. */
export const alternative = (...parts: readonly Part[]): Part => multipart('alternative', parts);

/** A root and the images it refers to. */
export const related = (...parts: readonly Part[]): Part => multipart('related', parts);

/** A text and its attachments. */
export const mixed = (...parts: readonly Part[]): Part => multipart('mixed', parts);

/** A file beside the text. */
export function attachment(name: string, type: string, content: Uint8Array): Part {
  const headers = [`Content-Type: ${type}${parameter('name', name)}`, 'Content-Transfer-Encoding: base64'];
  const disposition = `Content-Disposition: attachment${parameter('filename', name)}`;
  return part([...headers, disposition], wrap(Buffer.from(content).toString('base64')));
}

/** An image that HTML in the same `related` shows through `cid:`. */
export function inlineImage(id: string, name: string, content: Uint8Array): Part {
  const headers = [`Content-Type: image/png${parameter('name', name)}`, 'Content-Transfer-Encoding: base64'];
  const more = [`Content-ID: <${id}>`, `Content-Disposition: inline${parameter('filename', name)}`];
  return part([...headers, ...more], wrap(Buffer.from(content).toString('base64')));
}

/** A whole message as an attachment. */
export function forwarded(name: string, raw: Uint8Array): Part {
  const disposition = `Content-Disposition: attachment${parameter('filename', name)}`;
  return { headers: ['Content-Type: message/rfc822', disposition], content: raw };
}

/** An invitation that calendars understand. */
export const invitation = (calendar: string): Part => textPart('text/calendar; method=REQUEST', calendar);

/** The message as it travels. */
export function message(head: Head, body: Part): Uint8Array {
  const references = head.references ?? [];
  const parent = references.at(-1);
  const fields = [
    `Date: ${mailDate(head.date)}`,
    addressField('From', [head.from]),
    ...(head.to.length === 0 ? [] : [addressField('To', head.to)]),
    ...(head.cc === undefined ? [] : [addressField('Cc', head.cc)]),
    `Subject: ${encodedWords(head.subject)}`,
    `Message-ID: <${head.id}>`,
    ...(parent === undefined ? [] : [`In-Reply-To: <${parent}>`]),
    ...(references.length === 0 ? [] : [`References: ${references.map((id) => `<${id}>`).join('\r\n ')}`]),
    ...(head.extra ?? []),
    'MIME-Version: 1.0',
  ];
  return Buffer.concat([bytes(`${[...fields, ...body.headers].join('\r\n')}\r\n\r\n`), body.content]);
}

/** `Tue, 03 Mar 2026 08:12:00 +0000`: the form of RFC 5322 3.3. */
export const mailDate = (date: Date): string => date.toUTCString().replace('GMT', '+0000');

/** A header value with what is not ASCII in encoded words of at most 75 characters. */
export function encodedWords(text: string): string {
  if (isAscii(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (bytes(word + character).length > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word]
    .map((w) => `=?UTF-8?B?${Buffer.from(w, 'utf8').toString('base64')}?=`)
    .join('\r\n ');
}

function addressField(name: string, people: readonly Person[]): string {
  const written = people.map((person) => {
    const plainName = /^[\w .'-]*$/.test(person.name) ? person.name : `"${person.name}"`;
    return `${isAscii(person.name) ? plainName : encodedWords(person.name)} <${person.address}>`;
  });
  return `${name}: ${written.join(',\r\n ')}`;
}

// RFC 2231 where a name is not ASCII.
function parameter(key: string, value: string): string {
  if (isAscii(value)) return `;\r\n ${key}="${value}"`;
  return `;\r\n ${key}*=UTF-8''${encodeURIComponent(value)}`;
}

function textPart(type: string, text: string): Part {
  const data = bytes(crlf(text));
  const foreign = data.reduce((count, byte) => count + (byte > 126 ? 1 : 0), 0);
  const long = /[^\n]{900}/.test(text);
  if (foreign === 0 && !long) return part([`Content-Type: ${type}; charset=utf-8`], data);
  const base64 = foreign * 4 > data.length;
  return part(
    [
      `Content-Type: ${type}; charset=utf-8`,
      `Content-Transfer-Encoding: ${base64 ? 'base64' : 'quoted-printable'}`,
    ],
    base64 ? wrap(Buffer.from(data).toString('base64')) : bytes(quotedPrintable(data)),
  );
}

const part = (headers: readonly string[], content: Uint8Array): Part => ({ headers, content });
const wrap = (base64: string): Uint8Array => bytes(base64.replaceAll(/.{76}(?=.)/g, '$&\r\n'));

function multipart(kind: string, parts: readonly Part[]): Part {
  const hash = createHash('sha256');
  for (const { content } of parts) hash.update(content);
  const boundary = `part-${hash.digest('hex').slice(0, 24)}`;
  const chunks = parts.flatMap(({ headers, content }) => [
    bytes(`--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n`),
    content,
    bytes('\r\n'),
  ]);
  return part(
    [`Content-Type: multipart/${kind};\r\n boundary="${boundary}"`],
    Buffer.concat([...chunks, bytes(`--${boundary}--\r\n`)]),
  );
}

function quotedPrintable(data: Uint8Array): string {
  const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return Buffer.from(data)
    .toString('latin1')
    .split('\r\n')
    .map((line) => {
      const tokens = Array.from(line, (character, at) => {
        const code = character.charCodeAt(0);
        const trailing = at === line.length - 1 && character === ' ';
        return (code >= 32 && code <= 126 && character !== '=' && !trailing) || code === 9
          ? character
          : hex(code);
      });
      let row = '';
      let written = '';
      for (const token of tokens) {
        if (row.length + token.length > 75) {
          written += `${row}=\r\n`;
          row = '';
        }
        row += token;
      }
      return written + row;
    })
    .join('\r\n');
}
