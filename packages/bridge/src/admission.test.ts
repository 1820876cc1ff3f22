import { describe, expect, test, vi } from 'vitest';
import { Visitors } from './admission.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { refusal, TestPage } from './testing/page.ts';
import { startBridge } from './testing/servers.ts';

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

describe('visitors', () => {
  test('are limited in all', () => {
    const visitors = new Visitors({ ...DEFAULT_LIMITS, connections: 1 });
    const leave = visitors.enter('192.0.2.1');
    expect(visitors.attempt('192.0.2.2')).toMatchObject({ status: 429 });
    leave();
    leave();
    expect(visitors.connections).toBe(0);
    expect(visitors.attempt('192.0.2.2')).toBeNull();
  });

  test('gain attempts back with time', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const visitors = new Visitors({ ...DEFAULT_LIMITS, burstPerAddress: 2, ratePerAddress: 1 });
      const statuses = () => visitors.attempt('192.0.2.1')?.status ?? 101;
      expect([statuses(), statuses(), statuses()]).toEqual([101, 101, 429]);
      expect(visitors.attempt('192.0.2.2')).toBeNull();
      vi.advanceTimersByTime(1000);
      visitors.sweep();
      expect([statuses(), statuses()]).toEqual([101, 429]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('carry 2,000 connections of a hundred addresses', () => {
    const visitors = new Visitors(DEFAULT_LIMITS);
    for (let n = 0; n < 2000; n++) {
      const address = `192.0.2.${n % 100}`;
      expect(visitors.attempt(address)).toBeNull();
      visitors.enter(address);
    }
  });
});
