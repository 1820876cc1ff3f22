// The words of a message as a person reads them, in lower case: what a search looks through.
import type { StoredMessage } from 'hoodiecrow-imap';
import { treeOf } from './mime-answers.ts';
import { readParameters, type MimePart } from './mime-tree.ts';

export interface Readable {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

export function readable(message: StoredMessage): Readable {
  const tree = treeOf(message);
  const field = (name: string): string => decodedWords(tree.fields.get(name) ?? '').toLowerCase();
  return {
    subject: field('subject'),
    from: field('from'),
    to: field('to'),
    text: texts(message.raw, tree).join('\n').toLowerCase(),
  };
}

function texts(raw: string, part: MimePart): string[] {
  if (part.message !== undefined) return texts(raw, part.message);
  if (part.parts.length > 0) return part.parts.flatMap((inner) => texts(raw, inner));
  const { value, parameters } = readParameters(part.fields.get('content-type') ?? 'text/plain');
  if (!value.toLowerCase().startsWith('text/')) return [];
  const charset = parameters.find(([name]) => name.toLowerCase() === 'charset')?.[1] ?? 'utf-8';
  const encoding = (part.fields.get('content-transfer-encoding') ?? '').toLowerCase();
  const text = decode(charset, decodeTransfer(encoding, raw.slice(part.body, part.end)));
  return [
    value.toLowerCase() === 'text/html' ? text.replaceAll(/<style[\s\S]*?<\/style>|<[^>]*>/gi, ' ') : text,
  ];
}

function decodeTransfer(encoding: string, content: string): Uint8Array {
  if (encoding === 'base64') return Buffer.from(content, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(content, 'latin1');
  return Buffer.from(hexDecoded(content.replaceAll(/=[ \t]*\r?\n/g, ''), '='), 'latin1');
}

const hexDecoded = (text: string, sign: string): string =>
  text.replaceAll(new RegExp(`${sign}([0-9A-Fa-f]{2})`, 'g'), (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );

function decode(charset: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // A charset that nobody knows: one character per byte is better than nothing found.
    return Buffer.from(bytes).toString('latin1');
  }
}

// RFC 2047; the space between two encoded words is not part of the text.
function decodedWords(field: string): string {
  const joined = field.replaceAll(/(\?=)\s+(?==\?)/g, '$1');
  return joined.replaceAll(
    /=\?([^?]+)\?([BbQq])\?([^?]*)\?=/g,
    (_, charset: string, encoding: string, content: string) => {
      const bytes =
        encoding.toUpperCase() === 'B'
          ? Buffer.from(content, 'base64')
          : Buffer.from(hexDecoded(content.replaceAll('_', ' '), '='), 'latin1');
      return decode(charset, bytes);
    },
  );
}
