// Starts the real bridge, and servers behind it, beside the tests that run in a browser. The servers speak just enough
// to be told what to do: a line is a tag and a word.

import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket, createServer as createTlsServer } from 'node:tls';
import type { TestProject } from 'vitest/node';
import { createBridge } from '../../../../bridge/dist/index.js';
import { makeCertificates, type TestCertificate } from './certificates.ts';
import { serveDeflated } from './serve-deflated.ts';

/** What the tests are told. */
export interface TestBridge {
  readonly url: string;
  readonly token: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly bridge: TestBridge;
  }
}

const ORIGIN = 'http://page.example';
const TOKEN = 'open-sesame';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const certificates = makeCertificates();
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    server.on('connection', (socket: Socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const plain = (certificate: TestCertificate) =>
    createServer({ allowHalfOpen: true }, (socket) => serve(socket, certificate));

  const gone = createServer();
  const goneAt = await listen(gone);
  gone.close();
  const { server, selfSigned, wrongName } = certificates;
  const target = async (service: Server, tls: 'none' | 'implicit') => ({
    host: '127.0.0.1',
    port: await listen(service),
    tls,
    servername: 'localhost',
  });
  const front = createHttpServer();
  const bridge = createBridge({
    server: front,
    origins: [ORIGIN],
    tokens: [TOKEN],
    ca: certificates.ca.cert,
    targets: {
      plain: await target(plain(server), 'none'),
      'self-signed': await target(plain(selfSigned), 'none'),
      tls: await target(createTlsServer(server, serve), 'implicit'),
      'wrong-name': await target(
        createTlsServer(wrongName).on('tlsClientError', () => {}),
        'implicit',
      ),
      gone: `imap://127.0.0.1:${goneAt}`,
    },
    commands: { cat: ['cat'], fail: ['sh', '-c', 'echo "* BYE"; echo "no mailbox" >&2; exit 3'] },
    log: () => {},
  });
  // The page's port is not known before it runs: any page of this machine counts as the allowed origin.
  front.prependListener('upgrade', (request: IncomingMessage) => {
    const { origin } = request.headers;
    if (origin !== undefined && /^http:\/\/(localhost|127\.0\.0\.1):\d+$/.test(origin)) {
      request.headers.origin = ORIGIN;
    }
  });
  front.listen(0, '127.0.0.1');
  await bridge.listen();
  project.provide('bridge', { url: bridge.url, token: TOKEN });

  return async () => {
    await bridge.close();
    front.close();
    front.closeAllConnections();
    for (const socket of sockets) socket.destroy();
    for (const one of servers) one.close();
  };
}

/** Bytes that the servers could hand to the system, of all SEND. */
let left = 0;

function serve(socket: Socket, certificate?: TestCertificate): void {
  let rest = '';
  socket.on('error', () => {});
  socket.write('* OK ready\r\n');
  const onData = (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const [tag = '', word = '', argument = ''] = rest.slice(0, end).split(' ');
      rest = rest.slice(end + 2);
      if (word === 'DEFLATE') {
        socket.write(`${tag} OK\r\n`);
        socket.off('data', onData);
        return serveDeflated(socket);
      }
      if (word === 'STARTTLS' || word === 'INJECT') {
        socket.write(`${tag} OK begin TLS\r\n`);
        socket.off('data', onData);
        if (word === 'INJECT') socket.once('data', () => socket.write('* BYE injected\r\n'));
        else serve(new TLSSocket(socket, { isServer: true, ...certificate }));
        return;
      }
      answer(socket, tag, word, argument);
    }
  };
  socket.on('data', onData);
  socket.on('end', () => socket.end('* BYE\r\n'));
}

function answer(socket: Socket, tag: string, word: string, argument: string): void {
  switch (word) {
    case 'ECHO':
      socket.removeAllListeners('data');
      socket.removeAllListeners('end');
      socket.write(`${tag} OK\r\n`);
      socket.pipe(socket);
      break;
    case 'SEND':
      left = 0;
      send(socket, Number(argument));
      break;
    case 'LEFT':
      socket.write(`${tag} ${left}\r\n`);
      break;
    case 'CUT':
      socket.resetAndDestroy();
      break;
    default:
      socket.write(`${tag} BAD\r\n`);
  }
}

function send(socket: Socket, octets: number): void {
  if (octets === 0 || socket.destroyed) return;
  const chunk = Buffer.alloc(Math.min(65536, octets), 'x');
  socket.write(chunk, () => {
    left += chunk.length;
    send(socket, octets - chunk.length);
  });
}
