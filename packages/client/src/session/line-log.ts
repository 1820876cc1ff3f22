// Lines for people: what went over the wire, with secrets hidden and literals folded.

import type { Piece } from '../wire/writer.ts';

const decoder = new TextDecoder('latin1');
const FOLD_AT = 2000;

/** A command as it may be shown: secrets as `***`, literals by their size. */
export function describeCommand(tag: string, pieces: readonly Piece[]): string {
  let line = `${tag} `;
  for (const piece of pieces) {
    if (piece.secret) line += '***';
    else if (piece.kind === 'bytes') line += decoder.decode(piece.bytes);
    else line += `<${piece.data instanceof Uint8Array ? piece.data.length : piece.data.size} octets>`;
  }
  return line.trimEnd();
}

/** A response as it may be shown: its lines, each literal as `{n}` alone, cut where it is very long. */
export function describeResponse(bytes: Uint8Array): string {
  let line = '';
  let position = 0;
  while (position < bytes.length && line.length < FOLD_AT) {
    const lineEnd = bytes.indexOf(10, position);
    const end = lineEnd < 0 ? bytes.length : lineEnd + 1;
    const text = decoder.decode(bytes.subarray(position, Math.min(end, position + FOLD_AT)));
    line += text;
    position = end;
    const literal = /\{(\d+)\+?\}\r?\n$/.exec(text);
    if (literal !== null) position += Number(literal[1]);
  }
  return line.length > FOLD_AT ? `${line.slice(0, FOLD_AT)}…` : line.trimEnd();
}
