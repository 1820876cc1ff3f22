import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { ORIGIN, refusal, TestPage } from './testing/page.ts';
import { echo, startBridge, tcpServer } from './testing/servers.ts';

describe('origins', () => {
  test.each([
    ['https://mail.example.com', 101],
    ['https://mail.example.com.evil.example', 403],
    ['https://evil.example', 403],
    ['http://mail.example.com', 403],
    ['https://mail.example.com:8443', 403],
    ['https://Mail.example.com', 403],
    ['https://mail.example.com/', 403],
    ['null', 403],
    ['', 403],
    [null, 403],
  ])('%s: %d', async (origin, status) => {
    const bridge = await startBridge({ targets: { x: 'imap://127.0.0.1:1' } });
    expect((await refusal(bridge.url, { origin })).status).toBe(status);
  });

  test('the Host header never stands for an origin', async () => {
    const bridge = await startBridge({});
    const origin = `http://${new URL(bridge.url).host}`;
    expect((await refusal(bridge.url, { origin })).status).toBe(403);
  });

  test("on loopback a page of the bridge's own may connect", async () => {
    const bridge = await startBridge({ staticFiles: { '/index.html': { type: 'text/html', body: 'page' } } });
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      expect((await refusal(bridge.url, { origin: `http://${host}:${bridge.port}` })).status).toBe(101);
    }
    expect((await refusal(bridge.url, { origin: `http://localhost:${bridge.port + 1}` })).status).toBe(403);
    expect((await refusal(bridge.url, { origin: `https://localhost:${bridge.port}` })).status).toBe(403);
  });
});

test('tokens', async () => {
  const bridge = await startBridge({ tokens: ['right'], allowNoOrigin: true });
  const status = async (protocols: string[], origin?: null): Promise<number> =>
    (await refusal(bridge.url, { protocols, ...(origin === null ? { origin } : {}) })).status;
  expect(await status(['imaplib.v1'])).toBe(401);
  expect(await status(['imaplib.v1', 'bearer.wrong'])).toBe(401);
  expect(await status(['imaplib.v1', 'bearer.'])).toBe(401);
  expect(await status(['imaplib.v1', 'bearer.right'])).toBe(101);
  expect(await status(['bearer.right', 'imaplib.v1'])).toBe(101);
  expect(await status(['imaplib.v1', 'bearer.right'], null)).toBe(101);
  expect(await status(['imaplib.v1'], null)).toBe(401);
  expect(
    (await refusal(bridge.url, { origin: 'https://evil.example', protocols: ['imaplib.v1', 'bearer.right'] }))
      .status,
  ).toBe(403);
  expect(JSON.stringify(bridge.entries)).not.toContain('right');
  expect(JSON.stringify(bridge.entries)).not.toContain('bearer.wrong');
});

test('the answer names the protocol and never the token', async () => {
  const bridge = await startBridge({ tokens: ['right'] });
  const page = new TestPage(bridge.url, { protocols: ['bearer.right', 'imaplib.v1'] });
  await new Promise((resolve) => page.socket.once('open', resolve));
  expect(page.socket.protocol).toBe('imaplib.v1');
  expect(page.socket.extensions).toBe('');
});

test('other protocols and paths are told what is spoken here', async () => {
  const bridge = await startBridge({});
  expect(await refusal(bridge.url, { protocols: ['binary'] })).toMatchObject({
    status: 400,
    body: expect.stringContaining('imaplib.v1'),
  });
  expect((await refusal(bridge.url.replace('/imap', '/other'))).status).toBe(404);
});

test('a page whose name was made to lead to loopback', async () => {
  const bridge = await startBridge({});
  const ask = (host: string) => refusal(bridge.url, { headers: { Host: host } });
  expect((await ask('evil.example')).status).toBe(421);
  expect((await ask(`localhost:${bridge.port}`)).status).toBe(101);
  expect((await ask('mail.example.com')).status).toBe(101);
});

test('connections in all and of one address', async () => {
  const bridge = await startBridge({ limits: { connectionsPerAddress: 2 } });
  const pages = [new TestPage(bridge.url), new TestPage(bridge.url)] as const;
  await Promise.all(pages.map((page) => new Promise((resolve) => page.socket.once('open', resolve))));
  expect(await refusal(bridge.url)).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
  pages[0].socket.terminate();
  await vi.waitFor(() => expect(bridge.connections).toBe(1));
  expect((await refusal(bridge.url)).status).toBe(101);
});

test('connections of one token', async () => {
  const bridge = await startBridge({ tokens: ['one', 'two'], limits: { connectionsPerToken: 1 } });
  const page = new TestPage(bridge.url, { protocols: ['imaplib.v1', 'bearer.one'] });
  await once(page.socket, 'open');
  const status = async (token: string) =>
    (await refusal(bridge.url, { protocols: ['imaplib.v1', `bearer.${token}`] })).status;
  expect(await status('one')).toBe(429);
  expect(await status('two')).toBe(101);
  page.socket.terminate();
  await vi.waitFor(async () => expect(await status('one')).toBe(101));
});

describe('behind a proxy', () => {
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': `6.6.6.6, ${address}` } });

  test('each client is counted by itself', async () => {
    const bridge = await startBridge({ trustedProxies: ['127.0.0.1'], limits: { connectionsPerAddress: 1 } });
    const page = new TestPage(bridge.url, from('192.0.2.1'));
    await once(page.socket, 'open');
    expect((await refusal(bridge.url, from('192.0.2.1'))).status).toBe(429);
    expect((await refusal(bridge.url, from('192.0.2.2'))).status).toBe(101);
    expect(bridge.entries.find(({ event }) => event === 'connected')?.['address']).toBe('192.0.2.1');
    expect(JSON.stringify(bridge.entries)).not.toContain('6.6.6.6');
  });

  test('nobody is believed where no proxy is named', async () => {
    const bridge = await startBridge({ limits: { connectionsPerAddress: 1 } });
    const page = new TestPage(bridge.url, from('192.0.2.1'));
    await once(page.socket, 'open');
    expect((await refusal(bridge.url, from('192.0.2.2'))).status).toBe(429);
  });
});

test('each way out counts a connection out', async () => {
  const server = await tcpServer(echo);
  const bridge = await startBridge({
    targets: { it: `imap://127.0.0.1:${server.port}`, gone: 'imap://127.0.0.1:1' },
    limits: { connectionsPerAddress: 1, openMs: 30 },
  });
  const ways: Record<string, (page: TestPage) => void | Promise<void>> = {
    'cut before open': (page) => page.socket.terminate(),
    'closed before open': (page) => page.socket.close(),
    'no open frame': () => {},
    'a broken rule': (page) => page.write('x'),
    'an unknown target': (page) => page.send({ type: 'open', window: 1 << 20, target: 'other' }),
    'a server that is not there': (page) => page.send({ type: 'open', window: 1 << 20, target: 'gone' }),
    'cut while open': async (page) => {
      page.send({ type: 'open', window: 1 << 20, target: 'it' });
      await page.frame('opened');
      page.socket.terminate();
    },
    'no WebSocket at all': (page) => page.socket.terminate(),
  };
  for (const [name, leave] of Object.entries(ways)) {
    const page = new TestPage(bridge.url);
    await once(page.socket, 'open');
    expect((await refusal(bridge.url)).status, name).toBe(429);
    await leave(page);
    await page.closed;
    await vi.waitFor(() => expect(bridge.connections, name).toBe(0));
  }
  // A handshake that WebSocket itself refuses.
  const socket = connect(bridge.port, '127.0.0.1');
  socket.write(
    `GET /imap HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: ${ORIGIN}\r\n` +
      'Sec-WebSocket-Protocol: imaplib.v1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bad\r\n\r\n',
  );
  let answer = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) answer += chunk.toString();
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  await vi.waitFor(async () => expect((await refusal(bridge.url)).status).toBe(101));
});
