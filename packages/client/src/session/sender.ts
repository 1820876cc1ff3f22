// Puts the pieces of one command on the wire, in order. At a synchronising literal it stops until the server says
// `+`, or answers the command without having wanted the literal.

import type { LiteralSource, Piece } from '../wire/writer.ts';

/** A literal is handed on in slices of this size, so that progress can be told. */
const SLICE = 64 * 1024;

/** What the sender needs from the session. */
export interface Line {
  write(bytes: Uint8Array): Promise<void>;
  /** True when the server wants the literal, false when it has answered the command instead. */
  mayContinue(): Promise<boolean>;
  /** From here on the server waits for octets: the command cannot be taken back. */
  literalBegins(): void;
  progress(sent: number, total: number): void;
}

/** A literal's stream did not hold as many octets as announced: the connection is of no more use. */
export class LiteralSizeError extends Error {
  override readonly name = 'LiteralSizeError';
}

/** Sends the pieces. Resolves with false where the server answered before it wanted a literal. */
export async function send(pieces: readonly Piece[], line: Line): Promise<boolean> {
  const total = pieces.reduce((sum, piece) => sum + (piece.kind === 'literal' ? sizeOf(piece.data) : 0), 0);
  let sent = 0;
  const advance = (bytes: number): void => {
    sent += bytes;
    line.progress(sent, total);
  };
  for (const piece of pieces) {
    if (piece.kind === 'bytes') {
      await line.write(piece.bytes);
      continue;
    }
    line.literalBegins();
    if (piece.synchronising && !(await line.mayContinue())) return false;
    if (piece.data instanceof Uint8Array) await sendBytes(piece.data, line, advance);
    else await sendStream(piece.data, line, advance);
  }
  return true;
}

/** Puts the tag in front and joins pieces of bytes: each piece is one write, and one packet. */
export function withTag(tag: string, pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [{ kind: 'bytes', bytes: new TextEncoder().encode(`${tag} `), secret: false }];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece.kind === 'bytes' && last?.kind === 'bytes') {
      joined[joined.length - 1] = { ...last, bytes: concat(last.bytes, piece.bytes) };
    } else {
      joined.push(piece);
    }
  }
  return joined;
}

/** Two pieces of bytes as one. */
export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function sizeOf(data: Uint8Array | LiteralSource): number {
  return data instanceof Uint8Array ? data.length : data.size;
}

async function sendBytes(data: Uint8Array, line: Line, advance: (bytes: number) => void): Promise<void> {
  for (let offset = 0; offset < data.length; offset += SLICE) {
    const slice = data.subarray(offset, offset + SLICE);
    await line.write(slice);
    advance(slice.length);
  }
}

async function sendStream(
  source: LiteralSource,
  line: Line,
  advance: (bytes: number) => void,
): Promise<void> {
  const reader = source.stream.getReader();
  let left = source.size;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      if (value.length > left)
        throw new LiteralSizeError(`the literal holds more than the ${source.size} octets announced`);
      left -= value.length;
      await line.write(value);
      advance(value.length);
    }
    if (left > 0)
      throw new LiteralSizeError(`the literal ended ${left} octets before the ${source.size} announced`);
  } catch (error) {
    await reader.cancel(error).catch(() => {}); // the source's own failure is the one to tell
    throw error;
  }
}
