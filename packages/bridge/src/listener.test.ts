// Listening with TLS, and the renewal of the bridge's own certificate.

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { createBridge } from './bridge.ts';
import type { BridgeOptions } from './options.ts';
import { makeCertificates } from './testing/certificates.ts';
import type { Pair } from './testing/certificates.ts';
import { TestPage } from './testing/page.ts';
import { echo, startBridge, tcpServer } from './testing/servers.ts';

const made = makeCertificates();
const dir = mkdtempSync(path.join(tmpdir(), 'listener-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const certFile = path.join(dir, 'cert.pem');
const keyFile = path.join(dir, 'key.pem');

function install({ cert, key }: Pair): void {
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
}

async function start(options: BridgeOptions = {}) {
  install(made.good);
  const server = await tcpServer(echo);
  const bridge = await startBridge({
    tls: { certFile, keyFile },
    targets: { it: `imap://127.0.0.1:${server.port}` },
    ...options,
  });
  /** The names in the certificate that it shows. */
  const shown = (): Promise<string | string[] | undefined> =>
    new Promise((resolve, reject) => {
      const socket = tls.connect({ port: bridge.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.destroy();
      });
      socket.once('error', reject);
    });
  const events = (event: string) => bridge.entries.filter((entry) => entry.event === event);
  return { bridge, shown, events };
}

test('wss, and https beside it', async () => {
  const { bridge } = await start({ staticFiles: { '/index.html': { type: 'text/html', body: 'page' } } });
  expect(bridge.url).toBe(`wss://127.0.0.1:${bridge.port}/imap`);
  for (const origin of [undefined, `https://localhost:${bridge.port}`]) {
    const page = new TestPage(bridge.url, { ca: made.ca, ...(origin === undefined ? {} : { origin }) });
    await page.opens;
    page.send({ type: 'open', window: 1 << 20, target: 'it' });
    await page.frame('opened');
    page.write('encrypted');
    await page.text('encrypted');
  }
});

test('a new certificate is taken on reload; a bad one is not', async () => {
  const { bridge, shown, events } = await start({ limits: { certificateMs: 600_000 } });
  expect(await shown()).toBe('localhost');
  install(made.wrongName);
  bridge.reload();
  expect(await shown()).toBe('elsewhere.example');
  copyFileSync(certFile, keyFile);
  bridge.reload();
  expect(await shown()).toBe('elsewhere.example');
  expect(events('certificate-kept')).toEqual([
    expect.objectContaining({ level: 'warn', reason: expect.stringContaining('cannot be used together') }),
  ]);
});

test('a new certificate is noticed, and open connections go on', async () => {
  const { bridge, shown } = await start({ limits: { certificateMs: 20 } });
  const page = new TestPage(bridge.url, { ca: made.ca });
  await page.opens;
  page.send({ type: 'open', window: 1 << 20, target: 'it' });
  await page.frame('opened');
  // Put there anew at each look: the first one may come before the files are watched.
  const look = (): Promise<string | string[] | undefined> => {
    install(made.wrongName);
    return shown();
  };
  await expect.poll(look, { timeout: 10_000, interval: 200 }).toBe('elsewhere.example');
  page.write('still here');
  await page.text('still here');
}, 15_000);

test('whoever connects and says nothing is not waited for', async () => {
  const { bridge } = await start({ limits: { handshakeMs: 50 } });
  const socket = net.connect(bridge.port, '127.0.0.1');
  socket.resume();
  expect(await once(socket, 'close')).toEqual([false]);
});

test('TLS 1.1 is not spoken', async () => {
  const { bridge } = await start();
  const socket = tls.connect({
    port: bridge.port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(error.message).toMatch(/version|unsupported|alert/i);
});

test.each([
  [
    'a file that is not there',
    { certFile: '/nonexistent.pem', keyFile },
    'tls-cert: cannot read /nonexistent.pem: ENOENT',
  ],
  ['a key that is none', { certFile, keyFile: certFile }, 'cannot be used together'],
])('%s', (_, options, message) => {
  install(made.good);
  expect(() => createBridge({ tls: options, log: () => {} })).toThrow(message);
});
