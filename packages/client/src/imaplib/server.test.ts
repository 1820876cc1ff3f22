// Which way a connection takes: the transport that was given, the bridge that was given, the default, the page's own.

import { expect, onTestFinished, test, vi } from 'vitest';
import { IMAP4, IMAP4_SSL, IMAP4_stream, type Server } from './index.ts';
import { ScriptedServer } from './scripted-server.ts';

/** A WebSocket that opens, notes the first frame, and is closed by the bridge. */
function socketClass() {
  const opened: unknown[] = [];
  class FakeSocket extends EventTarget {
    binaryType = 'blob';
    bufferedAmount = 0;
    readonly protocol = 'imaplib.v1';
    readonly readyState = 1;
    readonly #url: string;

    constructor(url: string) {
      super();
      this.#url = url;
      queueMicrotask(() => this.dispatchEvent(new Event('open')));
    }

    send(frame: string): void {
      const { window: _, ...rest } = JSON.parse(frame) as Record<string, unknown>;
      opened.push([this.#url, rest]);
      queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data: refusal })));
    }

    close(): void {}
  }
  return { opened, WebSocket: FakeSocket };
}

const refusal = JSON.stringify({ type: 'error', code: 'policy', stage: 'policy', message: 'not allowed' });

async function failed(M: IMAP4): Promise<Error & { cause?: unknown }> {
  return M.ready.then(
    () => new Error('it connected'),
    (reason: unknown) => reason as Error,
  );
}

test('the bridge is asked for what the class and its arguments say', async () => {
  const { opened, WebSocket } = socketClass();
  const url = 'wss://bridge.example.com/imap';
  const reasons = [
    await failed(new IMAP4('', 143, { bridge: { url, WebSocket } })),
    await failed(new IMAP4_SSL('imap.example.com', 993, { bridge: { url, WebSocket }, keyfile: 'mine' })),
    await failed(new IMAP4_stream('dovecot', { bridge: { url, WebSocket } })),
    await failed(new IMAP4('ignored', 143, { bridge: { url, WebSocket, target: 'work' } })),
  ];
  expect(opened).toEqual([
    [url, { type: 'open', host: '', port: 143, tls: 'none' }],
    [url, { type: 'open', host: 'imap.example.com', port: 993, tls: 'implicit', clientCertificate: 'mine' }],
    [url, { type: 'open', command: 'dovecot' }],
    [url, { type: 'open', target: 'work' }],
  ]);
  for (const reason of reasons) {
    expect(reason).toMatchObject({
      name: 'abort',
      cause: { name: 'TransportError', code: 'policy', stage: 'policy' },
    });
  }
});

test('without anything else it is the /imap of the page', async () => {
  const { opened, WebSocket } = socketClass();
  vi.stubGlobal('location', { href: 'https://mail.example.com/box/index.html' });
  vi.stubGlobal('WebSocket', WebSocket);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  await failed(new IMAP4_SSL('imap.example.com'));
  expect(opened).toEqual([
    ['wss://mail.example.com/imap', { type: 'open', host: 'imap.example.com', port: 993, tls: 'implicit' }],
  ]);
});

test('where there is no page, a sentence says what is missing', async () => {
  expect(await failed(new IMAP4('imap.example.com'))).toMatchObject({
    name: 'RangeError',
    message: expect.stringContaining('Without a page around it') as string,
  });
});

test('a default set on IMAP4 holds for its subclasses; a bridge or transport that is given comes first', async () => {
  const asked: Server[] = [];
  IMAP4.defaultTransport = (server) => {
    asked.push(server);
    return new ScriptedServer().transport;
  };
  onTestFinished(() => {
    IMAP4.defaultTransport = null;
  });
  const M = await IMAP4_SSL.connect('imap.example.com');
  M.shutdown();
  const given = await IMAP4.connect('', 143, { transport: new ScriptedServer().transport });
  given.shutdown();
  const { WebSocket } = socketClass();
  await failed(new IMAP4('', 143, { bridge: { url: 'ws://bridge.example.com/imap', WebSocket } }));
  expect(asked).toEqual([{ host: 'imap.example.com', port: 993, tls: 'implicit' }]);
});
