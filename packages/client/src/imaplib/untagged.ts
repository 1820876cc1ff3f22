// Responses taken apart as Python does it: under which name the data is kept, lines as text, literals as bytes.

import { LF, CR, text } from '../wire/ascii.ts';
import { literalAtEnd } from '../wire/line.ts';
import type { Response } from '../wire/response.ts';
import type { Datum } from './datum.ts';

/** What a response is kept as: `FETCH` and `['1 (BODY[] {5}', bytes], ')'`. */
export interface Untagged {
  readonly type: string;
  readonly data: readonly Datum[];
  /** The response code that its text begins with, as it is kept. */
  readonly code: ResponseCode | null;
}

/** `[UIDNEXT 5]` is `UIDNEXT` with `5`; without data it is the empty string. */
export interface ResponseCode {
  readonly type: string;
  readonly data: string;
}

/** Takes an untagged response apart. */
export function takeApart(response: Response): Untagged {
  const data = pieces(response.bytes, response.reader().position);
  if (response.number !== null && response.name !== '') {
    const [first] = data;
    const number = String(response.number);
    if (typeof first === 'string') data[0] = first === '' ? number : `${number} ${first}`;
    else if (first !== null && first !== undefined) first[0] = `${number} ${first[0]}`;
  }
  const [line] = data;
  const isStatus = /^(?:OK|NO|BAD|BYE|PREAUTH)$/.test(response.name);
  const code = isStatus && typeof line === 'string' ? responseCode(line) : null;
  return { type: response.name === '' ? String(response.number ?? '') : response.name, data, code };
}

/** The text behind the tag and OK, NO or BAD. */
export function taggedText(response: Response): string {
  return text(response.bytes, response.reader().position);
}

/** Lines and literals: each literal with the line that announced it, and at the end the line behind the last one. */
function pieces(bytes: Uint8Array, start: number): Datum[] {
  const data: Datum[] = [];
  for (let at = start; ;) {
    const newline = bytes.indexOf(LF, at);
    if (newline < 0) {
      data.push(text(bytes, at));
      return data;
    }
    const end = bytes[newline - 1] === CR ? newline - 1 : newline;
    const size = literalAtEnd(bytes.subarray(at, end));
    if (size !== null) {
      const literal = newline + 1;
      data.push([text(bytes, at, end), bytes.slice(literal, literal + size)]);
      at = literal + size;
    } else if (end > at) {
      // No literal, and yet the response goes on: its text is kept as one.
      data.push(text(bytes, at));
      return data;
    } else {
      // A blank line behind a literal, which some servers send.
      at = newline + 1;
    }
  }
}

/**
 * The response code at the beginning of a text. It ends at its own bracket: flags may hold brackets too, and so may
 * the words behind it.
 */
export function responseCode(line: string): ResponseCode | null {
  const head = /^\[([A-Za-z0-9-]+)(?: |(?=\]))/.exec(line);
  if (head === null) return null;
  const end = closingBracket(line, head[0].length);
  return end < 0 ? null : { type: head[1]!.toUpperCase(), data: line.slice(head[0].length, end) };
}

function closingBracket(line: string, start: number): number {
  let parentheses = 0;
  let brackets = 0;
  let isQuoted = false;
  for (let at = start; at < line.length; at++) {
    const character = line[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === '\\') at++;
    else if (isQuoted) continue;
    else if (character === '(') parentheses++;
    else if (character === ')' && parentheses > 0) parentheses--;
    else if (character === '[') brackets++;
    else if (character === ']' && brackets > 0) brackets--;
    else if (character === ']' && parentheses === 0) return at;
  }
  // Not balanced: up to the last bracket of the line, which is Python's rule.
  return line.lastIndexOf(']') >= start ? line.lastIndexOf(']') : -1;
}
