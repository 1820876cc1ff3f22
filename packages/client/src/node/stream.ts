// A ByteStream over Node's streams: a socket, a TLS layer over it, or the pipes of a command. What is read ahead is
// bounded by pausing; a write has left when the system has taken it.

import type { Readable, Writable } from 'node:stream';
import {
  TransportError,
  type ByteStream,
  type StreamInfo,
  type TlsInfo,
  type TlsOptions,
} from '../transport/byte-stream.ts';
import { ReceiveSide } from '../transport/receive-side.ts';
import { SendSide } from '../transport/send-side.ts';

/** Reading pauses while so many bytes wait. */
const READ_AHEAD = 64 * 1024;

/** What a {@link NodeStream} is made of. */
export interface NodeStreamOptions {
  readonly info: StreamInfo;
  /** Ends what lies beneath. */
  readonly destroy: () => void;
  /** Waited for between the last byte and the end of the reading. */
  readonly lastWords?: () => Promise<void>;
}

/** The system's own word for an error: `ECONNRESET`. */
export function reasonOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Bytes from and to Node's streams, which may be exchanged under way. */
export class NodeStream implements ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /** While TLS is being added. */
  securing = false;
  startTls?: (options?: TlsOptions) => Promise<TlsInfo>;
  readonly receive: ReceiveSide;
  readonly send: SendSide;
  readonly #destroy: () => void;
  readonly #lastWords: (() => Promise<void>) | undefined;
  readonly #ended = new AbortController();
  #info: StreamInfo;
  #input: Readable | null = null;
  #output: Writable | null = null;
  #detach: (() => void) | null = null;

  constructor({ info, destroy, lastWords }: NodeStreamOptions) {
    this.#info = info;
    this.#destroy = destroy;
    this.#lastWords = lastWords;
    this.receive = new ReceiveSide({
      taken: () => {
        if (this.receive.queued < READ_AHEAD) this.#input?.resume();
      },
      cancelled: (reason) => this.close(reason),
    });
    this.send = new SendSide({
      write: (chunk, signal) => this.#write(chunk, signal),
      close: () => this.#end(),
      aborted: (reason) => this.close(reason),
    });
    this.readable = this.receive.readable;
    this.writable = this.send.writable;
  }

  get info(): StreamInfo {
    return this.#info;
  }

  /** Aborted, with the error as its reason, when the connection has ended. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Changes what is told of the connection. */
  change(change: Partial<StreamInfo>): void {
    this.#info = { ...this.#info, ...change };
  }

  /** Reads from and writes to these from now on. */
  attach(input: Readable, output: Writable): void {
    const onData = (chunk: Buffer) => {
      // A plain view of the same bytes: a session that is made for pages must not meet a Buffer.
      this.receive.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      if (this.receive.queued >= READ_AHEAD) input.pause();
    };
    let ending: Promise<void> | undefined;
    const onEnd = () => {
      ending = (async () => {
        await this.#lastWords?.();
        this.receive.end();
      })();
    };
    const onError = (error: Error) => this.fail(this.#broken(error));
    const onClose = () => {
      void Promise.resolve(ending).then(() => this.fail(this.#broken()));
    };
    input.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
    // A pipe that nobody reads any more ends the writing; what the other side has said is still read.
    const onOutputError = (error: Error) => this.send.fail(this.#broken(error));
    if (!isSame(input, output)) output.on('error', onOutputError);
    this.#input = input;
    this.#output = output;
    this.#detach = () => {
      input.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      output.off('error', onOutputError);
    };
  }

  /** Hears and writes nothing until the next {@link attach}. */
  detach(): void {
    this.#detach?.();
    this.#detach = null;
    this.#input = null;
    this.#output = null;
  }

  /** Bytes that have arrived and are not read yet, as far as this process knows. */
  get unread(): number {
    return this.receive.queued + (this.#input?.readableLength ?? 0);
  }

  /** The connection broke: both streams error, the reading behind what has arrived. */
  fail(error: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(error);
    this.send.fail(error);
    this.receive.fail(error);
    this.#destroy();
  }

  close(reason?: unknown): void {
    if (this.#ended.signal.aborted) return;
    const error = reason ?? new DOMException('The connection was closed.', 'AbortError');
    this.#ended.abort(error);
    this.send.fail(error);
    this.receive.stop(reason);
    this.#destroy();
  }

  #write(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('Only a Uint8Array can be sent.');
    return this.#settled((done) => this.#output?.write(chunk, done), signal);
  }

  #end(): Promise<void> {
    return this.#settled((done) => this.#output?.end(done));
  }

  #settled(act: (done: (error?: Error | null) => void) => void, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      act((error) => {
        signal?.removeEventListener('abort', onAbort);
        if (!error) resolve();
        else if (this.#ended.signal.aborted) reject(this.#ended.signal.reason);
        else reject(this.#broken(error));
      });
    });
  }

  #broken(error?: Error): TransportError {
    const { name } = this.#info.peer;
    const reason = reasonOf(error);
    return new TransportError(
      'unreachable',
      'relay',
      error === undefined
        ? `The connection to ${name} is closed.`
        : `The connection to ${name} broke: ${error.message}.`,
      { ...(reason !== undefined && { reason }), cause: error },
    );
  }
}

function isSame(input: Readable, output: Writable): boolean {
  const both: object = input;
  return both === output;
}
