// Others' clients and servers: the client's plain WebSocket transport speaks to the bridge and to a stock websockify.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { webSocket } from '@imaplib/client';
import type { ByteStream } from '@imaplib/client';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { ORIGIN } from './testing/page.ts';
import { startBridge, tcpServer } from './testing/servers.ts';

const MIB = 1024 * 1024;

/** A mail server's manners: a greeting, an answer, bytes both ways, and an end. */
const server = () =>
  tcpServer((socket) => {
    socket.write('* OK hello\r\n');
    socket.once('data', (line) => {
      expect(line.toString()).toBe('a NOOP\r\n');
      socket.write('a OK done\r\n');
      let got = 0;
      socket.on('data', (chunk: Buffer) => {
        got += chunk.length;
        if (got === MIB) socket.end(Buffer.alloc(MIB, 'd'));
      });
    });
  });

/** A page's WebSocket sends an Origin; that of ws has to be told. */
class PageSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { origin: ORIGIN });
  }
}

/** @returns how much came behind the answers */
async function talk(stream: ByteStream): Promise<number> {
  const reader = stream.readable.getReader();
  const writer = stream.writable.getWriter();
  let text = '';
  const until = async (end: string): Promise<void> => {
    while (!text.endsWith(end)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`ended after ${text}`);
      text += Buffer.from(value).toString();
    }
  };
  await until('* OK hello\r\n');
  await writer.write(Buffer.from('a NOOP\r\n'));
  await until('a OK done\r\n');
  await writer.write(Buffer.alloc(MIB, 'u'));
  let received = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return received;
    received += value.length;
  }
}

test("the client's plain WebSocket and the bridge", async () => {
  const { port } = await server();
  const bridge = await startBridge({ targets: { it: `imap://127.0.0.1:${port}` }, raw: ['it'] });
  const stream = await webSocket(`${bridge.url}/it`, undefined, { WebSocket: PageSocket })({});
  expect(await talk(stream)).toBe(MIB);
});

const websockify = 'websockify';
const hasWebsockify = spawnSync(websockify, ['--help']).error === undefined;

test.skipIf(!hasWebsockify)(
  "the client's plain WebSocket and a stock websockify",
  async () => {
    const { port } = await server();
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const listen = (free.address() as AddressInfo).port;
    await new Promise((resolve) => free.close(resolve));
    const child = spawn(websockify, [`127.0.0.1:${listen}`, `127.0.0.1:${port}`], { stdio: 'ignore' });
    onTestFinished(() => void child.kill());
    await expect
      .poll(
        async () => {
          const socket = connect(listen, '127.0.0.1');
          const isUp = await new Promise((resolve) => {
            socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
          });
          socket.destroy();
          return isUp;
        },
        { timeout: 10_000 },
      )
      .toBe(true);
    const stream = await webSocket(`ws://127.0.0.1:${listen}/`, undefined, { WebSocket: PageSocket })({});
    expect(await talk(stream)).toBe(MIB);
  },
  20_000,
);
