// Two byte streams joined in memory: `client` is what a session is given, `server` is the other end, where a test plays
// the server and injects faults: chunks split at will, a stall, a cut after so many bytes.

import {
  TransportError,
  type ByteStream,
  type ExitInfo,
  type StreamInfo,
  type TlsInfo,
  type TlsOptions,
} from './byte-stream.ts';
import { abortable } from './abort.ts';
import { ReceiveSide } from './receive-side.ts';
import { SendSide } from './send-side.ts';

/** What {@link memoryPair} makes. */
export interface MemoryPairOptions {
  /** What `client.info.peer.local` says; false by default. */
  readonly local?: boolean;
  /** What `client.info.tls` says at first; null by default. */
  readonly tls?: TlsInfo | null;
  /** Bytes that one direction holds before a write waits; 1 MiB by default. */
  readonly window?: number;
  /**
   * What `client.startTls()` answers. It is called when the checks have passed, and may take its time or throw.
   * Null takes `startTls` away.
   */
  readonly startTls?: ((options: TlsOptions) => TlsInfo | Promise<TlsInfo>) | null;
}

/** Both ends of a connection in memory. */
export interface MemoryPair {
  readonly client: ByteStream;
  readonly server: MemoryServer;
}

/** How a direction treats the bytes that pass it. */
export type SplitChunks = number | ((chunk: Uint8Array) => Iterable<Uint8Array>);

/** TLS details for tests that need some. */
export const testTls: TlsInfo = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  alpn: null,
  sni: 'localhost',
  chain: [],
  verified: true,
};

interface LaneEvents {
  cancelled(): void;
  aborted(): void;
  arriving?(): void;
  cut(): void;
}

/** One direction. */
class Lane {
  readonly receive: ReceiveSide;
  readonly send: SendSide;
  split: SplitChunks | null = null;
  stalled = false;
  cutAfter = Infinity;
  readonly #window: number;
  readonly #events: LaneEvents;
  #failed: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(window: number, events: LaneEvents) {
    this.#window = window;
    this.#events = events;
    this.receive = new ReceiveSide({ taken: () => this.wake(), cancelled: () => events.cancelled() });
    this.send = new SendSide({
      write: async (chunk, signal) => {
        for (const piece of pieces(chunk, this.split)) await this.#pass(piece, signal);
      },
      close: () => this.receive.end(),
      aborted: () => events.aborted(),
    });
  }

  wake(): void {
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#failed ??= { error };
    this.send.fail(error);
    this.wake();
  }

  async #pass(piece: Uint8Array, signal: AbortSignal): Promise<void> {
    while (this.stalled || (this.receive.queued > 0 && this.receive.queued + piece.length > this.#window)) {
      this.#check(signal);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      this.#wake = null;
    }
    this.#check(signal);
    const length = Math.min(piece.length, this.cutAfter);
    this.cutAfter -= length;
    this.#events.arriving?.();
    this.#check(signal);
    this.receive.push(piece.slice(0, length));
    if (this.cutAfter === 0) this.#events.cut();
    this.#check(signal);
  }

  #check(signal: AbortSignal): void {
    if (this.#failed !== null) throw this.#failed.error;
    signal.throwIfAborted();
  }
}

function* pieces(chunk: Uint8Array, split: SplitChunks | null): Iterable<Uint8Array> {
  if (split === null) yield chunk;
  else if (typeof split === 'function') yield* split(chunk);
  else for (let at = 0; at < chunk.length; at += split) yield chunk.subarray(at, at + split);
}

/** The server's end: streams, short forms to script a server with, and the faults. */
export class MemoryServer {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #up: Lane;
  readonly #down: Lane;
  readonly #break: (error: unknown) => void;
  readonly #client: MemoryClient;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #unread: Uint8Array = new Uint8Array(0);

  constructor(client: MemoryClient, up: Lane, down: Lane, breakBoth: (error: unknown) => void) {
    this.#client = client;
    this.#up = up;
    this.#down = down;
    this.#break = breakBoth;
    this.readable = up.receive.readable;
    this.writable = down.send.writable;
  }

  /** Sends text or bytes to the client. */
  send(data: string | Uint8Array): Promise<void> {
    this.#writer ??= this.writable.getWriter();
    return this.#writer.write(typeof data === 'string' ? new TextEncoder().encode(data) : data);
  }

  /** The next line of the client, without its CRLF; null when it has ended. */
  async receiveLine(): Promise<string | null> {
    for (let searched = 0; ;) {
      const end = this.#unread.indexOf(0x0a, searched);
      if (end >= 0) return new TextDecoder().decode(this.#take(end + 1)).replace(/\r?\n$/, '');
      searched = this.#unread.length;
      if (!(await this.#fill())) return null;
    }
  }

  /** The next bytes of the client, as a literal needs them. */
  async receive(octets: number): Promise<Uint8Array> {
    while (this.#unread.length < octets) {
      if (!(await this.#fill())) throw new Error(`the client ended before ${octets} octets`);
    }
    return this.#take(octets);
  }

  /** Ends the server's direction in order, as a server does after BYE. */
  close(): void {
    this.#down.receive.end();
  }

  /** Breaks the connection: both streams of the client error, behind what it has received. */
  fail(
    error: unknown = new TransportError('unreachable', 'relay', 'The connection was reset by the test.'),
  ): void {
    this.#break(error);
  }

  /** Breaks the connection when so many more bytes have reached the client, or the server; at once without either. */
  cut(after: { readonly received?: number; readonly sent?: number } = {}): void {
    if (after.received !== undefined) this.#down.cutAfter = after.received;
    if (after.sent !== undefined) this.#up.cutAfter = after.sent;
    if (after.received === undefined && after.sent === undefined) this.fail();
  }

  /** Nothing passes any more in either direction; writes wait. */
  stall(): void {
    this.#up.stalled = true;
    this.#down.stalled = true;
  }

  /** Ends a stall. */
  resume(): void {
    for (const lane of [this.#up, this.#down]) {
      lane.stalled = false;
      lane.wake();
    }
  }

  /** How chunks reach the client: in pieces of so many bytes, or as a function cuts them. Null as they are. */
  split(how: SplitChunks | null): void {
    this.#down.split = how;
  }

  /** Tells the client that the connection is to end. */
  drain(deadlineMs: number): void {
    this.#client.onDrain?.(deadlineMs);
  }

  /** What a command behind the stream left when it ended. */
  exit(exit: ExitInfo): void {
    this.#client.change({ exit });
  }

  #take(octets: number): Uint8Array {
    const taken = this.#unread.slice(0, octets);
    this.#unread = this.#unread.subarray(octets);
    return taken;
  }

  async #fill(): Promise<boolean> {
    this.#reader ??= this.readable.getReader();
    const { done, value } = await this.#reader.read();
    if (done) return false;
    const joined = new Uint8Array(this.#unread.length + value.length);
    joined.set(this.#unread);
    joined.set(value, this.#unread.length);
    this.#unread = joined;
    return true;
  }
}

/** The client's end. */
class MemoryClient implements ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  onDrain: ((deadlineMs: number) => void) | null = null;
  startTls?: (options?: TlsOptions) => Promise<TlsInfo>;
  #info: StreamInfo;
  readonly #end: (reason: unknown) => void;

  constructor(info: StreamInfo, up: Lane, down: Lane, end: (reason: unknown) => void) {
    this.#info = info;
    this.#end = end;
    this.readable = down.receive.readable;
    this.writable = up.send.writable;
  }

  get info(): StreamInfo {
    return this.#info;
  }

  change(change: Partial<StreamInfo>): void {
    this.#info = { ...this.#info, ...change };
  }

  close(reason?: unknown): void {
    this.#end(reason);
  }
}

/**
 * A connection in memory.
 *
 * @example
 * const { client, server } = memoryPair({ local: true });
 * await server.send('* OK ready\r\n');
 * const line = await server.receiveLine(); // 'a1 CAPABILITY'
 */
export function memoryPair(options: MemoryPairOptions = {}): MemoryPair {
  const window = options.window ?? 1024 * 1024;
  const cut = () =>
    breakBoth(new TransportError('unreachable', 'relay', 'The connection was cut by the test.'));
  const ended = new AbortController();
  let upgrading = false;

  const up: Lane = new Lane(window, {
    cancelled: cut,
    aborted: () => close(undefined),
    cut,
  });
  const down: Lane = new Lane(window, {
    cancelled: () => close(undefined),
    aborted: cut,
    cut,
    arriving: () => {
      if (upgrading) breakBoth(startTlsError('bytes arrived before the connection was secured'));
    },
  });

  function breakBoth(error: unknown): void {
    up.fail(error);
    down.fail(error);
    up.receive.fail(error);
    down.receive.fail(error);
    ended.abort(error);
  }

  // The client hangs up: at its own end the streams end at once, at the other the connection ends in order.
  function close(reason: unknown): void {
    const error = reason ?? new DOMException('The connection was closed.', 'AbortError');
    down.receive.stop(reason);
    up.fail(error);
    up.receive.end();
    down.fail(new TransportError('unreachable', 'relay', 'The client closed the connection.'));
    ended.abort(error);
  }

  const client = new MemoryClient(
    { peer: { name: 'memory', local: options.local ?? false }, timings: {}, tls: options.tls ?? null },
    up,
    down,
    close,
  );

  const secure = options.startTls === undefined ? () => testTls : options.startTls;
  if (secure !== null) {
    client.startTls = async (tlsOptions = {}) => {
      try {
        await abortable(up.send.hold(), tlsOptions.signal);
        if (down.receive.queued > 0) throw startTlsError('bytes of the plain connection are still unread');
        upgrading = true;
        const securing = abortable((async () => secure(tlsOptions))(), ended.signal);
        const tls = await abortable(securing, tlsOptions.signal);
        client.change({ tls });
        return tls;
      } catch (error) {
        breakBoth(error);
        throw error;
      } finally {
        upgrading = false;
        up.send.release();
      }
    };
  }
  return { client, server: new MemoryServer(client, up, down, breakBoth) };
}

function startTlsError(why: string): TransportError {
  return new TransportError('starttls', 'starttls', `STARTTLS on the connection in memory failed: ${why}.`);
}
