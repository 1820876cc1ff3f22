// The other side of a compressed connection, made of Node's zlib: deflates with flushes, inflates what comes.

import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

/** One endless stream of raw deflate. */
export class Deflating {
  readonly #deflate;
  #out: Uint8Array[] = [];

  constructor(level = 6) {
    this.#deflate = createDeflateRaw({ level });
    this.#deflate.on('data', (chunk: Uint8Array) => this.#out.push(chunk));
  }

  /** The data as it goes out, up to the end of a flushed block. */
  async flush(data: string | Uint8Array): Promise<Uint8Array> {
    this.#deflate.write(data);
    await new Promise<void>((resolve) => this.#deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    return this.#take();
  }

  /** The end of the stream: a last block. */
  async finish(): Promise<Uint8Array> {
    await new Promise<void>((resolve) => this.#deflate.end(resolve).resume());
    return this.#take();
  }

  #take(): Uint8Array {
    const bytes = Buffer.concat(this.#out);
    this.#out = [];
    return new Uint8Array(bytes);
  }
}

/** What a client has sent, inflated: all of it so far. */
export async function inflateAll(bytes: Uint8Array): Promise<Uint8Array> {
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  const out: Uint8Array[] = [];
  inflate.on('data', (chunk: Uint8Array) => out.push(chunk));
  await new Promise<void>((resolve, reject) => inflate.on('error', reject).on('end', resolve).end(bytes));
  return new Uint8Array(Buffer.concat(out));
}
