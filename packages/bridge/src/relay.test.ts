// Bytes both ways between a page and a TCP server: frames, credit, order, half close, and what breaks the rules.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ORIGIN, TestPage } from './testing/page.ts';
import { echo, gone, startBridge, tcpServer } from './testing/servers.ts';
import type { TestServer } from './testing/servers.ts';
import type { BridgeOptions } from './options.ts';

const MIB = 1024 * 1024;
const KIB64 = 64 * 1024;

async function withTarget(onSocket: (socket: Socket) => void, options: BridgeOptions = {}) {
  const server: TestServer = await tcpServer(onSocket);
  const bridge = await startBridge({ targets: { it: `imap://127.0.0.1:${server.port}` }, ...options });
  return { server, bridge };
}

async function receive(socket: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytes) break;
  }
  return Buffer.concat(chunks);
}

describe('opening', () => {
  test('tells who is at the other end', async () => {
    const { server, bridge } = await withTarget(echo);
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    const opened = await page.frame('opened');
    expect(opened).toEqual({
      type: 'opened',
      window: MIB,
      peer: { name: `127.0.0.1:${server.port}`, address: '127.0.0.1', port: server.port, local: true },
      timings: { tcpMs: expect.any(Number) },
      tls: null,
    });
    expect((await server.first).remoteAddress).toBe('127.0.0.1');
    page.write('hello');
    await page.text('hello');
  });

  test('an allowed host, by name', async () => {
    const server = await tcpServer(echo);
    const bridge = await startBridge({ allow: [`localhost:${server.port}`], allowPrivate: true });
    const page = await TestPage.opened(bridge.url, { host: '', port: server.port, tls: 'none' });
    expect(await page.frame('opened')).toMatchObject({
      peer: { name: `localhost:${server.port}`, local: true },
      timings: { dnsMs: expect.any(Number) },
    });
  });

  test.each([
    ['an unknown target', { target: 'other' }],
    ['a name of every object', { target: 'constructor' }],
    ['a host that is not allowed', { host: 'imap.example.com', port: 993, tls: 'implicit' as const }],
    ['a port that is not allowed', { host: 'allowed.example', port: 143, tls: 'none' as const }],
    ['a name that leads to loopback', { host: 'allowed.example', port: 993, tls: 'none' as const }],
    ['an address in a special range', { host: '127.0.0.1', port: 993, tls: 'none' as const }],
    ['an address in disguise', { host: '0x7f000001', port: 993, tls: 'none' as const }],
    ['something that is no host', { host: 'a b', port: 993, tls: 'none' as const }],
    ['a port for sending mail', { host: 'allowed.example', port: 25, tls: 'none' as const }],
    ['an unknown command', { command: 'sh' }],
    ['an unknown client certificate', { target: 'it', clientCertificate: 'other' }],
    ['a name that the page may not choose', { target: 'it', servername: 'other.example' }],
  ])('%s is refused, always with the same words', async (_, frame) => {
    let connections = 0;
    const { bridge } = await withTarget(() => (connections += 1), {
      allow: ['allowed.example:993', '127.0.0.1:993', '0x7f000001:993', '2130706433:993'],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    const page = await TestPage.open(bridge.url, frame);
    expect(await page.closed).toEqual({ code: 4403, reason: 'policy' });
    expect(page.frames).toEqual([
      {
        type: 'error',
        code: 'policy',
        stage: 'policy',
        message: expect.stringContaining('does not allow this connection'),
      },
    ]);
    expect(new Set(page.frames.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(page.frames[0])]),
    );
    expect(connections).toBe(0);
    expect(bridge.entries.find(({ event }) => event === 'failed')?.['reason']).toMatch(
      /named|allowed|special|host name|verified/,
    );
  });

  test('a server that is not there', async () => {
    const server = await tcpServer();
    const bridge = await startBridge({
      targets: { it: `imap://127.0.0.1:${server.port}`, gone: 'imap://127.0.0.1:1' },
    });
    const page = await TestPage.open(bridge.url, { target: 'gone' });
    expect(await page.closed).toEqual({ code: 4502, reason: 'refused' });
    expect(page.frames[0]).toMatchObject({
      code: 'refused',
      stage: 'connect',
      reason: 'ECONNREFUSED',
      message: expect.stringContaining('127.0.0.1:1 refused the connection'),
      timings: { tcpMs: expect.any(Number) },
    });
  });

  test('a name that is not known', async () => {
    const bridge = await startBridge({
      allow: ['*:993'],
      resolve: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
    });
    const page = await TestPage.open(bridge.url, { host: 'nowhere.example', port: 993, tls: 'implicit' });
    expect(await page.closed).toEqual({ code: 4503, reason: 'unreachable' });
    expect(page.frames[0]).toMatchObject({
      stage: 'resolve',
      reason: 'ENOTFOUND',
      timings: { dnsMs: expect.any(Number) },
    });
  });

  test('a name server that does not answer', async () => {
    const bridge = await startBridge({
      allow: ['*:993'],
      limits: { connectMs: 20 },
      resolve: () => new Promise(() => {}),
    });
    const page = await TestPage.open(bridge.url, { host: 'slow.example', port: 993, tls: 'implicit' });
    expect(await page.closed).toEqual({ code: 4504, reason: 'timeout' });
    expect(page.frames[0]).toMatchObject({ code: 'timeout', stage: 'resolve' });
  });

  test('no open frame in time', async () => {
    const bridge = await startBridge({ limits: { openMs: 20 } });
    const page = new TestPage(bridge.url);
    expect(await page.closed).toEqual({ code: 4504, reason: 'timeout' });
  });

  test('a page that leaves while connecting leaves nothing behind', async () => {
    let answer: (() => void) | undefined;
    const bridge = await startBridge({
      allow: ['*:993'],
      resolve: () =>
        new Promise((resolve) => (answer = () => resolve([{ address: '93.184.216.34', family: 4 }]))),
    });
    const page = await TestPage.open(bridge.url, { host: 'slow.example', port: 993, tls: 'implicit' });
    page.send({ type: 'ping', id: 7 });
    expect(await page.frame('pong')).toEqual({ type: 'pong', id: 7 });
    page.socket.terminate();
    await expect.poll(() => bridge.connections).toBe(0);
    answer?.();
    expect(bridge.entries.map(({ event }) => event)).not.toContain('failed');
  });
});

describe('the rules', () => {
  test.each<[string, (page: TestPage) => void, string]>([
    ['bytes before opened', (page) => page.write('x'), 'bytes while waiting'],
    ['ping before open', (page) => page.send({ type: 'ping', id: 1 }), 'ping while waiting'],
    ['no JSON', (page) => page.socket.send('{'), 'not JSON'],
    ['unknown type', (page) => page.send({ type: 'hello' }), 'unknown control frame'],
    ['a window too small', (page) => page.send({ type: 'open', window: 1, target: 'it' }), 'bad window'],
    [
      'two ways at once',
      (page) => page.send({ type: 'open', window: MIB, target: 'it', command: 'c' }),
      'exactly one',
    ],
    [
      'a huge control frame',
      (page) => page.socket.send(`{"type":"ping","x":"${'x'.repeat(20_000)}"}`),
      'too large',
    ],
  ])('%s, before open', async (_, act, message) => {
    const { bridge } = await withTarget(echo);
    const page = new TestPage(bridge.url);
    await once(page.socket, 'open');
    act(page);
    expect(await page.closed).toEqual({ code: 4400, reason: 'protocol' });
    expect(page.frames[0]).toMatchObject({
      code: 'protocol',
      stage: 'policy',
      message: expect.stringContaining(message),
    });
  });

  test.each<[string, (page: TestPage) => void, string]>([
    ['a second open', (page) => page.send({ type: 'open', window: MIB, target: 'it' }), 'open while open'],
    [
      'credit beyond the window',
      (page) => page.send({ type: 'credit', bytes: 1 }),
      'credit beyond the window',
    ],
    ['negative credit', (page) => page.send({ type: 'credit', bytes: -1 }), 'bad bytes'],
    [
      'bytes beyond the window',
      (page) => [page.write(Buffer.alloc(MIB)), page.write('x')],
      'bytes beyond the window',
    ],
    ['bytes after eof', (page) => [page.send({ type: 'eof' }), page.write('x')], 'bytes after eof'],
    ['eof twice', (page) => [page.send({ type: 'eof' }), page.send({ type: 'eof' })], 'eof while open'],
  ])('%s, after open', async (_, act, message) => {
    // It reads nothing and never ends.
    const { bridge } = await withTarget((socket) => socket.pause());
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    act(page);
    expect(await page.closed).toEqual({ code: 4400, reason: 'protocol' });
    expect(page.frames.at(-1)).toMatchObject({
      code: 'protocol',
      stage: 'relay',
      message: expect.stringContaining(message),
    });
    await expect.poll(() => bridge.connections).toBe(0);
  });

  test('unknown fields are ignored, empty frames are nothing', async () => {
    const { bridge } = await withTarget(echo);
    const page = await TestPage.opened(bridge.url, { target: 'it', ...{ colour: 'blue' } });
    page.write('');
    page.write('x');
    await page.text('x');
    expect(page.order).toEqual(['opened', 'b']);
  });

  test('a frame of more than 1 MiB', async () => {
    const { bridge } = await withTarget(echo);
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    page.write(Buffer.alloc(MIB + 1));
    expect((await page.closed).code).toBe(1009);
  });

  test('a message in too many fragments', async () => {
    const { bridge } = await withTarget(echo, { limits: { fragments: 4 } });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    for (let n = 0; n < 6; n++) page.socket.send('x', { fin: false, binary: true });
    expect((await page.closed).code).toBe(1008);
  });
});

describe('credit', () => {
  test('a server that sends 64 MiB to a page that grants nothing gets rid of one window', async () => {
    let taken = 0;
    const total = 64 * MIB;
    const { bridge, server } = await withTarget((socket) => {
      const chunk = Buffer.alloc(KIB64, 'x');
      const send = (): void => {
        while (taken < total) {
          taken += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', send);
        }
        socket.end();
      };
      send();
    });
    const page = await TestPage.opened(bridge.url, { target: 'it', window: 256 * 1024 });
    await page.until(() => page.received === 256 * 1024, 'a whole window');
    // Reading has stopped: what the server got rid of is one window, and what the kernel's buffers hold.
    const socket = await server.first;
    await expect.poll(() => socket.writableNeedDrain).toBe(true);
    page.send({ type: 'ping', id: 1 });
    await page.frame('pong');
    expect(page.received).toBe(256 * 1024);
    expect(taken).toBeLessThan(24 * MIB);
    // With credit all of it comes, in frames that fit, and eof behind the last byte.
    let largest = 0;
    page.onBytes = (chunk) => {
      largest = Math.max(largest, chunk.length);
      page.send({ type: 'credit', bytes: chunk.length });
    };
    page.send({ type: 'credit', bytes: 256 * 1024 });
    await page.frame('eof');
    expect(page.received).toBe(total);
    expect(largest).toBeLessThanOrEqual(256 * 1024);
    expect(page.order.at(-1)).toBe('eof');
  });

  test('a page that grants but does not read is not read for', async () => {
    const { bridge, server } = await withTarget((socket) => {
      const chunk = Buffer.alloc(KIB64, 'x');
      const send = (): void => {
        if (socket.write(chunk)) setImmediate(send);
        else socket.once('drain', send);
      };
      send();
    });
    const page = await TestPage.opened(bridge.url, { target: 'it', window: 8 * MIB });
    page.socket.pause();
    const socket = await server.first;
    await expect
      .poll(() => socket.writableNeedDrain && socket.bytesWritten > 0, { timeout: 5000 })
      .toBe(true);
    const before = socket.bytesWritten;
    // The page's grants are taken all the same: its WebSocket is always read.
    expect(before).toBeLessThan(32 * MIB);
    page.socket.resume();
    await page.until(() => page.received >= 8 * MIB, 'a whole window');
  });

  test('the bridge grants what the server has taken, in batches', async () => {
    const { bridge } = await withTarget((socket) => socket.resume());
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    const granted = (): number =>
      page.frames.reduce((sum, frame) => sum + (frame.type === 'credit' ? frame.bytes : 0), 0);
    for (let n = 0; n < 64; n++) page.write(Buffer.alloc(16 * 1024));
    await page.until(() => granted() === MIB, 'credit for the whole window');
    expect(page.frames.filter(({ type }) => type === 'credit').length).toBeLessThanOrEqual(4);
    page.write('x'.repeat(1000));
    page.send({ type: 'ping', id: 1 });
    await page.frame('pong');
    expect(granted()).toBe(MIB);
  });

  test('a server that reads nothing gets no more than the window, and the page may still ping', async () => {
    const { bridge, server } = await withTarget((socket) => socket.pause(), { limits: { window: KIB64 } });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    const granted = (): number =>
      page.frames.reduce((sum, frame) => sum + (frame.type === 'credit' ? frame.bytes : 0), 0);
    let sent = 0;
    // As much as is granted, until nothing more is: the buffers of both kernels are full then.
    for (let pings = 0, quiet = 0; quiet < 20; pings++) {
      const left = KIB64 + granted() - sent;
      quiet = left > 0 ? 0 : quiet + 1;
      if (left > 0) page.write(Buffer.alloc(left, 'y'));
      sent += left;
      page.send({ type: 'ping', id: pings });
      await page.until(
        () => page.frames.some((frame) => frame.type === 'pong' && frame.id === pings),
        'pong',
      );
    }
    expect(sent - granted()).toBe(KIB64);
    const socket = await server.first;
    expect(await receive(socket, sent)).toHaveLength(sent);
  });

  test('many tiny frames for a server that reads late arrive in order', async () => {
    const { bridge, server } = await withTarget((socket) => socket.pause());
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    const block = Buffer.alloc(16 * 1024, '.');
    const sent: Buffer[] = [];
    for (let n = 0; n < 20; n++) sent.push(block);
    for (let n = 0; n < 20_000; n++) sent.push(Buffer.from(String.fromCharCode(97 + (n % 26))));
    sent.push(Buffer.alloc(5000, '!'));
    for (const one of sent) page.write(one);
    page.send({ type: 'ping', id: 1 });
    await page.frame('pong');
    const all = Buffer.concat(sent);
    expect((await receive(await server.first, all.length)).equals(all)).toBe(true);
  });
});

describe('ends', () => {
  test('half close, page first', async () => {
    const { bridge } = await withTarget((socket) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => socket.end(`got ${text}`));
    });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    page.write('all');
    page.send({ type: 'eof' });
    expect(await page.closed).toEqual({ code: 1000, reason: 'closed' });
    expect(page.bytes.toString()).toBe('got all');
    expect(page.order).toEqual(['opened', 'b', 'eof']);
  });

  test('half close, server first', async () => {
    let heard = '';
    const { bridge } = await withTarget((socket) => {
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.end('bye');
    });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    await page.frame('eof');
    page.write('still here');
    page.send({ type: 'eof' });
    expect(await page.closed).toEqual({ code: 1000, reason: 'closed' });
    expect(page.bytes.toString()).toBe('bye');
    expect(heard).toBe('still here');
  });

  test('a server that cuts: its bytes first, then the error', async () => {
    const { bridge, server } = await withTarget((socket) => socket.write(Buffer.alloc(100_000, 'x')));
    const page = await TestPage.opened(bridge.url, { target: 'it', window: KIB64 });
    await page.until(() => page.received === KIB64, 'a window');
    (await server.first).resetAndDestroy();
    page.send({ type: 'credit', bytes: KIB64 });
    expect(await page.closed).toEqual({ code: 4503, reason: 'unreachable' });
    expect(page.frames.at(-1)).toMatchObject({
      stage: 'relay',
      reason: 'ECONNRESET',
      message: expect.stringContaining('cut the connection'),
    });
    expect(page.order.at(-2)).toBe('b');
  });

  test('what the page has sent before it leaves arrives', async () => {
    let heard = '';
    const { bridge, server } = await withTarget((socket) =>
      socket.on('data', (chunk) => (heard += chunk.toString())),
    );
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    const ended = once(await server.first, 'end');
    page.write('a LOGOUT\r\n');
    page.socket.close();
    await ended;
    expect(heard).toBe('a LOGOUT\r\n');
    await expect.poll(() => bridge.connections).toBe(0);
  });

  test('a page that is cut off leaves nothing behind', async () => {
    const { bridge, server } = await withTarget(echo);
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    page.socket.terminate();
    await gone(await server.first);
    await expect.poll(() => bridge.connections).toBe(0);
  });

  test('a page that answers no ping is given up', async () => {
    const { bridge } = await withTarget(echo, { limits: { pingMs: 20 } });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    await once(page.socket, 'ping');
    await once(page.socket, 'ping');
    await once(page.socket, 'ping');
    expect(bridge.connections).toBe(1);
    page.socket.pause();
    await expect.poll(() => bridge.connections).toBe(0);
    expect(bridge.entries.map(({ event }) => event)).toContain('lost');
  });

  test('a connection on which nothing passes', async () => {
    const { bridge } = await withTarget(() => {}, { limits: { pingMs: 10, idleMs: 30 } });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    expect(await page.closed).toEqual({ code: 4504, reason: 'timeout' });
    expect(page.frames.at(-1)).toMatchObject({ stage: 'relay', reason: 'idle' });
  });

  test('a page that asks and asks and does not read', async () => {
    const { bridge } = await withTarget(echo, { limits: { backlogBytes: 64 * 1024 } });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    page.socket.pause();
    const ask = (): void => {
      for (let n = 0; n < 1000; n++) page.send({ type: 'ping', id: n });
      if (page.socket.readyState === page.socket.OPEN && bridge.connections > 0) setImmediate(ask);
    };
    ask();
    await expect.poll(() => bridge.connections, { timeout: 20_000 }).toBe(0);
    page.socket.terminate();
  }, 25_000);
});

test('a canary passes through every way and never reaches the log or the metrics', async () => {
  const { bridge } = await withTarget(echo, { tokens: ['canary-token'] });
  const page = new TestPage(bridge.url, { protocols: ['imaplib.v1', 'bearer.canary-token'], origin: ORIGIN });
  await once(page.socket, 'open');
  page.send({ type: 'open', window: MIB, target: 'it' });
  await page.frame('opened');
  page.write('a LOGIN user canary-password\r\n');
  await page.text('a LOGIN user canary-password\r\n');
  page.send({ type: 'canary-frame' });
  await page.closed;
  await expect.poll(() => bridge.entries.map(({ event }) => event)).toContain('closed');
  expect(JSON.stringify(bridge.entries)).not.toContain('canary');
  const metrics = await (await fetch(`http://127.0.0.1:${bridge.port}/metrics`)).text();
  expect(metrics).not.toContain('canary');
  expect(metrics).toContain('imaplib_bridge_bytes_total{direction="up"} 30');
  expect(metrics).toContain('imaplib_bridge_failures_total{code="protocol"} 1');
});
