// The bridge as a whole: its HTTP side, its beginning and its end, and life on somebody else's server.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBridge } from './bridge.ts';
import { ConfigError } from './options.ts';
import type { BridgeOptions } from './options.ts';
import { ORIGIN, TestPage, refusal } from './testing/page.ts';
import { echo, startBridge, tcpServer } from './testing/servers.ts';

describe('beginning', () => {
  test('a free port, and where it is', async () => {
    const bridge = await startBridge({});
    expect(bridge.port).toBeGreaterThan(0);
    expect(bridge.url).toBe(`ws://127.0.0.1:${bridge.port}/imap`);
    await bridge.listen();
  });

  test('before it listens it has no address', () => {
    const bridge = createBridge({ log: () => {} });
    expect(() => bridge.url).toThrow('does not listen yet');
    expect(() => bridge.port).toThrow('does not listen yet');
  });

  test('a port that is taken', async () => {
    const bridge = await startBridge({});
    const second = createBridge({ port: bridge.port, log: () => {} });
    await expect(second.listen()).rejects.toThrow(
      `cannot listen on 127.0.0.1:${bridge.port}: another program has this port; choose another, or 0 for any`,
    );
    await second.close();
  });

  test('without an origin nobody can come, and the log says so', async () => {
    const bridge = await startBridge({ origins: [] });
    expect(bridge.entries.map(({ event }) => event)).toEqual(['listening', 'no-origin']);
    expect((await refusal(bridge.url)).status).toBe(403);
  });

  test.each<[string, BridgeOptions, string]>([
    ['allow-no-origin without a token', { allowNoOrigin: true }, 'needs at least one token'],
    [
      'a page without origins beyond loopback',
      { host: '0.0.0.0', staticFiles: { '/': { type: 'a/b', body: '' } } },
      '--origin https://',
    ],
    [
      'a directory that is not there',
      { staticDir: '/nonexistent' },
      'static /nonexistent: there is no such directory',
    ],
    ['an origin with a path', { origins: ['https://a.example/x'] }, 'write https://a.example'],
    [
      'a target with another scheme',
      { targets: { it: 'https://imap.example.com' } },
      'target it: write imaps://HOST:PORT',
    ],
    ['a target with a user', { targets: { it: 'imaps://me:secret@imap.example.com' } }, 'without user'],
    [
      'a target without a host',
      { targets: { it: { host: '', port: 1, tls: 'none' } } },
      'target it:  is no host',
    ],
    [
      'a target with a bad port',
      { targets: { it: { host: 'a', port: 70000, tls: 'none' } } },
      '70000 is no port',
    ],
    [
      'a target with an unknown tls',
      { targets: { it: { host: 'a', port: 1, tls: 'maybe' as 'none' } } },
      'write none or implicit',
    ],
    [
      'a target with an unknown certificate',
      { targets: { it: { host: 'a', port: 1, tls: 'none', clientCertificate: 'x' } } },
      'no client certificate is named x',
    ],
    [
      'a CA that is none',
      { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
      'ca: not a certificate (PEM)',
    ],
    [
      'a command that is no array',
      { commands: { it: 'ls -l' as unknown as string[] } },
      'command it: write the program',
    ],
    ['an empty command', { commands: { it: [] } }, 'command it: write the program'],
    ['a window that no page would take', { limits: { window: 1 } }, 'write bytes from 65536 to 8388608'],
    ['an unknown limit', { limits: { speed: 1 } as object }, 'limit speed is not known'],
    [
      'a limit that is no number',
      { limits: { openMs: '5' as unknown as number } },
      'limit openMs: 5 is no number',
    ],
  ])('%s', (_, options, message) => {
    expect(() => createBridge(options)).toThrow(ConfigError);
    expect(() => createBridge(options)).toThrow(message);
  });
});

describe('its HTTP side', () => {
  test('health, readiness and metrics', async () => {
    const server = await tcpServer(echo);
    const bridge = await startBridge({ targets: { it: `imap://127.0.0.1:${server.port}` } });
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${bridge.port}${path}`);
      return [response.status, await response.text()] as const;
    };
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
    expect(await get('/readyz')).toEqual([200, 'ready\n']);
    expect((await get('/imap'))[0]).toBe(426);
    expect((await get('/'))[0]).toBe(404);
    await refusal(bridge.url, { origin: 'https://evil.example' });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    page.write('12345');
    await page.text('12345');
    const [, metrics] = await get('/metrics');
    expect(metrics).toContain('\nimaplib_bridge_connections 1\n');
    expect(metrics).toContain('\nimaplib_bridge_opened_total 1\n');
    expect(metrics).toContain('\nimaplib_bridge_bytes_total{direction="down"} 5\n');
    expect(metrics).toContain('\nimaplib_bridge_refusals_total{status="403"} 1\n');
    expect(metrics).toContain('\nimaplib_bridge_connect_seconds_count{stage="tcp"} 1\n');
    for (const line of metrics.trim().split('\n'))
      expect(line).toMatch(/^(#.*|[a-z_]+(\{[a-z]+="[\w.+]+"(,[a-z]+="\w+")?\})? [\d.e-]+|)$/);
  });

  test.each([
    ['this machine', {}, {}, 200],
    ['whoever a proxy speaks for that nobody named', {}, { 'X-Forwarded-For': '127.0.0.1' }, 403],
    ['the same, in the words of RFC 7239', {}, { Forwarded: 'for=127.0.0.1' }, 403],
    ['a client of a known proxy', { trustedProxies: ['127.0.0.1'] }, { 'X-Forwarded-For': '192.0.2.1' }, 403],
    [
      'a client that pretends to be this machine',
      { trustedProxies: ['127.0.0.1'] },
      { 'X-Forwarded-For': '127.0.0.1, 192.0.2.1' },
      403,
    ],
    ['another network', { metricsFrom: ['10.0.0.0/8'] }, {}, 403],
    ['a network that was named', { metricsFrom: ['10.0.0.0/8', '127.0.0.1'] }, {}, 200],
    [
      'a client in a network that was named, by way of a known proxy',
      { metricsFrom: ['192.0.2.0/24'], trustedProxies: ['127.0.0.1'] },
      { 'X-Forwarded-For': '192.0.2.1' },
      200,
    ],
  ])('metrics for %s', async (_, options, headers, status) => {
    const bridge = await startBridge(options);
    const response = await fetch(`http://127.0.0.1:${bridge.port}/metrics`, { headers });
    expect(response.status).toBe(status);
    expect((await response.text()).includes('imaplib_bridge')).toBe(status === 200);
  });

  test('an unknown host is refused everywhere', async () => {
    const bridge = await startBridge({});
    const socket = net.connect(bridge.port, '127.0.0.1');
    socket.end('GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
    expect(text).toMatch(/^HTTP\/1\.1 421 /);
  });

  test('whether it lives and is ready is told to a balancer that names no host', async () => {
    const bridge = await startBridge({});
    for (const path of ['/healthz', '/readyz']) {
      const socket = net.connect(bridge.port, '127.0.0.1');
      socket.end(`GET ${path} HTTP/1.0\r\n\r\n`);
      let text = '';
      for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
      expect(text).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  test('a connection that says nothing is not waited for', async () => {
    const bridge = await startBridge({ limits: { headersMs: 100 } });
    const socket = net.connect(bridge.port, '127.0.0.1');
    socket.resume();
    expect(await once(socket, 'close')).toEqual([false]);
  });

  test('headers that do not end are not waited for', async () => {
    const bridge = await startBridge({ limits: { headersMs: 100 } });
    const socket = net.connect(bridge.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: 127');
    let text = '';
    for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('end', () => {
  test('draining: told, waited for, refused meanwhile, closed with 1012', async () => {
    const server = await tcpServer(echo);
    const bridge = await startBridge({ targets: { it: `imap://127.0.0.1:${server.port}` } });
    const { port } = bridge;
    const stays = await TestPage.opened(bridge.url, { target: 'it' });
    const goes = await TestPage.opened(bridge.url, { target: 'it' });
    const silent = new TestPage(bridge.url);
    await once(silent.socket, 'open');
    const drained = bridge.drain(200);
    expect(await stays.frame('drain')).toEqual({ type: 'drain', deadlineMs: 200 });
    expect(await silent.closed).toEqual({ code: 1012, reason: 'restart; reconnect' });
    await goes.frame('drain');
    goes.socket.close();
    expect((await fetch(`http://127.0.0.1:${bridge.port}/readyz`)).status).toBe(503);
    expect((await fetch(`http://127.0.0.1:${bridge.port}/healthz`)).status).toBe(200);
    expect((await refusal(bridge.url)).status).toBe(503);
    stays.write('still here');
    await stays.text('still here');
    expect(await stays.closed).toEqual({ code: 1012, reason: 'restart; reconnect' });
    await drained;
    expect(bridge.connections).toBe(0);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed');
  });

  test('draining ends with the last page', async () => {
    const server = await tcpServer(echo);
    const bridge = await startBridge({ targets: { it: `imap://127.0.0.1:${server.port}` } });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    const drained = bridge.drain(60_000);
    await page.frame('drain');
    page.socket.close();
    await drained;
    expect((await page.closed).code).toBe(1005);
  });

  test('closing cuts a drain short', async () => {
    const server = await tcpServer(echo);
    const bridge = await startBridge({ targets: { it: `imap://127.0.0.1:${server.port}` } });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    void bridge.drain(60_000);
    await page.frame('drain');
    await bridge.close();
    expect((await page.closed).code).toBe(1012);
  });

  test('a page that does not answer the close is not waited for long', async () => {
    const server = await tcpServer(echo);
    const bridge = await startBridge({
      targets: { it: `imap://127.0.0.1:${server.port}` },
      limits: { closeMs: 30 },
    });
    const page = await TestPage.opened(bridge.url, { target: 'it' });
    page.socket.pause();
    await bridge.close();
    expect(bridge.connections).toBe(0);
  });
});

test("on somebody else's server it takes its own path and nothing else", async () => {
  const target = await tcpServer(echo);
  const server = createServer((request, response) => {
    if (request.url === '/healthz') bridge.handleRequest(request, response);
    else response.end('theirs');
  });
  const bridge = createBridge({
    server,
    path: '/mail/socket',
    origins: [ORIGIN],
    log: () => {},
    targets: { it: `imap://127.0.0.1:${target.port}` },
  });
  let others = 0;
  server.on('upgrade', (request, socket) => {
    if (request.url !== '/theirs') return;
    others += 1;
    socket.end('HTTP/1.1 418 I am a teapot\r\nContent-Length: 0\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await bridge.listen();
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(bridge.url).toBe(`ws://127.0.0.1:${port}/mail/socket`);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('theirs');
  expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('ok\n');
  const page = await TestPage.opened(bridge.url, { target: 'it' });
  page.write('x');
  await page.text('x');
  expect((await refusal(`ws://127.0.0.1:${port}/theirs`)).status).toBe(418);
  expect(others).toBe(1);
  await bridge.close();
  expect((await page.closed).code).toBe(1012);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('theirs');
});
