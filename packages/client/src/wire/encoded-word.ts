// Encoded words: text in header fields that is not ASCII (RFC 2047, with the language of RFC 2231 5).
//
//   encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="

import { EQUALS, SP, UNDERSCORE, encode, hexValue } from './ascii.ts';
import { decodeText } from './charset.ts';
import { decodeTransferred } from './transfer-encoding.ts';

interface Word {
  readonly charset: string;
  readonly bytes: Uint8Array;
}

const head = /=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([BbQq])\?/y;

/**
 * Text of a header field with its encoded words decoded; what is malformed stays as it stands.
 *
 * Neighbours in one character set are decoded together: senders cut them in the middle of a character.
 */
export function decodeWords(written: string): string {
  const line = written.includes('\n')
    ? written.replaceAll(/\r?\n(?=[ \t])/g, '').replaceAll(/[\r\n]+/g, ' ')
    : written;
  if (!line.includes('=?')) return line;
  let out = '';
  let plain = 0;
  let joined: Word[] = [];
  const flush = (): void => {
    if (joined.length > 0) out += decodeText(concat(joined), joined[0]?.charset ?? '').text;
    joined = [];
  };
  // An end that is not found once is not looked for again: many beginnings must not cost a search each.
  let lastEnd = line.lastIndexOf('?=');
  for (let at = line.indexOf('=?'); at >= 0;) {
    head.lastIndex = at;
    const match = head.exec(line);
    const start = at + (match?.[0].length ?? 0);
    if (match === null || lastEnd < start) {
      at = line.indexOf('=?', at + 2);
      continue;
    }
    const end = line.indexOf('?=', start);
    const between = line.slice(plain, at);
    // Only white space between two words is dropped.
    const adjacent = joined.length > 0 && /^\s*$/.test(between);
    const charset = (match[1] ?? '').toLowerCase();
    if (!adjacent || joined[0]?.charset !== charset) {
      flush();
      if (!adjacent) out += between;
    }
    joined.push({ charset, bytes: decodeWord(match[2] ?? '', line.slice(start, end)) });
    plain = end + 2;
    at = line.indexOf('=?', plain);
  }
  flush();
  return out + line.slice(plain);
}

/** The platform's own, where it has one: three times as fast, and strict. */
const { fromBase64 } = Uint8Array as { readonly fromBase64?: (text: string) => Uint8Array };

function decodeBase64(payload: string): Uint8Array {
  try {
    if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, payload);
  } catch {
    // What is damaged is read as far as it goes.
  }
  return decodeTransferred(encode(payload), 'base64');
}

function decodeWord(encoding: string, payload: string): Uint8Array {
  if (encoding === 'B' || encoding === 'b') return decodeBase64(payload);
  const bytes = encode(payload);
  // Q: `_` is a space, `=` and two digits an octet (RFC 2047 4.2).
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    let octet = bytes[at] ?? 0;
    if (octet === UNDERSCORE) octet = SP;
    else if (octet === EQUALS) {
      const high = hexValue(bytes[at + 1]);
      const low = hexValue(bytes[at + 2]);
      if (high >= 0 && low >= 0) {
        octet = (high << 4) | low;
        at += 2;
      }
    }
    bytes[to++] = octet;
  }
  return bytes.subarray(0, to);
}

function concat(words: readonly Word[]): Uint8Array {
  const first = words[0];
  if (words.length === 1 && first !== undefined) return first.bytes;
  const out = new Uint8Array(words.reduce((sum, word) => sum + word.bytes.length, 0));
  let at = 0;
  for (const word of words) {
    out.set(word.bytes, at);
    at += word.bytes.length;
  }
  return out;
}
