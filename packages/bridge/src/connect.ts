// TCP to a server: resolve, check, connect to the checked address, TLS where it is implicit.

import net from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import { TransportError } from '@imaplib/client/protocol';
import type { Peer, Timings, TlsInfo } from '@imaplib/client/protocol';
import { isAmong, isLoopback } from './address.ts';
import type { Ending, Endpoint } from './endpoint.ts';
import { Refusal, transportFailure } from './failure.ts';
import type { Limits } from './limits.ts';
import { resolveHost } from './resolve.ts';
import type { Resolve } from './resolve.ts';
import type { ServerRoute } from './routes.ts';
import { PooledSource, StreamSource } from './source.ts';
import type { BufferPool, Source } from './source.ts';
import { secure } from './tls.ts';
import { within } from './within.ts';

/** What connecting needs beside the route. */
export interface Surroundings {
  readonly limits: Limits;
  readonly resolve: Resolve;
  readonly pool: BufferPool;
  readonly signal: AbortSignal;
}

/** Opens a socket; its `connect` or `error` event is still to come. */
export type Dial = (address: string, port: number, onread?: OnReadOpts) => Socket;

// An unfinished literal must not wait for an acknowledgement (Nagle), and half close is the page's to use.
const dialTcp: Dial = (address, port, onread) =>
  net.connect({
    ...(onread === undefined ? {} : { onread }),
    host: address,
    port,
    noDelay: true,
    allowHalfOpen: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  });

// With more addresses to try, one that is silent gets no longer than this.
const ATTEMPT_MS = 2_000;

function attempt(socket: Socket, who: string, ms: number, signal: AbortSignal): Promise<void> {
  return within<void>(
    ms,
    signal,
    () =>
      new TransportError(
        'timeout',
        'connect',
        `${who} did not answer within ${ms} ms; check the host and its firewall`,
      ),
    (resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
      return () => socket.off('connect', resolve).off('error', reject);
    },
  );
}

/**
 * Connects to the first address that answers.
 *
 * @throws the last address's error
 */
async function connectToAny(
  addresses: readonly string[],
  { port, who, tls }: ServerRoute,
  { limits, pool, signal }: Surroundings,
  dial: Dial,
): Promise<{ socket: Socket; source: Source }> {
  const end = performance.now() + limits.connectMs;
  let failure: unknown;
  for (const [index, address] of addresses.entries()) {
    const left = Math.max(1, Math.round(end - performance.now()));
    // TLS hands out records of 16 KiB at most, whatever it is given to read into.
    const pooled = tls === 'none' ? new PooledSource(pool) : null;
    const socket = dial(address, port, pooled?.onread);
    pooled?.bind(socket);
    socket.on('error', () => {});
    try {
      await attempt(socket, who, index < addresses.length - 1 ? Math.min(ATTEMPT_MS, left) : left, signal);
      return { socket, source: pooled ?? new StreamSource(socket) };
    } catch (error) {
      socket.destroy();
      if (signal.aborted) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** A server at the other end of a socket, plain or encrypted. */
export class ServerEndpoint implements Endpoint {
  readonly route: ServerRoute;
  readonly peer: Peer;
  readonly timings: Timings;
  readonly tls: TlsInfo | null;
  readonly ending: Promise<Ending>;
  readonly socket: Socket;
  readonly source: Source;
  readonly #closeMs: number;

  constructor(
    socket: Socket,
    source: Source,
    about: { route: ServerRoute; peer: Peer; timings: Timings; tls: TlsInfo | null; closeMs: number },
  ) {
    this.socket = socket;
    this.source = source;
    this.route = about.route;
    this.peer = about.peer;
    this.timings = about.timings;
    this.tls = about.tls;
    this.#closeMs = about.closeMs;
    this.ending = new Promise((resolve) => {
      if (socket.destroyed) resolve(socket.errored === null ? {} : { error: socket.errored });
      socket.once('error', (error) => resolve({ error })).once('close', () => resolve({}));
    });
  }

  get writable(): Socket {
    return this.socket;
  }

  async close(flushed: Promise<void>): Promise<void> {
    if (this.socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#closeMs);
      void flushed.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.socket.destroy();
  }

  /** The same server behind another layer. */
  behind(socket: Socket, tls: TlsInfo, timings: Timings): ServerEndpoint {
    return new ServerEndpoint(socket, new StreamSource(socket), {
      route: this.route,
      peer: this.peer,
      timings,
      tls,
      closeMs: this.#closeMs,
    });
  }
}

/**
 * Connects to a server, with TLS where the route says so.
 *
 * @throws Refusal where its address is not allowed, TransportError where it cannot be reached or is not trusted
 */
export async function connectServer(
  route: ServerRoute,
  surroundings: Surroundings,
  dial: Dial = dialTcp,
): Promise<ServerEndpoint> {
  const { limits, resolve, signal } = surroundings;
  const { addresses, ...asked } = await resolveHost({ ...route, resolve, ms: limits.connectMs, signal });
  const begin = performance.now();
  const timings = (): Timings => ({ ...asked, tcpMs: performance.now() - begin });
  let connected: { socket: Socket; source: Source };
  try {
    connected = await connectToAny(addresses, route, surroundings, dial);
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof TransportError) {
      throw new TransportError(error.code, error.stage, error.message, { timings: timings() });
    }
    throw transportFailure('connect', route.who, error, { timings: timings() });
  }
  const { socket, source } = connected;
  const address = socket.remoteAddress ?? '';
  if (!isAmong(addresses, address)) {
    socket.destroy();
    throw new Refusal(`${route.who} was connected at ${address}, which is none of its checked addresses`);
  }
  const peer: Peer = { name: route.who, address, port: route.port, local: isLoopback(address) };
  const plain = new ServerEndpoint(socket, source, {
    route,
    peer,
    timings: timings(),
    tls: null,
    closeMs: limits.closeMs,
  });
  if (route.tls === 'none') return plain;
  const secured = await secure(socket, {
    who: route.who,
    servername: route.servername,
    trust: route.trust,
    stage: 'tls',
    ms: limits.handshakeMs,
    signal,
    timings: plain.timings,
  });
  return plain.behind(secured.socket, secured.info, secured.timings);
}
