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
  /** Waits for something that is not the server's to give. */
  ours<T>(promise: Promise<T>): Promise<T>;
  progress(sent: number, total: number): void;
  /** Aborts when the connection ends: nothing more is read from the source of a literal. */
  readonly signal: AbortSignal;
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
  let wanted: Promise<boolean> | null = null;
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'bytes') {
      const next = pieces[index + 1];
      // Asked before `{n}` leaves: the answer may be here before write() has returned.
      wanted = next?.kind === 'literal' && next.synchronising ? line.mayContinue() : null;
      await line.write(piece.bytes);
    } else {
      if (wanted !== null && !(await wanted)) return false;
      if (piece.data instanceof Uint8Array) await sendBytes(piece.data, line, advance);
      else await sendStream(piece.data, line, advance);
    }
  }
  return true;
}

/** Streams that were read once, of a connection that was lost perhaps: there is nothing more in them. */
const used = new WeakSet<ReadableStream>();

/** @throws RangeError where a literal cannot be read: somebody else reads its stream, or has read it */
export function checkSources(name: string, pieces: readonly Piece[]): void {
  for (const piece of pieces) {
    if (piece.kind === 'literal' && isSpent(piece.data))
      throw new RangeError(
        `${name}: the stream of its literal is being read already, or has been used before`,
      );
  }
}

function isSpent(data: Uint8Array | LiteralSource): boolean {
  return !(data instanceof Uint8Array) && (data.stream.locked || used.has(data.stream));
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
  used.add(source.stream);
  const reader = source.stream.getReader();
  // What the source says to that is of no use to anybody: the connection is over.
  const cancel = (reason: unknown): void => void reader.cancel(reason).catch(() => {});
  const onEnd = (): void => cancel(line.signal.reason);
  line.signal.addEventListener('abort', onEnd);
  let left = source.size;
  try {
    for (;;) {
      const { value, done } = await line.ours(reader.read());
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
    cancel(error);
    throw error;
  } finally {
    line.signal.removeEventListener('abort', onEnd);
    reader.releaseLock();
  }
}
