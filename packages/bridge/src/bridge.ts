// The bridge as a whole: an HTTP server (its own, or somebody else's) that lets WebSockets in, and their connections.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Registry } from 'prom-client';
import { WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import { MAX_FRAME, SUBPROTOCOL, WINDOW } from '@imaplib/client/protocol';
import { hostAndPort, isLoopback } from './address.ts';
import { RAW_SUBPROTOCOL, checkEntry } from './admission.ts';
import type { Entry, Rejection } from './admission.ts';
import { Budget } from './budget.ts';
import { Connection } from './connection.ts';
import type { Carried, Entitled, Shared } from './connection.ts';
import { clientAddress, isWithin, readNetworks } from './forwarded.ts';
import { LocalLedger } from './ledger.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Limits } from './limits.ts';
import { startListening } from './listen.ts';
import { createListener } from './listener.ts';
import { createLog, logWarningsToStderr } from './log.ts';
import { Metrics } from './metrics.ts';
import type { Now } from './metrics.ts';
import { ConfigError } from './options.ts';
import type { BridgeOptions } from './options.ts';
import { isHostKnown, ownOrigins, readOrigin } from './policy.ts';
import { Processes } from './process.ts';
import { RawConnection } from './raw.ts';
import { refuseUpgrade } from './refuse.ts';
import { createRequestHandler } from './requests.ts';
import { systemResolve } from './resolve.ts';
import { BufferPool } from './source.ts';
import type { ServerRoute } from './routes.ts';
import { readStatic } from './static.ts';
import { readRoutes } from './targets.ts';
import { Tokens } from './tokens.ts';
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
  /** Reads the bridge's own certificate again; where it cannot be used, the old one stays and the log says why. */
  reload(): void;
  /** Closes everything now: pages with 1012, servers, commands. Resolves when nothing is left. */
  close(): Promise<void>;
  /** Answers `/healthz`, `/readyz`, `/metrics` and the static page; for use on somebody else's server. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  /** Answers an upgrade request; for use on somebody else's server. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

function readLimits(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name))
      throw new ConfigError(`limit ${name} is not known`, ['limits', name]);
    if (typeof value !== 'number' || !(value >= 0))
      throw new ConfigError(`limit ${name}: ${String(value)} is no number`, ['limits', name]);
  }
  const limits = { ...DEFAULT_LIMITS, ...given };
  if (!Number.isInteger(limits.window) || limits.window < WINDOW.min || limits.window > WINDOW.max) {
    throw new ConfigError(`limit window: ${limits.window}; write bytes from ${WINDOW.min} to ${WINDOW.max}`, [
      'limits',
      'window',
    ]);
  }
  return limits;
}

/** Bytes of buffers that are kept for the next reads. */
const POOL_BYTES = 16 * 1024 * 1024;

const DRAINING: Rejection = { status: 503, message: 'The bridge is about to end.', reason: 'draining' };

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
  const tokens = new Tokens({ ...options, lifeMs: limits.tokenMs });
  const proxies = readNetworks(options.trustedProxies ?? []);
  const metricsFrom = readNetworks(options.metricsFrom ?? ['127.0.0.0/8', '::1'], 'metrics-from');
  const ledger = options.ledger ?? new LocalLedger(limits);
  const givenOrigins = new Set((options.origins ?? []).map(readOrigin));
  const page = readStatic(options);
  const allowNoOrigin = options.allowNoOrigin ?? false;
  if (allowNoOrigin && !tokens.areNeeded) {
    throw new ConfigError('allow-no-origin lets any program connect: it needs at least one token', [
      'allow-no-origin',
    ]);
  }
  if (page !== null && options.server === undefined && !isLoopback(host) && givenOrigins.size === 0) {
    throw new ConfigError(
      `static on ${host}: pages are reached by a name that the bridge cannot know; name it, as in --origin https://mail.example.com`,
      ['static'],
    );
  }

  const registry = options.registry ?? new Registry();
  const processes = new Processes(limits, ledger);
  const budget = new Budget(limits.processBytes);
  const shared: Shared = {
    routes: readRoutes(options),
    limits,
    log,
    resolve: options.resolve ?? systemResolve,
    processes,
    budget,
    pool: new BufferPool(POOL_BYTES),
    metrics: new Metrics(registry, () => now()),
  };
  const raw = new Map<string, { name: string; route: ServerRoute }>(
    (options.raw ?? []).map((name) => {
      const route = shared.routes.targets.get(name);
      if (route === undefined) throw new ConfigError(`raw ${name}: no target has this name`, ['raw', name]);
      return [`${path}/${encodeURIComponent(name)}`, { name, route }] as const;
    }),
  );
  const connections = new Set<Carried>();
  const now = (): Now => {
    const bytes = { up: 0, down: 0 };
    for (const connection of connections) {
      bytes.up += connection.bytes.up;
      bytes.down += connection.bytes.down;
    }
    return { connections: connections.size, processes: processes.running, queued: budget.used, bytes };
  };
  let lastId = 0;
  let isDraining = false;
  let ending: Promise<void> | null = null;
  const hurry = new AbortController();
  let origins: ReadonlySet<string> = givenOrigins;

  // Pages of the bridge itself may use it where only this machine can reach them.
  const learnOrigins = (): void => {
    const bound = boundTo(server);
    if (bound !== null && page !== null && isLoopback(bound.address)) {
      origins = new Set([...givenOrigins, ...ownOrigins(bound.port, isTls ? 'https' : 'http')]);
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
    handleProtocols: (protocols, request) => {
      const spoken = rawTarget(request) === null ? SUBPROTOCOL : RAW_SUBPROTOCOL;
      return protocols.has(spoken) ? spoken : false;
    },
  };
  const sockets = new WebSocketServer(webSocketOptions);

  const checkHost = (request: IncomingMessage): Rejection | null => {
    const bound = boundTo(server);
    if (bound === null || !isLoopback(bound.address) || isHostKnown(request.headers.host, givenOrigins))
      return null;
    return { status: 421, message: 'This bridge does not answer for this host.', reason: 'unknown host' };
  };

  /** The target that a plain client asks for by its path; null for the socket of pages. */
  const rawTarget = (request: IncomingMessage): { name: string; route: ServerRoute } | null | undefined => {
    const [asked = ''] = (request.url ?? '').split('?', 1);
    if (asked === path) return null;
    return raw.get(asked);
  };

  const checkUpgrade = async (request: IncomingMessage, address: string): Promise<Entry | Rejection> =>
    checkHost(request) ??
    (isDraining ? DRAINING : null) ??
    (await checkEntry(
      request,
      { address, isRaw: rawTarget(request) != null },
      { origins, tokens, allowNoOrigin, ledger },
    ));

  const addressOf = (request: IncomingMessage): string => {
    const forwarded = request.headers['x-forwarded-for'];
    const header = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    return clientAddress(request.socket.remoteAddress ?? '', header, proxies);
  };

  /** What was forwarded by a proxy that is not known comes from anywhere. */
  const maySeeMetrics = (request: IncomingMessage): boolean => {
    const remote = request.socket.remoteAddress ?? '';
    const isForwarded = ['x-forwarded-for', 'forwarded'].some((name) => request.headers[name] !== undefined);
    if (isForwarded && !isWithin(proxies, remote)) return false;
    return isWithin(metricsFrom, addressOf(request));
  };

  const refuse = (request: IncomingMessage, socket: Duplex, address: string, rejection: Rejection): void => {
    const { status, reason } = rejection;
    shared.metrics.refused(status);
    log('warn', 'refused', { status, reason, address, origin: request.headers.origin ?? null });
    refuseUpgrade(socket, rejection, limits.closeMs);
  };

  const letIn = (
    request: IncomingMessage,
    { socket, head, address }: { socket: Duplex; head: Buffer; address: string },
    { grant, leave }: Entry,
  ): void => {
    socket.once('close', leave);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('close', leave);
      const id = ++lastId;
      log('info', 'connected', { id, address, origin: request.headers.origin ?? null });
      const entitled: Entitled = { ...shared, only: grant?.only ?? null, wire: socket };
      const target = rawTarget(request) ?? null;
      const connection: Carried =
        target === null
          ? new Connection(id, webSocket, entitled)
          : new RawConnection(id, webSocket, entitled, target);
      connections.add(connection);
      void connection.done.then(() => {
        connections.delete(connection);
        leave();
      });
    });
  };

  const handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const address = addressOf(request);
    // While the answer is on its way nobody else listens to this socket.
    const ignore = (): void => {};
    socket.on('error', ignore);
    checkUpgrade(request, address)
      .catch((error: unknown): Rejection => {
        log('error', 'admission-failed', { reason: (error as Error).message });
        return {
          status: 503,
          message: 'The bridge cannot answer now; try again.',
          reason: 'admission failed',
        };
      })
      .then((answer) => {
        socket.off('error', ignore);
        if ('status' in answer) return refuse(request, socket, address, answer);
        if (!isDraining && !socket.destroyed) return letIn(request, { socket, head, address }, answer);
        answer.leave();
        if (!socket.destroyed) refuse(request, socket, address, DRAINING);
      })
      .catch((error: unknown) => {
        log('error', 'upgrade-failed', { reason: (error as Error).message });
        socket.destroy();
      });
  };

  const handleRequest = createRequestHandler({
    path,
    page,
    checkHost,
    maySeeMetrics,
    isReady: () => !isDraining,
    registry,
    log,
  });

  const isOwnServer = options.server === undefined;
  const listener = isOwnServer ? createListener({ tls: options.tls, limits, log }, handleRequest) : null;
  const server: Server = options.server ?? listener!.server;
  const isTls = 'setSecureContext' in server;
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (rawTarget(request) !== undefined) handleUpgrade(request, socket, head);
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
    ledger.sweep();
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
    listener?.close();
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
    reload: () => listener?.reload(),
    handleRequest,
    handleUpgrade,
  };
}
