// Several processes: one port, one set of counts, one end.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { ORIGIN, TestPage, refusal } from './testing/page.ts';
import { echo, tcpServer } from './testing/servers.ts';

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'workers-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const secret = 'a secret that both sides know, and nobody else';

/** The processes that it has started. */
function workersOf(pid: number): number[] {
  const text =
    process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      : execFileSync('pgrep', ['-P', String(pid)]).toString();
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

async function start(config: Record<string, unknown>) {
  const file = path.join(dir, 'bridge.json');
  writeFileSync(path.join(dir, 'secret'), secret);
  writeFileSync(file, JSON.stringify({ listen: '127.0.0.1:0', origin: ORIGIN, workers: 2, ...config }));
  const child = spawn(process.execPath, [program, '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  while (!output.stdout.includes('\n') && child.exitCode === null) {
    await Promise.race([once(child.stdout, 'data'), exited]);
  }
  const url = output.stdout.trim().replace('listening ', '');
  const metrics = async () => (await fetch(url.replace('ws:', 'http:').replace('/imap', '/metrics'))).text();
  return { child, output, exited, url, metrics };
}

test('counts, used tokens, metrics and commands are those of all processes', async () => {
  const server = await tcpServer(echo);
  const { url, metrics, child, exited, output } = await start({
    target: { it: `imap://127.0.0.1:${server.port}` },
    command: { cat: ['cat'] },
    'token-key': 'secret',
    token: 'static',
    limits: { connectionsPerAddress: 4, processes: 1 },
  });
  const signed = await new SignJWT({ origin: ORIGIN, target: 'it', jti: 'once' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('30s')
    .sign(new TextEncoder().encode(secret));
  // One after the other: the port is handed round, so that they come to different processes.
  const replays = [];
  for (let n = 0; n < 4; n++) {
    replays.push((await refusal(url, { protocols: ['imaplib.v1', `bearer.${signed}`] })).status);
  }
  expect(replays).toEqual([101, 401, 401, 401]);

  const protocols = ['imaplib.v1', 'bearer.static'];
  const pages: TestPage[] = [];
  const open = async (frame: Record<string, unknown>): Promise<TestPage> => {
    const page = new TestPage(url, { protocols });
    pages.push(page);
    await page.opens;
    page.send({ type: 'open', window: 1 << 20, ...frame });
    return page;
  };
  await (await open({ command: 'cat' })).frame('opened');
  expect((await (await open({ command: 'cat' })).closed).code).toBe(4429);
  expect((await (await open({ command: 'cat' })).closed).code).toBe(4429);
  for (let n = 0; n < 3; n++) {
    const page = await open({ target: 'it' });
    await page.frame('opened');
    page.write('bytes');
    await page.text('bytes');
  }
  for (let n = 0; n < 3; n++) expect((await refusal(url, { protocols })).status).toBe(429);
  const text = await metrics();
  expect(text).toContain('\nimaplib_bridge_connections 4\n');
  expect(text).toContain('\nimaplib_bridge_processes 1\n');
  expect(text).toContain('\nimaplib_bridge_bytes_total{direction="up"} 15\n');
  expect(text).toContain('\nimaplib_bridge_refusals_total{status="401"} 3\n');
  expect(text).toContain('process_open_fds');

  child.kill('SIGTERM');
  const left = pages.filter(({ socket }) => socket.readyState === socket.OPEN);
  expect(left).toHaveLength(4);
  for (const page of left) {
    await page.frame('drain');
    page.socket.close();
  }
  expect(await exited).toBe(0);
  expect(output.stderr).not.toContain('worker-died');
}, 20_000);

test('a process that dies leaves nothing counted, and comes again', async () => {
  const server = await tcpServer(echo);
  const { url, output, child, exited } = await start({
    target: { it: `imap://127.0.0.1:${server.port}` },
    limits: { connectionsPerAddress: 2 },
  });
  const pages = [new TestPage(url), new TestPage(url)];
  await Promise.all(pages.map(({ opens }) => opens));
  expect((await refusal(url)).status).toBe(429);
  process.kill(workersOf(child.pid!)[0] ?? 0, 'SIGKILL');
  await Promise.race(pages.map(({ closed }) => closed));
  await expect.poll(() => output.stderr).toContain('worker-died');
  // Its connections are counted out, and a new process takes its place.
  await expect.poll(async () => (await refusal(url)).status).toBe(101);
  await expect.poll(() => workersOf(child.pid!).length, { timeout: 5000 }).toBe(2);
  child.kill('SIGINT');
  expect(await exited).toBe(0);
}, 20_000);

test('what cannot be used is told once, with its line', async () => {
  const { exited, output } = await start({ target: { it: 'pop3://a' } });
  expect(await exited).toBe(2);
  expect(output.stderr).toContain('bridge.json:1: target it: write imaps://HOST:PORT or imap://HOST:PORT');
  expect(output.stderr.match(/^imaplib-bridge:/gm)).toHaveLength(1);
}, 20_000);
