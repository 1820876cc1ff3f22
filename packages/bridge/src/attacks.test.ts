// What somebody may try against the program itself, and what it costs: frames that never end, floods that nobody
// reads, a gibibyte for a page that does not read and for a server that does not, and a search for secrets.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificates } from './testing/certificates.ts';
import { ORIGIN, TestPage, refusal } from './testing/page.ts';
import { echo, startBridge, tcpServer } from './testing/servers.ts';

const MIB = 1024 * 1024;
const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'attacks-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const isLinux = process.platform === 'linux';

async function run(config: Record<string, unknown>) {
  const file = path.join(dir, 'bridge.json');
  writeFileSync(file, JSON.stringify({ listen: '127.0.0.1:0', origin: ORIGIN, ...config }));
  const child = spawn(process.execPath, [program, '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const log = { text: '' };
  child.stderr.on('data', (chunk: Buffer) => (log.text += chunk.toString()));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  /** Memory that is its own, in MiB; 0 where that cannot be asked. */
  const memory = (): number =>
    isLinux
      ? Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid!}/smaps_rollup`, 'utf8'))?.[1]) / 1024
      : 0;
  return { child, log, memory, url: line.toString().trim().replace('listening ', '') };
}

/** A WebSocket by hand, for frames that no library sends. */
async function upgrade(url: string): Promise<Socket> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `GET /imap HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: ${ORIGIN}\r\n` +
      'Sec-WebSocket-Protocol: imaplib.v1\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n' +
      'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n',
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /);
  expect(head.toString().toLowerCase()).not.toContain('sec-websocket-extensions');
  return socket;
}

const drained = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('drain', resolve));

/** The close code of the first frame that comes. */
async function closeCode(socket: Socket): Promise<number> {
  const [frame] = (await once(socket, 'data')) as [Buffer];
  expect(frame[0]).toBe(0x88);
  return frame.readUInt16BE(2);
}

describe('frames', () => {
  test.each([
    ['a header that promises 2 GiB', [0x82, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0, 1, 2, 3, 4], 1009],
    ['a header that promises 60 MiB', [0x82, 0xff, 0, 0, 0, 0, 0x03, 0xc0, 0, 0, 1, 2, 3, 4], 1009],
    ['a compressed frame', [0xc2, 0x81, 1, 2, 3, 4, 5], 1002],
    ['a frame without a mask', [0x82, 0x01, 65], 1002],
    ['text that is none', [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], 1007],
  ])(
    '%s',
    async (_, bytes, code) => {
      const bridge = await startBridge({});
      const socket = await upgrade(bridge.url);
      socket.write(Buffer.from(bytes));
      expect(await closeCode(socket)).toBe(code);
      await expect.poll(() => bridge.connections, { timeout: 8_000 }).toBe(0);
    },
    10_000,
  );

  test('pings by the hundred thousand, whose answers nobody reads', async () => {
    const { url, memory } = await run({});
    const before = memory();
    const socket = await upgrade(url);
    socket.pause();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const ping = Buffer.concat(
      Array.from({ length: 500 }, () => Buffer.from([0x89, 0xfd, 0, 0, 0, 0, ...Buffer.alloc(125, 65)])),
    );
    let most = 0;
    for (let n = 0; n < 1000 && !socket.destroyed; n++) {
      if (!socket.write(ping)) await Promise.race([drained(socket), closed]);
      if (n % 100 === 0) most = Math.max(most, memory());
    }
    // Whoever floods is thrown out.
    await closed;
    expect(most - before).toBeLessThan(32);
  }, 20_000);
});

describe.runIf(isLinux)('a gibibyte', () => {
  const GIB = 1024 * MIB;

  test('for a page that does not read: neither waits in the bridge', async () => {
    let given = 0;
    const chunk = Buffer.alloc(MIB);
    const server = await tcpServer((socket) => {
      const send = (): void => {
        while (given < GIB) {
          given += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', send);
        }
      };
      send();
    });
    const { url, memory } = await run({ target: { it: `imap://127.0.0.1:${server.port}` }, raw: 'it' });
    const before = memory();
    const pages = [
      await TestPage.opened(url, { target: 'it', window: 8 * MIB }),
      new TestPage(`${url}/it`, { protocols: ['binary'] }),
    ];
    await Promise.all(pages.map(({ opens }) => opens));
    for (const page of pages) page.socket.pause();
    await expect.poll(() => server.sockets.filter((socket) => socket.writableNeedDrain).length).toBe(2);
    expect(memory() - before).toBeLessThan(32);
    expect(given).toBeLessThan(128 * MIB);
  });

  test('for a server that does not read', async () => {
    const server = await tcpServer((socket) => socket.pause());
    const { url, memory } = await run({ target: { it: `imap://127.0.0.1:${server.port}` }, raw: 'it' });
    const before = memory();
    const page = new TestPage(`${url}/it`, { protocols: ['binary'] });
    await page.opens;
    let most = 0;
    const chunk = Buffer.alloc(MIB);
    // The page's own queue grows instead; it need not hold all of it to show that.
    for (let n = 0; n < 256; n++) {
      page.socket.send(chunk);
      if (n % 16 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, memory());
      }
    }
    await expect.poll(() => page.socket.bufferedAmount).toBeGreaterThan(128 * MIB);
    expect(Math.max(most, memory()) - before).toBeLessThan(32);
    page.socket.terminate();

    // With credit, more than the window is against the rules.
    const other = await TestPage.opened(url, { target: 'it' });
    for (let n = 0; n < 64; n++) other.write(chunk);
    expect((await other.closed).code).toBe(4400);
  });
});

test('a canary goes every way, and comes out in no log and no metric', async () => {
  const CANARY = 'c4n4ry';
  const made = makeCertificates();
  const secret = `a secret of the issuer with a ${CANARY} in it`;
  for (const [name, text] of Object.entries({ ...made.good, secret }))
    writeFileSync(path.join(dir, name), text);
  const server = await tcpServer(echo);
  const { url, log, child } = await run({
    'tls-cert': 'cert',
    'tls-key': 'key',
    target: { it: `imap://127.0.0.1:${server.port}`, gone: 'imap://127.0.0.1:1' },
    raw: 'it',
    command: {
      it: { argv: ['sh', '-c', `echo ${CANARY} >&2; cat`, CANARY], env: { SECRET: `env-${CANARY}` } },
    },
    token: `static-${CANARY}`,
    'token-key': 'secret',
  });
  const signed = await new SignJWT({ origin: ORIGIN, target: 'it', jti: 'one', sub: `${CANARY}@example.com` })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('30s')
    .sign(new TextEncoder().encode(secret));
  const open = async (token: string, frame: Record<string, unknown> | null, address = url) => {
    const protocols = [frame === null ? 'binary' : 'imaplib.v1', `bearer.${token}`];
    const page = new TestPage(`${address}?${CANARY}`, { protocols, ca: made.ca });
    await page.opens;
    if (frame !== null) page.send({ type: 'open', window: MIB, ...frame });
    return page;
  };
  const line = `a LOGIN user ${CANARY}\r\n`;
  const talk = async (page: TestPage): Promise<void> => {
    page.write(line);
    await page.text(line);
  };
  const opened = async (page: Promise<TestPage>): Promise<TestPage> => {
    await (await page).frame('opened');
    return page;
  };
  await talk(await opened(open(signed, { target: 'it' })));
  await talk(await open(`static-${CANARY}`, null, `${url}/it`));
  const command = await opened(open(`static-${CANARY}`, { command: 'it' }));
  await talk(command);
  command.send({ type: 'eof' });
  // The page is told what the command said; the log is not.
  expect((await command.frame('exit')).stderr).toBe(CANARY);
  expect((await (await open(`static-${CANARY}`, { target: 'gone' })).closed).code).toBe(4502);
  const wrong = await opened(open(`static-${CANARY}`, { target: 'it' }));
  wrong.send({ type: CANARY });
  expect((await wrong.closed).code).toBe(4400);
  for (const token of [signed, `wrong-${CANARY}`, `${signed}x`]) {
    const protocols = ['imaplib.v1', `bearer.${token}`];
    expect((await refusal(`${url}?${CANARY}`, { protocols, ca: made.ca })).status).toBe(401);
  }
  const metrics = await new Promise<string>((resolve, reject) => {
    get(url.replace('wss:', 'https:').replace('/imap', '/metrics'), { ca: made.ca }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).once('end', () => resolve(text));
    }).once('error', reject);
  });
  child.kill('SIGINT');
  await once(child, 'close');
  expect(log.text).toContain('"event":"connected"');
  expect(log.text.match(/"event":"refused"/g)).toHaveLength(3);
  expect(metrics).toContain('imaplib_bridge_failures_total{code="protocol"} 1');
  for (const part of [CANARY, ...signed.split('.')]) {
    expect(log.text).not.toContain(part);
    expect(metrics).not.toContain(part);
  }
}, 15_000);
