// TLS to servers, from the first byte and in mid-stream: verification, what is told of it, and what is injected.

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import { describe, expect, test } from 'vitest';
import { makeCertificates } from './testing/certificates.ts';
import type { Pair } from './testing/certificates.ts';
import { TestPage } from './testing/page.ts';
import { echo, gone, startBridge, tcpServer, tlsServer } from './testing/servers.ts';
import type { BridgeOptions } from './options.ts';

const certificates = makeCertificates();
const MIB = 1024 * 1024;

const bad: [string, Pair, { reason: string; subject: string; chain: number }][] = [
  ['expired', certificates.expired, { reason: 'CERT_HAS_EXPIRED', subject: 'CN=localhost', chain: 2 }],
  [
    'self-signed',
    certificates.selfSigned,
    { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', subject: 'CN=localhost', chain: 1 },
  ],
  [
    'for another name',
    certificates.wrongName,
    { reason: 'ERR_TLS_CERT_ALTNAME_INVALID', subject: 'CN=elsewhere.example', chain: 2 },
  ],
];

/** A server that speaks plain until it reads STARTTLS, answers as told, and then speaks TLS. */
function startTlsServer(
  pair: Pair,
  answer: (socket: Socket) => void,
  onSecure: (socket: tls.TLSSocket) => void = echo,
) {
  return tcpServer((socket) => {
    socket.once('data', () => {
      answer(socket);
      const layer = new tls.TLSSocket(socket, {
        isServer: true,
        secureContext: tls.createSecureContext(pair),
      });
      layer.on('error', () => {});
      layer.once('secure', () => onSecure(layer));
    });
  });
}

async function openPlain(port: number, options: BridgeOptions = {}) {
  const bridge = await startBridge({
    targets: { it: { host: '127.0.0.1', port, tls: 'none', servername: 'localhost' } },
    ca: certificates.ca,
    ...options,
  });
  return { bridge, page: await TestPage.opened(bridge.url, { target: 'it' }) };
}

describe('implicit TLS', () => {
  test('a trusted server', async () => {
    let sni: string | false | null = null;
    const server = await tlsServer(certificates.good, (socket) => {
      sni = socket.servername;
      echo(socket);
    });
    const bridge = await startBridge({
      targets: { it: { host: '127.0.0.1', port: server.port, tls: 'implicit', servername: 'localhost' } },
      ca: certificates.ca,
    });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    expect(await page.frame('opened')).toMatchObject({
      timings: { tcpMs: expect.any(Number), tlsMs: expect.any(Number) },
      tls: {
        protocol: 'TLSv1.3',
        cipher: expect.stringContaining('TLS_'),
        alpn: null,
        sni: 'localhost',
        verified: true,
        chain: [
          {
            subject: 'CN=localhost',
            issuer: 'CN=Test CA',
            subjectAltName: 'DNS:localhost, IP Address:127.0.0.1',
            validFrom: '2020-01-01T00:00:00.000Z',
            validTo: '2048-01-01T00:00:00.000Z',
            serialNumber: expect.stringMatching(/^[0-9A-F]+$/),
            fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
            pem: expect.stringContaining('-----BEGIN CERTIFICATE-----'),
          },
          { subject: 'CN=Test CA' },
        ],
      },
    });
    const block = Buffer.alloc(300_000, 'z');
    page.write(block);
    await page.until(() => page.received === block.length, 'all of it');
    expect(sni).toBe('localhost');
    page.send({ type: 'eof' });
    expect(await page.closed).toEqual({ code: 1000, reason: 'closed' });
  });

  test('an address is verified as an address', async () => {
    const server = await tlsServer(certificates.good, echo);
    const bridge = await startBridge({
      allow: [`127.0.0.1:${server.port}`],
      allowPrivate: true,
      ca: certificates.ca,
    });
    const page = await TestPage.opened(bridge.url, { host: '127.0.0.1', port: server.port, tls: 'implicit' });
    expect(await page.frame('opened')).toMatchObject({ tls: { sni: '127.0.0.1', verified: true } });
  });

  test.each(bad)(
    'a certificate that is %s is refused and shown',
    async (_, pair, { reason, subject, chain }) => {
      let heard = 0;
      const server = await tlsServer(pair, (socket) => socket.on('data', (chunk) => (heard += chunk.length)));
      const bridge = await startBridge({
        targets: { it: { host: '127.0.0.1', port: server.port, tls: 'implicit', servername: 'localhost' } },
        ca: certificates.ca,
      });
      const page = await TestPage.open(bridge.url, { target: 'it' });
      expect(await page.closed).toEqual({ code: 4525, reason: 'tls' });
      const frame = await page.frame('error');
      expect(frame).toMatchObject({
        code: 'tls',
        stage: 'tls',
        reason,
        message: expect.stringContaining(`127.0.0.1:${server.port} is not trusted as localhost`),
        timings: { tcpMs: expect.any(Number), tlsMs: expect.any(Number) },
        tls: { verified: false, authorizationError: reason, sni: 'localhost', protocol: 'TLSv1.3' },
      });
      expect(frame.tls?.chain).toHaveLength(chain);
      expect(frame.tls?.chain[0]?.subject).toBe(subject);
      expect(page.received).toBe(0);
      expect(heard).toBe(0);
    },
  );

  test.each(bad)(
    'a certificate that is %s is taken where the configuration says so',
    async (_, pair, { reason }) => {
      const server = await tlsServer(pair, echo);
      const bridge = await startBridge({
        targets: {
          it: {
            host: '127.0.0.1',
            port: server.port,
            tls: 'implicit',
            servername: 'localhost',
            verify: false,
          },
        },
        ca: certificates.ca,
      });
      const page = await TestPage.opened(bridge.url, { target: 'it', ...{ verify: false } });
      expect(await page.frame('opened')).toMatchObject({
        tls: { verified: false, authorizationError: reason },
      });
      page.write('x');
      await page.text('x');
    },
  );

  test('an authority that nobody named is not trusted', async () => {
    const server = await tlsServer(certificates.good, echo);
    const bridge = await startBridge({ allow: [`localhost:${server.port}`], allowPrivate: true });
    const page = await TestPage.open(bridge.url, {
      host: 'localhost',
      port: server.port,
      tls: 'implicit',
      ...{ verify: false },
    });
    await page.closed;
    expect(await page.frame('error')).toMatchObject({ code: 'tls', reason: 'SELF_SIGNED_CERT_IN_CHAIN' });
  });

  test("a target's own authority", async () => {
    const server = await tlsServer(certificates.selfSigned, echo);
    const target = {
      host: '127.0.0.1',
      port: server.port,
      tls: 'implicit' as const,
      servername: 'localhost',
    };
    const bridge = await startBridge({ targets: { it: { ...target, ca: certificates.selfSigned.cert } } });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    expect(await page.frame('opened')).toMatchObject({ tls: { verified: true } });
  });

  test('a name from the page, where the target permits it', async () => {
    const server = await tlsServer(certificates.wrongName, echo);
    const bridge = await startBridge({
      targets: { it: { host: '127.0.0.1', port: server.port, tls: 'implicit', servernameFromPage: true } },
      ca: certificates.ca,
    });
    const page = await TestPage.opened(bridge.url, { target: 'it', servername: 'Elsewhere.example' });
    expect(await page.frame('opened')).toMatchObject({ tls: { verified: true, sni: 'elsewhere.example' } });
  });

  test('a port that does not speak TLS', async () => {
    const server = await tcpServer((socket) => socket.end('* OK IMAP4rev1 ready\r\n'));
    const bridge = await startBridge({ targets: { it: `imaps://127.0.0.1:${server.port}` } });
    const page = await TestPage.open(bridge.url, { target: 'it' });
    expect(await page.closed).toEqual({ code: 4525, reason: 'tls' });
    expect(await page.frame('error')).toMatchObject({
      stage: 'tls',
      reason: expect.stringMatching(/^ERR_SSL_/),
      message: expect.stringContaining('does this port speak TLS?'),
      tls: { chain: [], verified: false },
    });
  });

  test('a handshake that stalls', async () => {
    const server = await tcpServer((socket) => socket.resume());
    const bridge = await startBridge({
      targets: { it: `imaps://127.0.0.1:${server.port}` },
      limits: { handshakeMs: 30 },
    });
    const page = await TestPage.open(bridge.url, { target: 'it' });
    expect(await page.closed).toEqual({ code: 4504, reason: 'timeout' });
    expect(await page.frame('error')).toMatchObject({ code: 'timeout', stage: 'tls' });
    await gone(await server.first);
  });

  test('a client certificate that the bridge holds', async () => {
    const server = tls.createServer(
      { ...certificates.good, ca: certificates.ca, requestCert: true, rejectUnauthorized: false },
      (socket) => {
        socket.on('error', () => {});
        socket.end(String(socket.getPeerCertificate().subject?.CN));
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const mine = { cert: certificates.wrongName.cert, key: certificates.wrongName.key };
    const bridge = await startBridge({
      targets: {
        it: `imaps://127.0.0.1:${port}`,
        own: { host: '127.0.0.1', port, tls: 'implicit', clientCertificate: 'me' },
      },
      ca: certificates.ca,
      clientCertificates: {
        me: { ...mine, for: [`127.0.0.1:${port}`] },
        elsewhere: { ...mine, for: ['imap.example.com:993'] },
      },
    });
    const says = async (frame: object): Promise<string> => {
      const page = await TestPage.opened(bridge.url, frame);
      await page.frame('eof');
      return page.bytes.toString();
    };
    expect(await says({ target: 'it' })).toBe('undefined');
    expect(await says({ target: 'own' })).toBe('elsewhere.example');
    expect(await says({ target: 'it', clientCertificate: 'me' })).toBe('elsewhere.example');
    const page = await TestPage.open(bridge.url, { target: 'it', clientCertificate: 'elsewhere' });
    expect((await page.closed).code).toBe(4403);
    await bridge.close();
    server.close();
  });
});

describe('STARTTLS', () => {
  test('in the middle of a connection', async () => {
    const server = await startTlsServer(certificates.good, (socket) => socket.write('a OK begin\r\n'));
    const { page, bridge } = await openPlain(server.port);
    page.write('a STARTTLS\r\n');
    await page.text('a OK begin\r\n');
    page.send({ type: 'starttls' });
    expect(await page.frame('secured')).toMatchObject({
      tls: { protocol: 'TLSv1.3', sni: 'localhost', verified: true },
    });
    const block = Buffer.alloc(MIB - 1000, 'z');
    page.write(block);
    await page.until(() => page.received === 12 + block.length, 'all of it');
    expect(page.order.filter((one) => one !== 'credit')).toEqual(['opened', 'b', 'secured', 'b']);
    page.send({ type: 'starttls' });
    expect(await page.closed).toEqual({ code: 4526, reason: 'starttls' });
    expect(bridge.entries.map(({ event }) => event)).toContain('secured');
    await expect.poll(() => bridge.connections).toBe(0);
    await gone(await server.first);
  });

  test('what was written before leaves before', async () => {
    let plain = 0;
    const server = await tcpServer((socket) => {
      // Reads late, so that the plain bytes wait in the bridge.
      const wanted = 900_000;
      socket.on('readable', () => {
        const chunk = socket.read(Math.min(socket.readableLength, wanted - plain)) as Buffer | null;
        plain += chunk?.length ?? 0;
        if (plain < wanted || socket.listenerCount('readable') === 0) return;
        socket.removeAllListeners('readable');
        const layer = new tls.TLSSocket(socket, {
          isServer: true,
          secureContext: tls.createSecureContext(certificates.good),
        });
        layer.on('error', () => {});
        echo(layer);
      });
    });
    const { page } = await openPlain(server.port);
    for (let n = 0; n < 900; n++) page.write(Buffer.alloc(1000, 'p'));
    page.send({ type: 'starttls' });
    await page.frame('secured');
    expect(plain).toBe(900_000);
    page.write('secret');
    await page.text('secret');
  });

  test('credit counts on across the upgrade', async () => {
    const server = await startTlsServer(
      certificates.good,
      (socket) => socket.write('a OK\r\n'),
      (layer) => layer.write(Buffer.alloc(MIB)),
    );
    const bridge = await startBridge({
      targets: { it: { host: '127.0.0.1', port: server.port, tls: 'none', servername: 'localhost' } },
      ca: certificates.ca,
    });
    const page = await TestPage.opened(bridge.url, { target: 'it', window: 64 * 1024 });
    page.write('a STARTTLS\r\n');
    await page.text('a OK\r\n');
    page.send({ type: 'starttls' });
    await page.frame('secured');
    await page.until(() => page.received === 64 * 1024, 'a window');
    page.send({ type: 'ping', id: 1 });
    await page.frame('pong');
    expect(page.received).toBe(64 * 1024);
  });

  test.each(bad)('with a certificate that is %s', async (_, pair, { reason, chain }) => {
    const server = await startTlsServer(pair, (socket) => socket.write('a OK\r\n'));
    const { page } = await openPlain(server.port);
    page.write('a STARTTLS\r\n');
    await page.text('a OK\r\n');
    page.send({ type: 'starttls' });
    expect(await page.closed).toEqual({ code: 4525, reason: 'tls' });
    const frame = await page.frame('error');
    expect(frame).toMatchObject({
      code: 'tls',
      stage: 'starttls',
      reason,
      tls: { authorizationError: reason },
    });
    expect(frame.tls?.chain).toHaveLength(chain);
  });

  test('bytes behind the answer, which the page has not got', async () => {
    const server = await tcpServer((socket) => {
      socket.once('data', () => socket.write(`a OK\r\n${'* BYE injected\r\n'.repeat(10_000)}`));
    });
    const bridge = await startBridge({ targets: { it: `imap://127.0.0.1:${server.port}` } });
    const page = await TestPage.opened(bridge.url, { target: 'it', window: 64 * 1024 });
    page.write('a STARTTLS\r\n');
    await page.until(() => page.received === 64 * 1024, 'a window');
    page.send({ type: 'starttls' });
    expect(await page.closed).toEqual({ code: 4526, reason: 'starttls' });
    expect(await page.frame('error')).toMatchObject({
      code: 'starttls',
      stage: 'starttls',
      message: expect.stringContaining('behind its answer'),
    });
    await gone(await server.first);
  });

  test('bytes that come later are not taken for TLS', async () => {
    const server = await tcpServer((socket) => {
      socket.once('data', () => {
        socket.write('a OK\r\n');
        // The ClientHello is what the bridge sends next.
        socket.once('data', () => socket.write('* BYE injected\r\n'));
      });
    });
    const { page } = await openPlain(server.port);
    page.write('a STARTTLS\r\n');
    await page.text('a OK\r\n');
    page.send({ type: 'starttls' });
    expect(await page.closed).toEqual({ code: 4525, reason: 'tls' });
    expect(await page.frame('error')).toMatchObject({
      stage: 'starttls',
      reason: expect.stringMatching(/^ERR_SSL_/),
    });
    expect(page.bytes.toString()).toBe('a OK\r\n');
  });

  test('bytes that come while plain bytes are leaving', async () => {
    const server = await tcpServer((socket) => {
      socket.write('a OK\r\n');
      socket.pause();
    });
    const { page } = await openPlain(server.port, { limits: { window: 8 * MIB } });
    await page.text('a OK\r\n');
    const socket = await server.first;
    // More than the kernels' buffers take, so that the bridge has to wait.
    for (let n = 0; n < 8; n++) page.write(Buffer.alloc(MIB - 1));
    page.send({ type: 'starttls' });
    page.send({ type: 'ping', id: 1 });
    await page.frame('pong');
    socket.write('* BYE injected\r\n', () => socket.resume());
    await page.closed;
    expect(['starttls', 'tls']).toContain((await page.frame('error')).code);
    expect(page.bytes.toString()).toBe('a OK\r\n');
  });

  test.each<[string, (page: TestPage) => void, string]>([
    ['bytes', (page) => page.write('a LOGIN user secret\r\n'), 'bytes while securing'],
    ['eof', (page) => page.send({ type: 'eof' }), 'eof while securing'],
    ['a second starttls', (page) => page.send({ type: 'starttls' }), 'starttls while securing'],
  ])('%s of the page before secured', async (_, act, message) => {
    let heard = '';
    const server = await tcpServer((socket) =>
      socket.on('data', (chunk) => (heard += chunk.toString('latin1'))),
    );
    const { page } = await openPlain(server.port);
    page.send({ type: 'starttls' });
    act(page);
    expect(await page.closed).toEqual({ code: 4400, reason: 'protocol' });
    expect(await page.frame('error')).toMatchObject({
      stage: 'starttls',
      message: expect.stringContaining(message),
    });
    expect(heard).not.toContain('LOGIN');
    await gone(await server.first);
  });

  test('a handshake that stalls', async () => {
    const server = await tcpServer((socket) => socket.resume());
    const { page } = await openPlain(server.port, { limits: { handshakeMs: 30 } });
    page.send({ type: 'starttls' });
    expect(await page.closed).toEqual({ code: 4504, reason: 'timeout' });
    expect(await page.frame('error')).toMatchObject({ code: 'timeout', stage: 'starttls' });
    await gone(await server.first);
  });

  test('a server that does not take what must leave before', async () => {
    const server = await tcpServer((socket) => socket.pause());
    const { page } = await openPlain(server.port, { limits: { handshakeMs: 50, window: 8 * MIB } });
    for (let n = 0; n < 8; n++) page.write(Buffer.alloc(MIB - 1));
    page.send({ type: 'starttls' });
    expect(await page.closed).toEqual({ code: 4504, reason: 'timeout' });
  });

  test('a server that closes in place of a handshake', async () => {
    const server = await tcpServer((socket) => socket.once('data', () => socket.end()));
    const { page } = await openPlain(server.port);
    page.send({ type: 'starttls' });
    expect(await page.closed).toEqual({ code: 4525, reason: 'tls' });
    expect(await page.frame('error')).toMatchObject({
      stage: 'starttls',
      message: expect.stringContaining('disconnected'),
    });
  });

  test('a name that the page may not choose', async () => {
    const server = await tcpServer();
    const { page } = await openPlain(server.port);
    page.send({ type: 'starttls', servername: 'evil.example' });
    expect(await page.closed).toEqual({ code: 4403, reason: 'policy' });
  });

  test('the name that is verified anyway may be given', async () => {
    const server = await startTlsServer(certificates.good, (socket) => socket.write('a OK\r\n'));
    const { page } = await openPlain(server.port);
    page.write('a STARTTLS\r\n');
    await page.text('a OK\r\n');
    page.send({ type: 'starttls', servername: 'localhost' });
    expect(await page.frame('secured')).toMatchObject({ tls: { sni: 'localhost' } });
  });

  test('a page that leaves afterwards', async () => {
    const server = await startTlsServer(certificates.good, (socket) => socket.write('a OK\r\n'));
    const { page, bridge } = await openPlain(server.port);
    page.write('a STARTTLS\r\n');
    await page.text('a OK\r\n');
    page.send({ type: 'starttls' });
    await page.frame('secured');
    page.socket.terminate();
    await gone(await server.first);
    await expect.poll(() => bridge.connections).toBe(0);
  });

  test('a page that leaves in the middle', async () => {
    const server = await tcpServer((socket) => socket.resume());
    const { page, bridge } = await openPlain(server.port);
    page.send({ type: 'starttls' });
    const socket = await server.first;
    await once(socket, 'data');
    page.socket.terminate();
    await gone(socket);
    await expect.poll(() => bridge.connections).toBe(0);
  });
});
