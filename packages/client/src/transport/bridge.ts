// The bridge: what the page asks it for, and the way to an open connection. How bytes flow from there on is in
// bridge-stream.ts.

import { TransportError, type Connect, type Secret } from './byte-stream.ts';
import { BridgeStream, bridgeFailure } from './bridge-stream.ts';
import { abortable } from './abort.ts';
import {
  BEARER_PREFIX,
  CLOSE_CODE,
  FrameError,
  SUBPROTOCOL,
  WINDOW,
  parseBridgeFrame,
  type OpenFrame,
} from './frames.ts';
import { isLoopback, openSocket, shownUrl, socketUrl, type Socket, type WebSocketClass } from './socket.ts';

/** Where the bridge is, and how to talk to it; everything but the server to reach. */
export interface BridgeSettings {
  /** The bridge's address: `/imap` beside the page, or whole. `http` and `https` work too. */
  readonly url: string | URL;
  /** Lets the page in where the bridge asks for a token. A function is called for each connection. */
  readonly token?: Secret | undefined;
  /** Receive window in bytes, 64 KiB to 8 MiB: the most that waits unread in the page. 1 MiB by default. */
  readonly window?: number | undefined;
  /** The WebSocket to use; in Node the class of the `ws` package. */
  readonly WebSocket?: WebSocketClass | undefined;
  /**
   * Lets an address without TLS (`ws:`, `http:`) lead to another machine: whoever is on the way there reads mail and
   * password. False by default.
   */
  readonly insecure?: boolean | undefined;
  /** How long to wait for the whole way to the server. 30 seconds by default. */
  readonly connectTimeoutMs?: number | undefined;
}

/** Exactly one of `target`, `host` with `port`, or `command`. */
export interface BridgeOptions extends BridgeSettings {
  /** The name of a server in the bridge's configuration. */
  readonly target?: string | undefined;
  /** A host that the bridge's configuration allows. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Whether TLS starts with the connection; `implicit` by default. */
  readonly tls?: 'none' | 'implicit' | undefined;
  /** The name of a command in the bridge's configuration. */
  readonly command?: string | undefined;
  /** The name to verify, where it is not the host. */
  readonly servername?: string | undefined;
  /** The name of a client certificate that the bridge holds. */
  readonly clientCertificate?: string | undefined;
}

const CONNECT_TIMEOUT_MS = 30_000;

/** RFC 9110 5.6.2: the characters of a subprotocol. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Connects through the bridge.
 *
 * @example
 * const connect = bridge({ url: '/imap', target: 'work' });
 * @throws RangeError where the options name no server, or more than one
 */
export function bridge(options: BridgeOptions): Connect {
  const open = openFrame(options);
  const limitMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;

  return async ({ signal }) => {
    signal?.throwIfAborted();
    const url = socketUrl(options.url);
    const way = `${destination(open)} through the bridge at ${shownUrl(url)}`;
    if (url.protocol === 'ws:' && !isLoopback(url) && options.insecure !== true) {
      throw new TransportError(
        'policy',
        'policy',
        `Connecting to ${way} was refused: without TLS everybody on the way there reads along. Use a wss address, or ` +
          'say `insecure: true` where that network is to be trusted.',
      );
    }

    const giveUp = new AbortController();
    const onAbort = () => giveUp.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const timer = setTimeout(() => {
      const message = `Connecting to ${way} took longer than ${limitMs / 1000} s.`;
      giveUp.abort(new TransportError('timeout', 'connect', message));
    }, limitMs);
    try {
      const protocols = [SUBPROTOCOL, ...(await bearer(options.token, giveUp.signal))];
      const socket = await openSocket(url, protocols, 'The bridge', {
        WebSocket: options.WebSocket,
        signal: giveUp.signal,
      });
      try {
        return await abortable(handshake(socket, open, way), giveUp.signal);
      } catch (error) {
        socket.drop(error instanceof TransportError ? CLOSE_CODE[error.code] : 1000);
        throw error;
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
}

function handshake(socket: Socket, open: OpenFrame, way: string): Promise<BridgeStream> {
  return new Promise((resolve, reject) => {
    const violated = (why: string) =>
      reject(new TransportError('protocol', 'connect', `Connecting to ${way} failed: ${why}.`));
    let drainMs: number | null = null;
    const during = `Connecting to ${way} failed`;
    socket.listen({
      closed: (code) => reject(bridgeFailure({ closeCode: code }, 'connect', during)),
      message: (data) => {
        if (typeof data !== 'string') {
          violated('the bridge sent bytes before the connection stood');
          return;
        }
        try {
          const frame = parseBridgeFrame(data);
          // The stream listens from here on: no frame falls between the two.
          if (frame.type === 'opened') resolve(new BridgeStream(socket, frame, { open, way, drainMs }));
          else if (frame.type === 'error') reject(bridgeFailure(frame, 'connect', during));
          else if (frame.type === 'drain') drainMs = frame.deadlineMs;
          else violated(`the bridge sent ${frame.type} before opened`);
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
          violated(error.message);
        }
      },
    });
    if (socket.protocol === SUBPROTOCOL) socket.send(JSON.stringify(open));
    else violated(`what answers there does not speak ${SUBPROTOCOL}`);
  });
}

async function bearer(token: Secret | undefined, signal: AbortSignal): Promise<string[]> {
  if (token === undefined) return [];
  const value = typeof token === 'string' ? token : await abortable((async () => token())(), signal);
  // Neither this message nor the browser's own may quote the token.
  if (typeof value !== 'string' || !TOKEN.test(value)) {
    throw new RangeError(
      "The bridge's token is empty or has a character that a WebSocket subprotocol cannot carry. " +
        "Letters, digits and !#$%&'*+-.^_`|~ are possible; base64url is.",
    );
  }
  return [BEARER_PREFIX + value];
}

function openFrame(options: BridgeOptions): OpenFrame {
  const { target, host, port, command, servername, clientCertificate } = options;
  const window = options.window ?? WINDOW.default;
  if (!Number.isInteger(window) || window < WINDOW.min || window > WINDOW.max) {
    throw new RangeError(`The bridge's window is ${WINDOW.min} to ${WINDOW.max} bytes, not ${window}.`);
  }
  const ways = [target, host, command].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new RangeError('The bridge needs to know exactly one of target, host with port, and command.');
  }
  if (host !== undefined && (port === undefined || !Number.isInteger(port) || port < 1 || port > 65535)) {
    throw new RangeError(`A host needs a port from 1 to 65535, not ${port}.`);
  }
  return {
    type: 'open',
    window,
    ...(target !== undefined && { target }),
    ...(host !== undefined && port !== undefined && { host, port, tls: options.tls ?? 'implicit' }),
    ...(command !== undefined && { command }),
    ...(servername !== undefined && { servername }),
    ...(clientCertificate !== undefined && { clientCertificate }),
  };
}

function destination(open: OpenFrame): string {
  if (open.target !== undefined) return `"${open.target}"`;
  if (open.command !== undefined) return `the command "${open.command}"`;
  const host = open.host === '' ? 'localhost' : open.host;
  return `${host?.includes(':') ? `[${host}]` : host}:${open.port}`;
}
