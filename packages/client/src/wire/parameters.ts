// Parameters of Content-Type and Content-Disposition: continued, with a character set, or as senders write them
// (RFC 2231 3, 4; RFC 2047 although RFC 2231 1 forbids it there).
//
//   body-fld-param = "(" string SP string *(SP string SP string) ")" / nil

import { encode, hexValue } from './ascii.ts';
import { decodeText } from './charset.ts';
import { decodeWords } from './encoded-word.ts';
import { emptyRecord, record } from './record.ts';

const form = /^(.+?)(?:\*(\d{1,3}))?(\*)?$/s;

const PERCENT = 37;

interface Piece {
  readonly index: number;
  readonly value: string;
  readonly encoded: boolean;
}

/** Names in lower case; values decoded. Of a name that comes twice the first counts, as in MIME parsers. */
export function readParameters(
  pairs: readonly (readonly [name: string, value: string])[],
): Readonly<Record<string, string>> {
  if (pairs.length === 0) return emptyRecord;
  const parameters = record<string>();
  const pieces = new Map<string, Piece[]>();
  for (const [written, value] of pairs) {
    const lower = written.trim().toLowerCase();
    if (!lower.includes('*')) {
      parameters[lower] ??= decodeWords(value);
      continue;
    }
    const [, name = lower, index = '0', encoded] = form.exec(lower) ?? [];
    const found = pieces.get(name) ?? [];
    found.push({ index: Number(index), value, encoded: encoded !== undefined });
    pieces.set(name, found);
  }
  // The form with a character set is the better one where a sender gives both.
  for (const [name, found] of pieces) parameters[name] = joined(found);
  return parameters;
}

function joined(pieces: Piece[]): string {
  const sorted = pieces.toSorted((a, b) => a.index - b.index);
  const first = sorted[0];
  // charset'language'value, on the first piece alone
  const extended = first?.encoded === true ? /^([^']*)'[^']*'/.exec(first.value) : null;
  if (!sorted.some((piece) => piece.encoded)) return decodeWords(sorted.map((piece) => piece.value).join(''));
  const octets: number[] = [];
  for (const [index, piece] of sorted.entries()) {
    const value = index === 0 && extended !== null ? piece.value.slice(extended[0].length) : piece.value;
    const bytes = encode(value);
    for (let at = 0; at < bytes.length; at++) {
      const high = piece.encoded && bytes[at] === PERCENT ? hexValue(bytes[at + 1]) : -1;
      const low = hexValue(bytes[at + 2]);
      if (high < 0 || low < 0) octets.push(bytes[at] ?? 0);
      else {
        octets.push((high << 4) | low);
        at += 2;
      }
    }
  }
  return decodeText(Uint8Array.from(octets), extended?.[1] ?? null).text;
}
