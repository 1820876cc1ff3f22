// The program itself, as somebody runs it: a process of its own, compiled.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { ORIGIN, TestPage, refusal } from './testing/page.ts';
import { echo, startBridge, tcpServer } from './testing/servers.ts';

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'cli-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  /** The address of its ready line. */
  const ready = async (): Promise<string> => {
    while (!output.stdout.includes('\n')) await once(child.stdout, 'data');
    return output.stdout.replace(/^listening (ws:\/\/127\.0\.0\.1:\d+\/imap)\n$/, '$1');
  };
  return { child, output, exited, ready };
}

test('it says where it listens, carries bytes, and ends with 0 on SIGTERM', async () => {
  const server = await tcpServer(echo);
  const bridge = run(
    '--listen',
    '127.0.0.1:0',
    '--target',
    `it=imap://127.0.0.1:${server.port}`,
    '--origin',
    ORIGIN,
    '--drain',
    '1',
  );
  const url = await bridge.ready();
  const page = await TestPage.opened(url, { target: 'it' });
  page.write('canary');
  await page.text('canary');
  bridge.child.kill('SIGTERM');
  expect(await page.frame('drain')).toEqual({ type: 'drain', deadlineMs: 1000 });
  page.socket.close();
  expect(await bridge.exited).toBe(0);
  const events = bridge.output.stderr
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: string }).event);
  expect(events).toEqual(['listening', 'connected', 'opened', 'draining', 'closed', 'ended']);
  expect(bridge.output.stderr).not.toContain('canary');
});

test('a page that it serves may use it; SIGINT ends it at once', async () => {
  writeFileSync(path.join(dir, 'index.html'), 'page');
  const server = await tcpServer(echo);
  const config = path.join(dir, 'bridge.json');
  writeFileSync(
    config,
    JSON.stringify({ listen: '127.0.0.1:0', target: { it: `imap://127.0.0.1:${server.port}` }, static: '.' }),
  );
  const bridge = run('--config', config);
  const url = await bridge.ready();
  const origin = `http://${new URL(url).host}`;
  expect(await (await fetch(origin)).text()).toBe('page');
  expect((await refusal(url, { origin })).status).toBe(101);
  expect((await refusal(url)).status).toBe(403);
  bridge.child.kill('SIGINT');
  expect(await bridge.exited).toBe(0);
});

test('a port that is taken gets one clear sentence', async () => {
  const other = await startBridge({});
  const bridge = run('--listen', `127.0.0.1:${other.port}`);
  expect(await bridge.exited).toBe(1);
  expect(bridge.output).toEqual({
    stdout: '',
    stderr: `imaplib-bridge: cannot listen on 127.0.0.1:${other.port}: another program has this port; choose another, or 0 for any\n`,
  });
});

test.each([
  [
    ['--target', 'it=pop3://a'],
    2,
    /^imaplib-bridge: target it: write imaps:\/\/HOST:PORT or imap:\/\/HOST:PORT/,
  ],
  [
    ['--static', '/nonexistent'],
    2,
    /^imaplib-bridge: static \/nonexistent: there is no such directory; build the page first\n$/,
  ],
  [['--nonsense'], 2, /^imaplib-bridge: Unknown option '--nonsense'; --help lists the options\n$/],
])('%j is not understood', async (args, code, message) => {
  const bridge = run(...args);
  expect(await bridge.exited).toBe(code);
  expect(bridge.output.stderr).toMatch(message);
});

test('--help and --version', async () => {
  const [help, version] = [run('--help'), run('--version')];
  expect([await help.exited, await version.exited]).toEqual([0, 0]);
  expect(help.output.stdout).toContain('Usage: imaplib-bridge');
  expect(version.output.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
