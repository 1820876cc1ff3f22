// The bridge as a whole: an HTTP server (its own, or somebody else's) that lets WebSockets in, and their connections.

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import { MAX_FRAME, SUBPROTOCOL, WINDOW } from '@imaplib/client/protocol';
import { hostAndPort, isLoopback } from './address.ts';
import { Visitors, checkEntry } from './admission.ts';
import type { Rejection } from './admission.ts';
import { Connection } from './connection.ts';
import type { Shared } from './connection.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Limits } from './limits.ts';
import { startListening } from './listen.ts';
import { createLog, logWarningsToStderr } from './log.ts';
import { Metrics } from './metrics.ts';
import { ConfigError } from './options.ts';
import type { BridgeOptions } from './options.ts';
import { Tokens, isHostKnown, ownOrigins, readOrigin } from './policy.ts';
import { Processes } from './process.ts';
import { refuseUpgrade } from './refuse.ts';
import { createRequestHandler } from './requests.ts';
import { systemResolve } from './resolve.ts';
import { readStatic } from './static.ts';
import { readRoutes } from './targets.ts';
import { within } from './within.ts';

/** A bridge; see {@link createBridge}. */
export interface Bridge {
  /** `ws://HOST:PORT/imap`. @throws Error before it listens */
  readonly url: string;
  /** The port that is really bound. @throws Error before it listens */
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
  /**
   * Starts to listen; with somebody else's server, waits for it to listen.
   *
   * @throws Error where the address cannot be listened on; the message says why in one sentence
   */
  listen(): Promise<void>;
  /**
   * Asks the pages to reconnect elsewhere, waits for them to go, closes those that are left after `ms`
   * (by default the limit `drainMs`) with 1012, and closes the bridge.
   */
  drain(ms?: number): Promise<void>;
  /** Closes everything now: pages with 1012, servers, commands. Resolves when nothing is left. */
  close(): Promise<void>;
  /** Answers `/healthz`, `/readyz`, `/metrics` and the static page; for use on somebody else's server. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  /** Answers an upgrade request; for use on somebody else's server. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

function readLimits(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) throw new ConfigError(`limit ${name} is not known`);
    if (typeof value !== 'number' || !(value >= 0))
      throw new ConfigError(`limit ${name}: ${String(value)} is no number`);
  }
  const limits = { ...DEFAULT_LIMITS, ...given };
  if (!Number.isInteger(limits.window) || limits.window < WINDOW.min || limits.window > WINDOW.max) {
    throw new ConfigError(`limit window: ${limits.window}; write bytes from ${WINDOW.min} to ${WINDOW.max}`);
  }
  return limits;
}

/** Where the server that is attached to listens. */
function boundTo(server: Server): AddressInfo | null {
  const address = server.address();
  return typeof address === 'object' ? address : null;
}

/**
 * Makes a bridge. It refuses everything that the options do not name.
 *
 * @example
 * const bridge = createBridge({
 *   targets: { work: 'imaps://imap.example.com:993' },
 *   origins: ['https://mail.example.com'],
 * });
 * await bridge.listen();
 * console.log(bridge.url);
 *
 * @throws ConfigError where an option cannot be used
 */
export function createBridge(options: BridgeOptions = {}): Bridge {
  const host = options.host ?? '127.0.0.1';
  const path = options.path ?? '/imap';
  const limits = readLimits(options.limits);
  const log = createLog(options.log ?? logWarningsToStderr);
  const tokens = new Tokens(options.tokens ?? []);
  const givenOrigins = new Set((options.origins ?? []).map(readOrigin));
  const page = readStatic(options);
  const allowNoOrigin = options.allowNoOrigin ?? false;
  if (allowNoOrigin && !tokens.areNeeded) {
    throw new ConfigError('allow-no-origin lets any program connect: it needs at least one token');
  }
  if (page !== null && options.server === undefined && !isLoopback(host) && givenOrigins.size === 0) {
    throw new ConfigError(
      `static on ${host}: pages are reached by a name that the bridge cannot know; name it, as in --origin https://mail.example.com`,
    );
  }

  const shared: Shared = {
    routes: readRoutes(options),
    limits,
    log,
    resolve: options.resolve ?? systemResolve,
    processes: new Processes(limits),
    metrics: new Metrics(),
  };
  const visitors = new Visitors(limits);
  const connections = new Set<Connection>();
  let lastId = 0;
  let isDraining = false;
  let ending: Promise<void> | null = null;
  const hurry = new AbortController();
  let origins: ReadonlySet<string> = givenOrigins;

  // Pages of the bridge itself may use it where only this machine can reach them.
  const learnOrigins = (): void => {
    const bound = boundTo(server);
    if (bound !== null && page !== null && isLoopback(bound.address)) {
      origins = new Set([...givenOrigins, ...ownOrigins(bound.port)]);
    }
  };

  const webSocketOptions: ServerOptions & { closeTimeout: number; maxFragments: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME,
    maxFragments: limits.fragments,
    maxBufferedChunks: 4096,
    closeTimeout: limits.closeMs,
    // Never the bearer entry: a browser would show it to the page, a proxy would log it.
    handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  };
  const sockets = new WebSocketServer(webSocketOptions);

  const checkHost = (request: IncomingMessage): Rejection | null => {
    const bound = boundTo(server);
    if (bound === null || !isLoopback(bound.address) || isHostKnown(request.headers.host, givenOrigins))
      return null;
    return { status: 421, message: 'This bridge does not answer for this host.', reason: 'unknown host' };
  };

  const checkUpgrade = (request: IncomingMessage, address: string): Rejection | null =>
    checkHost(request) ??
    (isDraining ? { status: 503, message: 'The bridge is about to end.', reason: 'draining' } : null) ??
    visitors.attempt(address) ??
    checkEntry(request, { origins, tokens, allowNoOrigin });

  const handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const address = request.socket.remoteAddress ?? '';
    const rejection = checkUpgrade(request, address);
    if (rejection !== null) {
      const { status, reason } = rejection;
      shared.metrics.refused(status);
      log('warn', 'refused', { status, reason, address, origin: request.headers.origin ?? null });
      refuseUpgrade(socket, rejection, limits.closeMs);
      return;
    }
    // Counted from here, so that many at once cannot slip through the handshake.
    const leave = visitors.enter(address);
    socket.once('close', leave);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('close', leave);
      const id = ++lastId;
      log('info', 'connected', { id, address, origin: request.headers.origin ?? null });
      const connection = new Connection(id, webSocket, shared);
      connections.add(connection);
      void connection.done.then(() => {
        connections.delete(connection);
        leave();
      });
    });
  };

  const handleRequest = createRequestHandler({
    path,
    page,
    checkHost,
    isReady: () => !isDraining,
    renderMetrics: () => {
      const bytes = [...connections].map((connection) => connection.bytes);
      return shared.metrics.render({
        connections: visitors.connections,
        processes: shared.processes.running,
        bytesUp: bytes.reduce((sum, { up }) => sum + up, 0),
        bytesDown: bytes.reduce((sum, { down }) => sum + down, 0),
      });
    },
    log,
  });

  const isOwnServer = options.server === undefined;
  const server: Server =
    options.server ??
    createServer(
      {
        headersTimeout: limits.headersMs,
        requestTimeout: limits.headersMs,
        connectionsCheckingInterval: Math.max(100, Math.min(5_000, limits.headersMs / 2)),
        keepAliveTimeout: 5_000,
        maxHeaderSize: 16 * 1024,
      },
      handleRequest,
    );
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if ((request.url ?? '').split('?', 1)[0] === path) handleUpgrade(request, socket, head);
    else if (isOwnServer) {
      refuseUpgrade(
        socket,
        { status: 404, message: `The socket of this bridge is ${path}.`, reason: 'path' },
        limits.closeMs,
      );
    }
  };
  // Without a free descriptor for one more connection the bridge stays for those it has.
  if (isOwnServer)
    server.on(
      'error',
      (error) => server.listening && log('error', 'server-failed', { reason: error.message }),
    );
  server.on('upgrade', onUpgrade).on('listening', learnOrigins);
  if (server.listening) learnOrigins();

  const sweeper = setInterval(() => {
    visitors.sweep();
    for (const connection of connections) connection.sweep();
  }, limits.pingMs);
  sweeper.unref();

  const address = (): AddressInfo => {
    const bound = boundTo(server);
    if (bound === null) throw new Error('the bridge does not listen yet; await listen() first');
    return bound;
  };

  const listen = async (): Promise<void> => {
    if (server.listening) return;
    await startListening(server, isOwnServer ? { host, port: options.port ?? 0 } : null);
    log('info', 'listening', { url: url() });
    if (origins.size === 0 && !allowNoOrigin) {
      log('warn', 'no-origin', {
        reason: 'no origin is allowed, so no page can connect; name one with --origin',
      });
    }
  };

  const url = (): string => {
    const { address: boundAddress, port } = address();
    const isTls = 'setSecureContext' in server;
    return `${isTls ? 'wss' : 'ws'}://${hostAndPort(boundAddress, port)}${path}`;
  };

  const end = async (ms: number): Promise<void> => {
    isDraining = true;
    if (ms > 0 && connections.size > 0) {
      log('info', 'draining', { connections: connections.size, ms });
      for (const connection of connections) connection.drain(Math.round(ms));
      await within<unknown>(
        ms,
        hurry.signal,
        () => new Error('some pages stayed'),
        (resolve) => {
          void Promise.all([...connections].map(({ done }) => done)).then(resolve);
          return () => {};
        },
      ).catch(() => {});
    }
    for (const connection of connections) connection.restart();
    await Promise.all([...connections].map(({ done }) => done));
    clearInterval(sweeper);
    server.off('upgrade', onUpgrade).off('listening', learnOrigins);
    if (isOwnServer && server.listening) {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    }
    log('info', 'ended');
  };

  return {
    get url() {
      return url();
    },
    get port() {
      return address().port;
    },
    get connections() {
      return connections.size;
    },
    listen,
    drain: (ms = limits.drainMs) => (ending ??= end(ms)),
    close: () => {
      hurry.abort();
      return (ending ??= end(0));
    },
    handleRequest,
    handleUpgrade,
  };
}
