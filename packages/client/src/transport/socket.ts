// A WebSocket as the transports use it: the browser's own, or the class of Node's `ws` with the same face.
// Here are its address, its opening with a way to give up, and its end.

import { TransportError, type TransportErrorCode } from './byte-stream.ts';
import { abortable } from './abort.ts';

/** What is used of an event of a WebSocket. */
export interface SocketEvent {
  readonly type: string;
  /** Of a message. */
  readonly data?: unknown;
  /** Of a close. */
  readonly code?: number;
  /** Of an error; browsers tell nothing, `ws` does. */
  readonly message?: string;
}

/** The part of a WebSocket that is used here. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  addEventListener(
    type: 'open' | 'message' | 'error' | 'close',
    listener: (event: SocketEvent) => void,
  ): void;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  /** Node's `ws` has it: drops the connection without waiting for the other side. */
  terminate?(): void;
}

/** `WebSocket`, or the class that the `ws` package exports. */
export type WebSocketClass = new (url: string, protocols?: string[]) => WebSocketLike;

/** Who hears what a {@link Socket} receives. */
export interface SocketListener {
  message(data: unknown): void;
  closed(code: number): void;
}

/** An open WebSocket with one listener at a time. */
export class Socket {
  readonly #socket: WebSocketLike;
  #listener: SocketListener | null = null;
  /** What arrived before anybody listened: in Node a message may come together with the upgrade. */
  #early: ((listener: SocketListener) => void)[] = [];

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#tell((listener) => listener.message(data)));
    socket.addEventListener('close', ({ code }) => this.#tell((listener) => listener.closed(code ?? 1006)));
  }

  /** The subprotocol that the other side chose. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Bytes that have not left yet. */
  get unsent(): number {
    return this.#socket.bufferedAmount;
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
    for (const tell of this.#early.splice(0)) this.#tell(tell);
  }

  /** Sends text, or bytes, which are copied. */
  send(data: string | Uint8Array): void {
    // Only the type tells a view of shared memory, which a socket refuses, from another.
    this.#socket.send(data as string | Uint8Array<ArrayBuffer>);
  }

  /** Closes when everything has left; the listener hears how it ended. */
  end(): void {
    this.#socket.close(1000);
  }

  /** Closes without listening any more; `lost` when no answer can be expected. */
  drop(code = 1000, { lost = false } = {}): void {
    this.#listener = deaf;
    if (lost && this.#socket.terminate !== undefined) this.#socket.terminate();
    else this.#socket.close(code);
  }

  #tell(tell: (listener: SocketListener) => void): void {
    if (this.#listener === null) this.#early.push(tell);
    else tell(this.#listener);
  }
}

const deaf: SocketListener = { message: () => {}, closed: () => {} };

/**
 * The address of a WebSocket. Relative ones are resolved against the page, `http` becomes `ws`.
 *
 * @throws RangeError where it cannot be the address of a WebSocket
 */
export function socketUrl(url: string | URL): URL {
  const base = globalThis.location?.href;
  let resolved: URL;
  try {
    resolved = new URL(url, base);
  } catch {
    throw new RangeError(
      base === undefined
        ? 'Without a page around it the address of the WebSocket must be whole, like wss://mail.example.com/imap.'
        : 'The address of the WebSocket is no URL.',
    );
  }
  if (resolved.protocol === 'http:') resolved.protocol = 'ws:';
  if (resolved.protocol === 'https:') resolved.protocol = 'wss:';
  if (resolved.protocol !== 'ws:' && resolved.protocol !== 'wss:') {
    throw new RangeError(`A WebSocket has a ws or wss address, not ${resolved.protocol}.`);
  }
  resolved.hash = '';
  return resolved;
}

/** Whether an address leads to this machine: what is sent there passes no network. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The address as errors show it: without a user, a password or a query, which may hold secrets. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * Opens a WebSocket. While it has not resolved, aborting closes the socket.
 *
 * @param what how errors name the other side: `The bridge`
 */
export async function openSocket(
  url: URL,
  protocols: string[],
  what: string,
  {
    WebSocket = globalThis.WebSocket,
    signal,
  }: { WebSocket?: WebSocketClass | undefined; signal: AbortSignal },
): Promise<Socket> {
  signal.throwIfAborted();
  if (WebSocket === undefined) {
    throw new TransportError(
      'internal',
      'connect',
      'There is no WebSocket here. Node 20 has none: pass the class of the `ws` package as the option WebSocket.',
    );
  }
  let socket: WebSocketLike;
  try {
    socket = new WebSocket(url.href, protocols);
  } catch (error) {
    throw notConstructed(url, what, error);
  }
  socket.binaryType = 'arraybuffer';
  const opening = new Promise<Socket>((resolve, reject) => {
    let told: string | undefined;
    // The listener stays: `ws` also reports that it was closed while connecting, and an error that nobody hears
    // ends Node.
    socket.addEventListener('error', ({ message }) => {
      told = message;
    });
    // Listening starts in the event itself: what came with the answer to the upgrade follows at once.
    socket.addEventListener('open', () => resolve(new Socket(socket)));
    socket.addEventListener('close', () => reject(notOpened(url, what, told)));
  });
  try {
    return await abortable(opening, signal);
  } catch (error) {
    socket.close();
    throw error;
  }
}

// The browser's own message may quote the subprotocols, among them the token: it is not passed on.
function notConstructed(url: URL, what: string, error: unknown): TransportError {
  const insecure = error instanceof Error && error.name === 'SecurityError';
  return new TransportError(
    'policy',
    'policy',
    insecure
      ? `${what} at ${shownUrl(url)} cannot be reached from this page: a page served over https needs a wss address.`
      : `${what} at ${shownUrl(url)} cannot be reached: the browser refused the address.`,
  );
}

// What a browser hides: it tells a page nothing about why a WebSocket did not open.
function notOpened(url: URL, what: string, told: string | undefined): TransportError {
  const status = /\b(4\d\d|5\d\d)\b/.exec(told?.startsWith('Unexpected server response') ? told : '')?.[1];
  let code: TransportErrorCode = 'unreachable';
  if (status === '429') code = 'limit';
  else if (status === '401' || status === '403' || status === '421') code = 'policy';
  let why: string;
  if (status !== undefined) why = `it answered with the HTTP status ${status}`;
  else if (told) why = told;
  else if (isOffline()) why = 'this machine is offline';
  else {
    why =
      'it is not running, does not allow the origin of this page, or refused the token. ' +
      'Browsers do not tell which; its log does';
  }
  return new TransportError(
    code,
    code === 'unreachable' ? 'connect' : 'policy',
    `${what} at ${shownUrl(url)} could not be reached: ${why}.`,
    status === undefined ? {} : { reason: `HTTP ${status}` },
  );
}

function isOffline(): boolean {
  const { navigator } = globalThis;
  return navigator !== undefined && 'onLine' in navigator && !navigator.onLine;
}
