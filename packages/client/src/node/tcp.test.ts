import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { ByteStream } from '../transport/byte-stream.ts';
import type { NodeStream } from './stream.ts';
import { tcp, type TcpOptions } from './tcp.ts';
import { makeCertificates, type TestCertificate } from './testing/certificates.ts';

const certificates = makeCertificates();
const ca = certificates.ca.cert;
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

const servers: Server[] = [];
const sockets = new Set<Socket>();
const streams: ByteStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const plainServer = (serve: (socket: Socket) => void) => listen(createServer({ allowHalfOpen: true }, serve));

const tlsServer = (certificate: TestCertificate, serve: (socket: TLSSocket) => void = () => {}) =>
  listen(
    createTlsServer({ cert: certificate.cert, key: certificate.key }, serve).on('tlsClientError', () => {}),
  );

async function connect(port: number, options: Partial<TcpOptions> = {}): Promise<ByteStream> {
  const stream = await tcp({ host: 'localhost', port, tls: 'none', ca, ...options })({});
  streams.push(stream);
  return stream;
}

/** A server that answers STARTTLS, and then `echo` under TLS. */
function startTlsServer(certificate: TestCertificate, injected = ''): Promise<number> {
  return plainServer((socket) => {
    socket.once('data', () => {
      socket.write('a OK begin TLS\r\n');
      if (injected !== '') {
        // Only when the client has begun its handshake.
        socket.once('data', () => socket.write(injected));
        return;
      }
      const secured = new TLSSocket(socket, { isServer: true, ...certificate });
      secured.on('error', () => {});
      secured.on('data', (chunk) => secured.write(chunk));
    });
  });
}

async function failure(promise: Promise<unknown> | undefined): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('tcp', () => {
  it('carries bytes both ways and tells of the peer', async () => {
    const port = await plainServer((socket) => socket.pipe(socket));
    const stream = await connect(port);
    expect(stream.info).toMatchObject({
      peer: { name: `localhost:${port}`, address: '127.0.0.1', port, local: true },
      tls: null,
    });
    expect(stream.info.timings.tcpMs).toBeGreaterThan(0);
    expect(stream.info.timings.dnsMs).toBeGreaterThanOrEqual(0);
    const payload = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251);
    const writer = stream.writable.getWriter();
    const writing = writer.write(payload).then(() => writer.close());
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream.readable) chunks.push(chunk);
    await writing;
    expect(Buffer.concat(chunks).equals(payload)).toBe(true);
    expect(chunks[0]?.constructor).toBe(Uint8Array);
  });

  it('reads ahead no more than it must when nobody reads', async () => {
    const port = await plainServer((socket) => {
      const chunk = Buffer.alloc(65536);
      const fill = () => {
        while (socket.write(chunk));
      };
      socket.on('drain', fill);
      fill();
    });
    const stream = await connect(port);
    const unread = () => (stream as NodeStream).unread;
    await expect.poll(unread).toBeGreaterThanOrEqual(64 * 1024);
    const before = unread();
    const reader = stream.readable.getReader();
    for (let read = 0; read < 8 * 1024 * 1024;) read += (await reader.read()).value?.length ?? 0;
    await expect.poll(unread).toBeGreaterThanOrEqual(64 * 1024);
    expect(Math.max(before, unread())).toBeLessThanOrEqual(256 * 1024);
  });

  it('speaks TLS from the start', async () => {
    const port = await tlsServer(certificates.server, (socket) => socket.write('* OK ready\r\n'));
    const stream = await connect(port, { tls: 'implicit' });
    expect(stream.info.tls).toMatchObject({ protocol: 'TLSv1.3', sni: 'localhost', verified: true });
    expect(stream.info.tls?.chain.map(({ subject }) => subject)).toEqual([
      'CN=localhost',
      'CN=Test authority',
    ]);
    expect(stream.info.tls?.chain[0]).toMatchObject({
      issuer: 'CN=Test authority',
      subjectAltName: 'DNS:localhost, IP Address:127.0.0.1',
      validTo: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      pem: expect.stringMatching(/^-----BEGIN CERTIFICATE-----/),
    });
    expect(stream.info.timings.tlsMs).toBeGreaterThan(0);
    expect('startTls' in stream && stream.startTls !== undefined).toBe(false);
    expect(text((await stream.readable.getReader().read()).value)).toBe('* OK ready\r\n');
  });

  it('verifies an address as an address', async () => {
    const port = await tlsServer(certificates.server);
    const stream = await connect(port, { tls: 'implicit', host: '127.0.0.1' });
    expect(stream.info.tls).toMatchObject({ sni: '127.0.0.1', verified: true });
    const wrong = await tlsServer(certificates.selfSigned);
    const error = await failure(
      connect(wrong, { tls: 'implicit', host: '127.0.0.1', ca: certificates.selfSigned.cert }),
    );
    expect(error).toMatchObject({ code: 'tls', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it.each([
    [
      'another name',
      certificates.wrongName,
      'ERR_TLS_CERT_ALTNAME_INVALID',
      ['CN=other.example', 'CN=Test authority'],
    ],
    ['no authority', certificates.selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT', ['CN=localhost']],
  ])('refuses a certificate for %s, and shows it', async (_, certificate, reason, subjects) => {
    const port = await tlsServer(certificate);
    const error = await failure(connect(port, { tls: 'implicit' }));
    expect(error).toMatchObject({
      name: 'TransportError',
      code: 'tls',
      stage: 'tls',
      reason,
      timings: { tcpMs: expect.any(Number), tlsMs: expect.any(Number) },
      tls: { verified: false, authorizationError: reason, chain: subjects.map((subject) => ({ subject })) },
    });
    const accepted = await connect(port, { tls: 'implicit', rejectUnauthorized: false });
    expect(accepted.info.tls).toMatchObject({ verified: false, authorizationError: reason });
  });

  it('verifies against the name that is asked for', async () => {
    const port = await tlsServer(certificates.wrongName);
    const stream = await connect(port, { tls: 'implicit', servername: 'other.example' });
    expect(stream.info.tls).toMatchObject({ sni: 'other.example', verified: true });
  });

  it('explains a server that does not speak TLS', async () => {
    const port = await plainServer((socket) => socket.write('* OK ready\r\n'));
    const error = await failure(connect(port, { tls: 'implicit' }));
    expect(error).toMatchObject({ code: 'tls', stage: 'tls', reason: 'ERR_SSL_WRONG_VERSION_NUMBER' });
  });

  it('tells a refused connection from a name without an address', async () => {
    const port = await plainServer(() => {});
    servers.pop()?.close();
    expect(await failure(connect(port))).toMatchObject({
      code: 'refused',
      stage: 'connect',
      reason: 'ECONNREFUSED',
    });
    expect(await failure(connect(143, { host: 'no-such-host.invalid' }))).toMatchObject({
      code: 'unreachable',
      stage: 'resolve',
    });
  });

  it('does not connect when aborted before', async () => {
    const reason = new Error('changed my mind');
    const connecting = tcp({ host: 'localhost', port: 1, tls: 'none' })({
      signal: AbortSignal.abort(reason),
    });
    expect(await failure(connecting)).toBe(reason);
  });

  it('gives up, or is aborted, in a handshake that stalls', async () => {
    const port = await plainServer(() => {});
    expect(await failure(connect(port, { tls: 'implicit', connectTimeoutMs: 50 }))).toMatchObject({
      code: 'timeout',
      stage: 'connect',
    });
    const abort = new AbortController();
    const reason = new Error('changed my mind');
    const failed = failure(tcp({ host: 'localhost', port, tls: 'implicit' })({ signal: abort.signal }));
    const [server] = servers;
    if (server !== undefined) await once(server, 'connection');
    abort.abort(reason);
    expect(await failed).toBe(reason);
  });

  it('explains a server that closes in the handshake', async () => {
    const port = await plainServer((socket) => socket.once('data', () => socket.destroy()));
    expect(await failure(connect(port, { tls: 'implicit' }))).toMatchObject({
      code: 'tls',
      stage: 'tls',
      tls: { chain: [], verified: false },
    });
  });

  it('ends in order, errors when reset', async () => {
    const orderly = await connect(await plainServer((socket) => socket.end('* BYE\r\n')));
    const reader = orderly.readable.getReader();
    expect(text((await reader.read()).value)).toBe('* BYE\r\n');
    expect((await reader.read()).done).toBe(true);

    const broken = await connect(
      await plainServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    const reading = failure(broken.readable.getReader().read());
    await broken.writable.getWriter().write(bytes('x'));
    expect(await reading).toMatchObject({ code: 'unreachable', stage: 'relay', reason: 'ECONNRESET' });
  });

  it('settles what is pending when closed', async () => {
    const stream = await connect(await plainServer((socket) => socket.pause()));
    const reading = stream.readable.getReader().read();
    const writing = failure(stream.writable.getWriter().write(new Uint8Array(64 * 1024 * 1024)));
    stream.close();
    stream.close();
    expect((await reading).done).toBe(true);
    expect(await writing).toMatchObject({ name: 'AbortError' });
    for (const socket of sockets) socket.resume();
    await expect
      .poll(() => [...sockets].every((socket) => socket.readableEnded || socket.destroyed))
      .toBe(true);
  });

  it('ends when a write that waits is aborted', async () => {
    const stream = await connect(await plainServer((socket) => socket.pause()));
    const writer = stream.writable.getWriter();
    const writing = failure(writer.write(new Uint8Array(64 * 1024 * 1024)));
    const reason = new Error('enough');
    await writer.abort(reason);
    expect(await writing).toBe(reason);
    expect(await failure(stream.readable.getReader().read())).toBe(reason);
  });
});

describe('startTls', () => {
  it('secures the same streams, a pending read stays pending', async () => {
    const stream = await connect(await startTlsServer(certificates.server));
    const reader = stream.readable.getReader();
    const writer = stream.writable.getWriter();
    await writer.write(bytes('a STARTTLS\r\n'));
    expect(text((await reader.read()).value)).toBe('a OK begin TLS\r\n');
    const reading = reader.read();
    const securing = stream.startTls?.();
    const writing = writer.write(bytes('b NOOP\r\n'));
    expect(await securing).toMatchObject({ protocol: 'TLSv1.3', sni: 'localhost', verified: true });
    expect(stream.info.tls?.chain.length).toBe(2);
    expect(stream.info.timings.tlsMs).toBeGreaterThan(0);
    await writing;
    expect(text((await reading).value)).toBe('b NOOP\r\n');
    expect(await failure(stream.startTls?.())).toMatchObject({ code: 'starttls' });
  });

  it('refuses over unread bytes', async () => {
    const stream = await connect(await plainServer((socket) => socket.write('a OK\r\n* BYE injected\r\n')));
    const reader = stream.readable.getReader();
    await reader.read();
    for (const socket of sockets) socket.write('* BYE again\r\n');
    await expect.poll(() => (stream as NodeStream).unread).toBeGreaterThan(0);
    expect(await failure(stream.startTls?.())).toMatchObject({ code: 'starttls', stage: 'starttls' });
    expect(await failure(stream.writable.getWriter().closed)).toMatchObject({ code: 'starttls' });
  });

  it('fails when bytes in clear arrive during the handshake', async () => {
    const stream = await connect(await startTlsServer(certificates.server, '* BYE injected\r\n'));
    const reader = stream.readable.getReader();
    await stream.writable.getWriter().write(bytes('a STARTTLS\r\n'));
    await reader.read();
    const error = await failure(stream.startTls?.());
    expect(['tls', 'starttls']).toContain((error as { code: string }).code);
    expect(error).toMatchObject({ stage: 'starttls' });
    expect(stream.info.tls).toBeNull();
  });

  it.each([
    ['another name', certificates.wrongName, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['no authority', certificates.selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('refuses a certificate for %s', async (_, certificate, reason) => {
    const stream = await connect(await startTlsServer(certificate));
    const reader = stream.readable.getReader();
    await stream.writable.getWriter().write(bytes('a STARTTLS\r\n'));
    await reader.read();
    const reading = failure(reader.read());
    const error = await failure(stream.startTls?.());
    expect(error).toMatchObject({
      code: 'tls',
      stage: 'starttls',
      reason,
      tls: { authorizationError: reason },
    });
    expect(await reading).toBe(error);
  });

  it('verifies the name of the call, else that of the options', async () => {
    const port = await startTlsServer(certificates.wrongName);
    for (const [options, call] of [
      [{ servername: 'other.example' }, {}],
      [{}, { servername: 'other.example' }],
    ]) {
      const stream = await connect(port, options);
      const reader = stream.readable.getReader();
      await stream.writable.getWriter().write(bytes('a STARTTLS\r\n'));
      await reader.read();
      expect(await stream.startTls?.(call)).toMatchObject({ sni: 'other.example', verified: true });
    }
  });

  it('ends when aborted, or closed, in a handshake that stalls', async () => {
    const port = await plainServer(() => {});
    const reason = new Error('changed my mind');
    const abort = new AbortController();
    const aborted = await connect(port);
    const failed = failure(aborted.startTls?.({ signal: abort.signal }));
    abort.abort(reason);
    expect(await failed).toBe(reason);
    expect(await failure(aborted.readable.getReader().read())).toBe(reason);

    const closed = await connect(port);
    const ended = failure(closed.startTls?.());
    closed.close();
    expect(await ended).toMatchObject({ name: 'AbortError' });
  });
});
