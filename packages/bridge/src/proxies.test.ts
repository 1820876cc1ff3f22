// nginx and HAProxy with the settings of docs/bridge in front of two bridges: who the client is, silence beyond the
// proxy's patience, a reload, and the drain of one bridge, as the client in a page sees them.

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { bridge } from '@imaplib/client';
import type { ByteStream } from '@imaplib/client';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { makeCertificates } from './testing/certificates.ts';
import { ORIGIN } from './testing/page.ts';
import { echo, tcpServer } from './testing/servers.ts';

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const settings = (name: string): string =>
  readFileSync(new URL(`../../../docs/bridge/${name}`, import.meta.url), 'utf8');

/** The proxies' patience with a silent connection, and the bridges' pings, which must come more often. */
const PATIENCE_MS = 1_000;
const PING_MS = 250;

/** A page that comes from 127.0.0.2, and pretends to come from 6.6.6.6. */
class DistantSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, {
      origin: ORIGIN,
      rejectUnauthorized: false,
      localAddress: '127.0.0.2',
      family: 4,
      headers: { 'X-Forwarded-For': '6.6.6.6', Host: 'mail.example.com' },
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function statusOf(port: number, asked: string): Promise<number> {
  const options = { host: '127.0.0.1', port, path: asked, rejectUnauthorized: false, agent: false };
  return new Promise((resolve, reject) => {
    https
      .get(options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .once('error', reject);
  });
}

interface Running {
  readonly child: ChildProcess;
  log: string;
}

/** A program that ends with the test. */
function start(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const running = { child, log: '' };
  child.stderr.on('data', (data: Buffer) => (running.log += data.toString()));
  child.stdout.resume();
  onTestFinished(() => void child.kill('SIGKILL'));
  return running;
}

async function startBridge(dir: string, port: number, target: number): Promise<Running> {
  const file = path.join(dir, `${port}.json`);
  const config = {
    listen: `127.0.0.1:${port}`,
    origin: ORIGIN,
    target: { it: `imap://127.0.0.1:${target}` },
    'trusted-proxy': '127.0.0.1',
    drain: 2,
    limits: { pingMs: PING_MS },
  };
  writeFileSync(file, JSON.stringify(config));
  const running = start(process.execPath, [program, '--config', file]);
  await once(running.child.stdout!, 'data');
  return running;
}

/** What is in front: how it is started, and told to read its settings again. */
interface Proxy {
  readonly reload: () => void;
}

const proxies: Record<string, (dir: string, front: number, adapt: (text: string) => string) => Proxy> = {
  nginx(dir, front, adapt) {
    const site = adapt(settings('nginx.conf'))
      .replace('listen 443 ssl', `listen 127.0.0.1:${front} ssl`)
      .replaceAll(/\/etc\/ssl\/mail\.example\.com\.(pem|key)/g, `${dir}/tls.$1`)
      .replace('root /srv/webmail;', `root ${dir};`)
      .replaceAll(/(proxy_(?:read|send)_timeout) 120s/g, `$1 ${PATIENCE_MS}ms`);
    const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${dir}/${name};`,
    );
    const main = `pid ${dir}/nginx.pid; error_log stderr warn; events {}`;
    const file = path.join(dir, 'nginx.conf');
    writeFileSync(file, `${main}\nhttp { access_log off; ${scratch.join(' ')}\n${site}\n}\n`);
    const { child } = start('nginx', ['-c', file, '-e', 'stderr', '-g', 'daemon off;']);
    // KILL would leave its workers behind.
    onTestFinished(async () => {
      if (child.exitCode !== null || !child.kill('SIGTERM')) return;
      await once(child, 'exit');
    });
    return { reload: () => void child.kill('SIGHUP') };
  },
  haproxy(dir, front, adapt) {
    const text = adapt(settings('haproxy.cfg'))
      .replace('bind :443 ssl', `bind 127.0.0.1:${front} ssl`)
      .replace('/etc/haproxy/mail.example.com.pem', `${dir}/both.pem`)
      .replace('timeout tunnel 2h', `timeout tunnel ${PATIENCE_MS}ms`)
      .replace('inter 2s', 'inter 200ms');
    const file = path.join(dir, 'haproxy.cfg');
    writeFileSync(file, text);
    let { child } = start('haproxy', ['-f', file, '-db']);
    return {
      // The new one tells the old one to finish.
      reload: () => {
        ({ child } = start('haproxy', ['-f', file, '-db', '-sf', String(child.pid)]));
      },
    };
  },
};

/** A page that says words to an echo. */
class EchoPage {
  readonly stream: ByteStream;
  drainMs: number | null = null;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(stream: ByteStream) {
    this.stream = stream;
    this.#reader = stream.readable.getReader();
    this.#writer = stream.writable.getWriter();
    this.#writer.closed.catch(() => {});
    stream.onDrain = (deadlineMs) => (this.drainMs = deadlineMs);
    onTestFinished(() => stream.close());
  }

  static async open(front: number): Promise<EchoPage> {
    const url = `wss://localhost:${front}/imap`;
    return new EchoPage(await bridge({ url, target: 'it', WebSocket: DistantSocket })({}));
  }

  async say(word: string): Promise<void> {
    await this.#writer.write(Buffer.from(word));
    let back = '';
    while (back.length < word.length) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`ended after ${back}`);
      back += Buffer.from(value).toString();
    }
    expect(back).toBe(word);
  }

  /** How reading ends. */
  async ending(): Promise<unknown> {
    return this.#reader.read().then(
      () => 'closed',
      (error: unknown) => error,
    );
  }
}

for (const [name, startProxy] of Object.entries(proxies)) {
  const isInstalled = spawnSync(name, ['-v']).error === undefined;
  test.skipIf(!isInstalled)(
    `${name} in front of two bridges`,
    async () => {
      const dir = mkdtempSync(path.join(tmpdir(), `${name}-`));
      onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
      const server = await tcpServer(echo);
      const [front, one, other] = [await freePort(), await freePort(), await freePort()];
      const bridges = [
        await startBridge(dir, one, server.port),
        await startBridge(dir, other, server.port),
      ] as const;
      const { key, cert } = makeCertificates().good;
      writeFileSync(path.join(dir, 'tls.key'), key);
      writeFileSync(path.join(dir, 'tls.pem'), cert);
      writeFileSync(path.join(dir, 'both.pem'), `${cert}${key}`);
      const proxy = startProxy(dir, front, (text) =>
        text
          .replaceAll('127.0.0.1:8143', `127.0.0.1:${one}`)
          .replaceAll('127.0.0.1:8144', `127.0.0.1:${other}`),
      );
      let first!: EchoPage;
      await expect
        .poll(
          async () => {
            first = await EchoPage.open(front);
            return true;
          },
          { timeout: 10_000 },
        )
        .toBe(true);
      await first.say('first');

      // The client is who it is, whatever it pretends.
      const connected = bridges.flatMap(({ log }) =>
        log.split('\n').filter((line) => line.includes('"connected"')),
      );
      expect(JSON.parse(connected[0] ?? '')).toMatchObject({ address: '127.0.0.2' });

      // Both bridges get pages; what is the operator's stays inside.
      const second = await EchoPage.open(front);
      await second.say('second');
      for (const { log } of bridges) expect(log).toContain('"opened"');
      for (const inside of ['/metrics', '/healthz', '/readyz']) {
        expect(await statusOf(front, inside)).toBeGreaterThanOrEqual(400);
      }

      // Silence twice as long as the proxy's patience: the bridge's pings keep the connection.
      await new Promise((resolve) => setTimeout(resolve, 2 * PATIENCE_MS));
      await first.say('after a silence');

      // A reload keeps the connections, and takes new ones.
      proxy.reload();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await first.say('after the reload');
      await second.say('after the reload');
      const third = await EchoPage.open(front);
      await third.say('third');

      // One bridge drains: its pages are told and go to the other one, those that stay are closed with 1012.
      bridges[0].child.kill('SIGTERM');
      const all = [first, second, third];
      await expect
        .poll(() => all.filter(({ drainMs }) => drainMs !== null).length, { timeout: 5_000 })
        .toBeGreaterThan(0);
      const moved = await EchoPage.open(front);
      await moved.say('moved');
      expect(moved.drainMs).toBeNull();
      const told = all.filter(({ drainMs }) => drainMs !== null);
      for (const page of told) {
        expect(await page.ending()).toMatchObject({
          code: 'unreachable',
          message: expect.stringContaining('the bridge restarts') as string,
        });
      }
      if (bridges[0].child.exitCode === null) await once(bridges[0].child, 'exit');
      expect(bridges[0].child.exitCode).toBe(0);
      await moved.say('still here');
      for (const page of all) if (!told.includes(page)) await page.say('never moved');
    },
    40_000,
  );
}
