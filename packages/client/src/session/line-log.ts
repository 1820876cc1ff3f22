// Lines for people: what went over the wire, with secrets hidden and literals folded.

import { latin1 } from '../wire/ascii.ts';
import type { Piece } from '../wire/writer.ts';
import { HIDDEN } from './secrets.ts';

/** Beyond this a line is cut. */
export const FOLD_AT = 2000;

/** Commands that carry a secret, whoever wrote them and whether he marked it or not. */
const secretive = /^(?:LOGIN|AUTHENTICATE)\b/i;

/** A command as it may be shown: secrets as `***`, literals by their size; at least `enough` of it. */
export function describeCommand(
  tag: string,
  name: string,
  pieces: readonly Piece[],
  enough = FOLD_AT,
): string {
  if (secretive.test(name) && !pieces.some(({ secret }) => secret)) return unmarked(tag, pieces);
  let line = `${tag} `;
  for (const piece of pieces) {
    if (piece.secret) line += HIDDEN;
    else if (piece.kind === 'bytes') line += latin1(piece.bytes.subarray(0, enough + 1));
    else line += `<${piece.data instanceof Uint8Array ? piece.data.length : piece.data.size} octets>`;
    if (line.length > enough) break;
  }
  return line.length > enough ? line : line.trimEnd();
}

/** A response as it may be shown: its lines, each literal as `{n}` alone; at least `enough` of it. */
export function describeResponse(bytes: Uint8Array, enough = FOLD_AT): string {
  let line = '';
  let position = 0;
  while (position < bytes.length && line.length <= enough) {
    const lineEnd = bytes.indexOf(10, position);
    const end = lineEnd < 0 ? bytes.length : lineEnd + 1;
    const text = latin1(bytes.subarray(position, Math.min(end, position + enough + 1)));
    line += text;
    position = end;
    const literal = /\{(\d+)\+?\}\r?\n$/.exec(text);
    if (literal !== null) position += Number(literal[1]);
  }
  return line.length > enough ? line : line.trimEnd();
}

/** Only its first words: the command, and a user or a mechanism. */
function unmarked(tag: string, [first]: readonly Piece[]): string {
  const words = first?.kind === 'bytes' ? latin1(first.bytes).trimEnd().split(' ') : [];
  return [tag, ...words.slice(0, 2), ...(words.length > 2 ? [HIDDEN] : [])].join(' ');
}

/** The line, cut where it is very long. */
export function folded(line: string): string {
  return line.length > FOLD_AT ? `${line.slice(0, FOLD_AT)}…` : line;
}
