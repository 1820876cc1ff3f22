// For tests only: servers and bridges that end with the test that started them.

import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { createBridge } from '../bridge.ts';
import type { Bridge } from '../bridge.ts';
import type { LogEntry } from '../log.ts';
import type { BridgeOptions } from '../options.ts';
import type { Pair } from './certificates.ts';
import { ORIGIN } from './page.ts';

/** A server on loopback, with the sockets that it got. */
export interface TestServer {
  readonly port: number;
  readonly sockets: Socket[];
  /** The next socket that it gets, or got first. */
  readonly first: Promise<Socket>;
}

async function serve(server: Server, sockets: Socket[], first: Promise<Socket>): Promise<TestServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return { port: (server.address() as AddressInfo).port, sockets, first };
}

/** A TCP server. */
export function tcpServer(onSocket: (socket: Socket) => void = () => {}): Promise<TestServer> {
  const sockets: Socket[] = [];
  let begin: (socket: Socket) => void;
  const first = new Promise<Socket>((resolve) => (begin = resolve));
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onSocket(socket);
    begin(socket);
  });
  return serve(server, sockets, first);
}

/** A TLS server. */
export function tlsServer(pair: Pair, onSocket: (socket: TLSSocket) => void = () => {}): Promise<TestServer> {
  const sockets: Socket[] = [];
  let begin: (socket: Socket) => void;
  const first = new Promise<Socket>((resolve) => (begin = resolve));
  const server = tls.createServer({ ...pair, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    onSocket(socket);
    begin(socket);
  });
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  return serve(server, sockets, first);
}

/** Sends back what comes, and ends when the other side does. */
export const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

/** Waits until the other side has ended or cut the connection, dropping what it still sent. */
export async function gone(socket: Socket): Promise<void> {
  if (socket.readableEnded || socket.destroyed) return;
  await new Promise<void>((resolve) => {
    socket
      .once('end', resolve)
      .once('close', () => resolve())
      .resume();
  });
}

/** A bridge that lets {@link ORIGIN} in, with what it logged. */
export async function startBridge(
  options: BridgeOptions,
): Promise<Bridge & { readonly entries: LogEntry[] }> {
  const entries: LogEntry[] = [];
  const bridge = createBridge({ origins: [ORIGIN], log: (entry) => entries.push(entry), ...options });
  await bridge.listen();
  onTestFinished(() => bridge.close());
  return Object.defineProperty(bridge, 'entries', { value: entries }) as Bridge & { entries: LogEntry[] };
}
