// Plain WebSocket clients: bytes of one target and nothing else.

import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { SignJWT } from 'jose';
import type { BridgeOptions } from './options.ts';
import { ORIGIN, TestPage, refusal } from './testing/page.ts';
import { echo, gone, startBridge, tcpServer } from './testing/servers.ts';
import type { Socket } from 'node:net';

const BINARY = { protocols: ['binary'] };

async function start(onSocket: (socket: Socket) => void, options: BridgeOptions = {}) {
  const server = await tcpServer(onSocket);
  const bridge = await startBridge({
    targets: { it: `imap://127.0.0.1:${server.port}`, other: `imap://127.0.0.1:${server.port}` },
    raw: ['it'],
    ...options,
  });
  return { server, bridge, url: `${bridge.url}/it` };
}

test.each([
  ['binary', ['binary'], 'binary'],
  ['binary among others', ['imap', 'binary', 'base64'], 'binary'],
  ['nothing', [], ''],
])('a client that offers %s', async (_, protocols, answered) => {
  const { url } = await start(echo);
  const page = new TestPage(url, { protocols });
  await page.opens;
  expect(page.socket.protocol).toBe(answered);
  page.write('hello');
  await page.text('hello');
  expect(page.frames).toEqual([]);
});

test('what is sent before the target is connected arrives, text too', async () => {
  const { url } = await start(echo);
  const page = new TestPage(url, BINARY);
  await page.opens;
  page.write('one ');
  page.socket.send('two');
  await page.text('one two');
  expect(page.order).toEqual(['b']);
});

test.each([
  ['a target that is not named', '/other', 404],
  ['no target', '/nothing', 404],
  ['the way of pages', '', 400],
])('%s', async (_, path, status) => {
  const { bridge } = await start(echo);
  expect((await refusal(`${bridge.url}${path}`, BINARY)).status).toBe(status);
});

test('origin and token are asked for all the same', async () => {
  const secret = 'a secret that both sides know, and nobody else';
  const { url } = await start(echo, { tokenKeys: [secret] });
  expect((await refusal(url, { ...BINARY, origin: 'https://evil.example' })).status).toBe(403);
  expect((await refusal(url, BINARY)).status).toBe(401);
  const token = async (target: string) => {
    const exp = Math.floor(Date.now() / 1000) + 30;
    const signed = await new SignJWT({ origin: ORIGIN, target, exp, jti: target })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));
    return { protocols: ['binary', `bearer.${signed}`] };
  };
  const page = new TestPage(url, await token('it'));
  await page.opens;
  page.write('in');
  await page.text('in');
  const other = new TestPage(url, await token('other'));
  expect(await other.closed).toEqual({ code: 4403, reason: 'policy' });
});

describe('ends', () => {
  test('of the target, after its last byte', async () => {
    const { url } = await start((socket) => socket.end(Buffer.alloc(1_000_000, 'x')));
    const page = new TestPage(url, BINARY);
    expect(await page.closed).toEqual({ code: 1000, reason: 'closed' });
    expect(page.received).toBe(1_000_000);
  });

  test('of the client', async () => {
    const { url, server, bridge } = await start((socket) => socket.resume());
    const page = new TestPage(url, BINARY);
    await page.opens;
    const ended = once(await server.first, 'end');
    page.write('a LOGOUT\r\n');
    page.socket.close();
    await ended;
    await expect.poll(() => bridge.connections).toBe(0);
  });

  test('a target that is not there', async () => {
    const { bridge } = await start(echo, { targets: { it: 'imap://127.0.0.1:1' } });
    const page = new TestPage(`${bridge.url}/it`, BINARY);
    expect(await page.closed).toEqual({ code: 4502, reason: 'refused' });
    expect(page.frames).toEqual([]);
  });

  test('of the bridge', async () => {
    const { url, bridge } = await start(echo);
    const page = new TestPage(url, BINARY);
    await page.opens;
    page.write('x');
    await page.text('x');
    await bridge.drain(50);
    expect(await page.closed).toEqual({ code: 1012, reason: 'restart; reconnect' });
  });
});

describe('without credit', () => {
  test('a client that sends faster than its target reads is not read', async () => {
    const { url, server, bridge } = await start((socket) => socket.pause(), { limits: { window: 65_536 } });
    const page = new TestPage(url, BINARY);
    await page.opens;
    const block = Buffer.alloc(65_536, 'y');
    const total = 64 * 1024 * 1024;
    for (let sent = 0; sent < total; sent += block.length) page.write(block);
    const socket = await server.first;
    // What is in the bridge now is a window and a read; the rest is in the kernel, and with the client.
    const metrics = async () =>
      Number(
        /queued_bytes (\d+)/.exec(await (await fetch(`http://127.0.0.1:${bridge.port}/metrics`)).text())?.[1],
      );
    await expect.poll(metrics).toBeGreaterThanOrEqual(65_536);
    expect(await metrics()).toBeLessThan(1024 * 1024);
    let received = 0;
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    socket.resume();
    await expect.poll(() => received, { timeout: 10_000 }).toBe(total);
    await expect.poll(metrics).toBe(0);
  });

  test('a client that does not read stops its target, and its pings are not waited for meanwhile', async () => {
    const { url, server, bridge } = await start(
      (socket) => {
        const chunk = Buffer.alloc(65_536, 'x');
        const send = (): void => {
          if (socket.write(chunk)) setImmediate(send);
          else socket.once('drain', send);
        };
        send();
      },
      { limits: { pingMs: 600_000 } },
    );
    const page = new TestPage(url, BINARY);
    await page.opens;
    page.onBytes = () => {};
    page.socket.pause();
    const socket = await server.first;
    await expect.poll(() => socket.writableNeedDrain, { timeout: 5000 }).toBe(true);
    expect(bridge.connections).toBe(1);
    const before = page.received;
    page.socket.resume();
    await page.until(() => page.received > before + 32 * 1024 * 1024, 'more');
  });
});

test('a client that has vanished is noticed by its missing pongs', async () => {
  const { url, server, bridge } = await start(echo, { limits: { pingMs: 20 } });
  const page = new TestPage(url, BINARY);
  await page.opens;
  for (let n = 0; n < 3; n++) await once(page.socket, 'ping');
  expect(bridge.connections).toBe(1);
  // It reads no ping any more, and answers none.
  page.socket.pause();
  await gone(await server.first);
  await expect.poll(() => bridge.connections).toBe(0);
  expect(bridge.entries.map(({ event }) => event)).toContain('lost');
});

test('a target that is not there cannot be served', async () => {
  await expect(start(echo, { raw: ['nobody'] })).rejects.toThrow('raw nobody: no target has this name');
});
