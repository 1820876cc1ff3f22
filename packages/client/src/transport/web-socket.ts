// Raw IMAP over a plain WebSocket, as websockify and mail servers with a WebSocket endpoint offer it. There is no
// credit here: a page cannot stop a WebSocket, so what waits unread is bounded by giving up.

import { TransportError, type ByteStream, type Connect, type StreamInfo } from './byte-stream.ts';
import { ReceiveSide } from './receive-side.ts';
import { SendSide } from './send-side.ts';
import { isLoopback, openSocket, shownUrl, socketUrl, type Socket, type WebSocketClass } from './socket.ts';

/** Beyond this many unread bytes the connection is given up. */
const UNREAD_MAX = 16 * 1024 * 1024;

/** A write waits while the socket holds more than this. */
const UNSENT_MAX = 1024 * 1024;

/** A browser does not tell when its socket has sent: it is asked this often while a write waits. */
const UNSENT_POLL_MS = 10;

const CONNECT_TIMEOUT_MS = 30_000;

/** How {@link webSocket} connects. */
export interface WebSocketOptions {
  /** The WebSocket to use; in Node the class of the `ws` package. */
  readonly WebSocket?: WebSocketClass | undefined;
  /** 30 seconds by default. */
  readonly connectTimeoutMs?: number | undefined;
}

/**
 * Connects to a server that speaks IMAP on a WebSocket.
 *
 * Of the two ends only the WebSocket's is known: `info.tls` of a `wss` address has no details, because a browser
 * tells none, and what lies behind the endpoint is not seen. Closing the writable ends the whole connection.
 *
 * @param protocols what to offer as subprotocols; websockify needs `binary`. An empty list offers none.
 */
export function webSocket(
  url: string | URL,
  protocols: readonly string[] = ['binary', 'imap'],
  options: WebSocketOptions = {},
): Connect {
  const limitMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  return async ({ signal }) => {
    signal?.throwIfAborted();
    const address = socketUrl(url);
    const giveUp = new AbortController();
    const onAbort = () => giveUp.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const timer = setTimeout(() => {
      const message = `Connecting to ${shownUrl(address)} took longer than ${limitMs / 1000} s.`;
      giveUp.abort(new TransportError('timeout', 'connect', message));
    }, limitMs);
    try {
      const socket = await openSocket(address, [...protocols], 'The server', {
        WebSocket: options.WebSocket,
        signal: giveUp.signal,
      });
      return new WebSocketByteStream(socket, address);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
}

class WebSocketByteStream implements ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly info: StreamInfo;
  readonly #socket: Socket;
  readonly #name: string;
  readonly #receive: ReceiveSide;
  readonly #send: SendSide;
  #ended: { readonly error: unknown } | null = null;

  constructor(socket: Socket, url: URL) {
    this.#socket = socket;
    this.#name = shownUrl(url);
    this.info = {
      peer: { name: this.#name, local: isLoopback(url) },
      timings: {},
      tls:
        url.protocol === 'wss:'
          ? { protocol: null, cipher: null, alpn: null, sni: url.hostname, chain: [], verified: true }
          : null,
    };
    this.#receive = new ReceiveSide({ cancelled: (reason) => this.close(reason) });
    this.#send = new SendSide({
      write: (chunk, signal) => this.#write(chunk, signal),
      close: () => socket.end(),
      aborted: (reason) => this.close(reason),
    });
    this.readable = this.#receive.readable;
    this.writable = this.#send.writable;
    socket.listen({
      message: (data) => this.#message(data),
      closed: (code) => this.#closed(code),
    });
  }

  close(reason?: unknown): void {
    if (!this.#finish(reason ?? new DOMException('The connection was closed.', 'AbortError'))) return;
    this.#receive.stop(reason);
    this.#socket.drop();
  }

  #message(data: unknown): void {
    if (data instanceof ArrayBuffer) this.#receive.push(new Uint8Array(data));
    else if (typeof data === 'string') this.#receive.push(new TextEncoder().encode(data));
    if (this.#receive.queued <= UNREAD_MAX) return;
    const message =
      `More than ${UNREAD_MAX / 1024 / 1024} MiB from ${this.#name} wait unread, and a WebSocket cannot be slowed ` +
      'down. Read faster, or connect through the bridge.';
    const error = new TransportError('limit', 'relay', message);
    this.#finish(error);
    this.#receive.stop(error);
    this.#socket.drop();
  }

  async #write(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('Only a Uint8Array can be sent.');
    while (this.#ended === null && this.#socket.unsent > UNSENT_MAX) {
      signal.throwIfAborted();
      await this.#pause(signal);
    }
    if (this.#ended !== null) throw this.#ended.error;
    signal.throwIfAborted();
    this.#socket.send(chunk);
  }

  /** Long enough for the socket to send something; the end of the connection is noticed afterwards. */
  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        resolve();
      };
      const timer = setTimeout(go, UNSENT_POLL_MS);
      signal.addEventListener('abort', go);
    });
  }

  #closed(code: number): void {
    const orderly = code === 1000 || code === 1005;
    const error = new TransportError(
      'unreachable',
      'relay',
      `The connection to ${this.#name} ended: the WebSocket closed with code ${code}.`,
    );
    if (!this.#finish(error)) return;
    if (orderly) this.#receive.end();
    else this.#receive.fail(error);
    this.#socket.drop();
  }

  #finish(error: unknown): boolean {
    if (this.#ended !== null) return false;
    this.#ended = { error };
    this.#send.fail(error);
    return true;
  }
}
