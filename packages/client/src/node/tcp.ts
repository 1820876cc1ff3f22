// A connection over TCP, with TLS from the start, by STARTTLS, or without.

import { connect, isIP, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { TransportError, type Connect, type Timings, type TlsInfo } from '../transport/byte-stream.ts';
import { abortable } from '../transport/abort.ts';
import { NodeStream, reasonOf } from './stream.ts';
import { secure, type Secured } from './tls.ts';

const CONNECT_TIMEOUT_MS = 30_000;
const UPGRADE_TIMEOUT_MS = 15_000;

/** Whom {@link tcp} connects to, and how. */
export interface TcpOptions {
  /** A name or an address; empty means `localhost`. */
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS starts with the connection. `none`: in clear, until `startTls()`. */
  readonly tls: 'none' | 'implicit';
  /** The name to ask for and to verify, where it is not the host. */
  readonly servername?: string | undefined;
  /** Certificate authorities in PEM, instead of those that Node trusts. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /** False accepts every certificate: the connection is then open to whoever stands in between. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** A client certificate and its key in PEM. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** For the name, the connection and the handshake together. 30 seconds by default. */
  readonly connectTimeoutMs?: number | undefined;
}

/**
 * Connects over TCP.
 *
 * @example
 * const connect = tcp({ host: 'imap.example.com', port: 993, tls: 'implicit' });
 */
export function tcp(options: TcpOptions): Connect {
  const host = options.host === '' ? 'localhost' : options.host;
  const peer = `${isIP(host) === 6 ? `[${host}]` : host}:${options.port}`;
  const limitMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  // It holds the whole store of certificates: made when it is needed, once.
  let made: SecureContext | undefined;
  const context = () => (made ??= secureContext(options));
  const tlsSettings = (servername: string | undefined) => ({
    peer,
    servername: servername ?? options.servername ?? host,
    context: context(),
    rejectUnauthorized: options.rejectUnauthorized ?? true,
  });

  return async ({ signal }) => {
    signal?.throwIfAborted();
    const giveUp = new AbortController();
    const onAbort = () => giveUp.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const timer = setTimeout(() => {
      const message = `Connecting to ${peer} took longer than ${limitMs / 1000} s.`;
      giveUp.abort(new TransportError('timeout', 'connect', message));
    }, limitMs);
    try {
      const { socket: plain, timings } = await dial(host, options.port, peer, giveUp.signal);
      let secured: Secured | null = null;
      if (options.tls === 'implicit') {
        secured = await secure(plain, {
          ...tlsSettings(undefined),
          stage: 'tls',
          timings,
          signal: giveUp.signal,
        });
      }
      let socket: Socket = secured?.socket ?? plain;
      const address = plain.remoteAddress;
      const stream = new NodeStream({
        info: {
          peer: {
            name: peer,
            ...(address !== undefined && { address }),
            port: options.port,
            local: address !== undefined && isLoopback(address),
          },
          timings: { ...timings, ...(secured !== null && { tlsMs: secured.tlsMs }) },
          tls: secured?.tls ?? null,
        },
        destroy: () => {
          socket.destroy();
          plain.destroy();
        },
      });
      stream.attach(socket, socket);
      if (options.tls === 'none') {
        stream.startTls = ({ servername, signal: stop } = {}) =>
          upgrade(stream, stop, async (within) => {
            const result = await secure(plain, {
              ...tlsSettings(servername),
              stage: 'starttls',
              timings: stream.info.timings,
              signal: within,
            });
            socket = result.socket;
            return result;
          });
      }
      return stream;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
}

/** STARTTLS: the streams stay, what lies beneath is exchanged. */
async function upgrade(
  stream: NodeStream,
  signal: AbortSignal | undefined,
  handshake: (signal: AbortSignal) => Promise<Secured>,
): Promise<TlsInfo> {
  const { info, send, receive, ended } = stream;
  const refused = (why: string) =>
    new TransportError('starttls', 'starttls', `STARTTLS with ${info.peer.name} was refused: ${why}.`);
  signal?.throwIfAborted();
  ended.throwIfAborted();
  if (info.tls !== null || stream.securing || send.closed || receive.ended) {
    throw refused('the connection is encrypted already, about to be, or half closed');
  }
  stream.securing = true;
  const stop = new AbortController();
  const onEnded = () => stop.abort(ended.reason);
  const onAbort = () => stop.abort(signal?.reason);
  const timer = setTimeout(() => {
    const message = `STARTTLS with ${info.peer.name} took longer than ${UPGRADE_TIMEOUT_MS / 1000} s.`;
    stop.abort(new TransportError('timeout', 'starttls', message));
  }, UPGRADE_TIMEOUT_MS);
  ended.addEventListener('abort', onEnded);
  signal?.addEventListener('abort', onAbort);
  try {
    await abortable(send.hold(), stop.signal);
    if (stream.unread > 0) throw refused('bytes of the plain connection are still unread');
    // What arrives in clear from here on goes into the handshake, and breaks it.
    stream.detach();
    const { socket, tls, tlsMs } = await handshake(stop.signal);
    stream.change({ tls, timings: { ...info.timings, tlsMs } });
    stream.attach(socket, socket);
    return tls;
  } catch (error) {
    stream.fail(error);
    throw error;
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', onEnded);
    signal?.removeEventListener('abort', onAbort);
    stream.securing = false;
    send.release();
  }
}

interface Dialled {
  readonly socket: Socket;
  readonly timings: Timings;
}

async function dial(host: string, port: number, peer: string, signal: AbortSignal): Promise<Dialled> {
  const begun = performance.now();
  let dnsMs: number | undefined;
  // Without noDelay a command and its literal in two writes cost 40 ms.
  const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
  socket.on('lookup', () => (dnsMs ??= performance.now() - begun));
  const connecting = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(notConnected(peer, error, dnsMs)));
  });
  try {
    await abortable(connecting, signal);
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    throw error;
  }
  return {
    socket,
    timings: {
      ...(dnsMs !== undefined && { dnsMs }),
      tcpMs: performance.now() - begun - (dnsMs ?? 0),
    },
  };
}

function notConnected(peer: string, error: Error, dnsMs: number | undefined): TransportError {
  const reason = reasonOf(error);
  const failure = {
    ...(reason !== undefined && { reason }),
    timings: { ...(dnsMs !== undefined && { dnsMs }) },
    cause: error,
  };
  switch (reason) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new TransportError(
        'unreachable',
        'resolve',
        `Connecting to ${peer} failed: the name has no address (${reason}). Check its spelling, and the network.`,
        failure,
      );
    case 'ECONNREFUSED':
      return new TransportError(
        'refused',
        'connect',
        `Connecting to ${peer} failed: nothing listens there (${reason}). Check the port.`,
        failure,
      );
    case 'ETIMEDOUT':
      return new TransportError('timeout', 'connect', `Connecting to ${peer} failed: no answer.`, failure);
    default:
      return new TransportError(
        'unreachable',
        'connect',
        `Connecting to ${peer} failed: ${error.message || reason || 'the system does not say why'}.`,
        failure,
      );
  }
}

function secureContext({ ca, cert, key }: TcpOptions): SecureContext {
  return createSecureContext({
    ...(ca !== undefined && { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
}

function isLoopback(address: string): boolean {
  return /^(127\.|::1$|::ffff:127\.)/.test(address);
}
