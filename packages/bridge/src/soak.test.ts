// Endurance, as far as a test has time for it: commands that are aborted by the thousand, and connections that are
// cut at random while bytes are on their way.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ORIGIN, TestPage } from './testing/page.ts';
import { echo, startBridge, tcpServer } from './testing/servers.ts';

/** The same numbers in each run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The children of a process, those that wait to be reaped included. */
const childrenOf = (pid: number): string =>
  process.platform === 'linux' ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim() : '';

test('a thousand aborted commands leave no process behind', async () => {
  // The program itself: it is small, and starts others fast.
  const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const config = path.join(mkdtempSync(path.join(tmpdir(), 'soak-')), 'bridge.json');
  writeFileSync(config, JSON.stringify({ limits: { burstPerAddress: 10_000 } }));
  onTestFinished(() => rmSync(path.dirname(config), { recursive: true }));
  const args = [
    '--listen',
    '127.0.0.1:0',
    '--origin',
    ORIGIN,
    '--command',
    'it=["cat"]',
    '--log-level',
    'error',
    '--config',
    config,
  ];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = line.toString().trim().replace('listening ', '');
  const roll = dice(7);
  let left = 1000;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const page = new TestPage(url);
      await page.opens;
      page.send({ type: 'open', window: 65_536, command: 'it' });
      // Some before the command has started, some in the middle of its bytes.
      if (roll() < 0.5) {
        await page.frame('opened').catch(() => {});
        if (page.socket.readyState === page.socket.OPEN) page.write('bytes');
      }
      page.socket.terminate();
      await page.closed;
    }
  };
  await Promise.all(Array.from({ length: 20 }, one));
  const metrics = async () => (await fetch(`http://${new URL(url).host}/metrics`)).text();
  await expect.poll(metrics, { timeout: 10_000 }).toContain('\nimaplib_bridge_processes 0\n');
  await expect.poll(metrics, { timeout: 5_000 }).toContain('\nimaplib_bridge_connections 0\n');
  expect(childrenOf(child.pid!)).toBe('');
}, 30_000);

test('cut at random: no byte is wrong, and nothing stays', async () => {
  const server = await tcpServer((socket) => {
    // Some servers cut, too.
    if (server.sockets.length % 7 === 0) setTimeout(() => socket.resetAndDestroy(), 20);
    echo(socket);
  });
  const bridge = await startBridge({
    targets: { it: `imap://127.0.0.1:${server.port}` },
    raw: ['it'],
    limits: { connectionsPerAddress: 1000, burstPerAddress: 10_000 },
  });
  const roll = dice(3);
  const at = (offset: number): number => (offset * 31 + (offset >> 8)) & 255;
  const fill = (offset: number, length: number): Buffer =>
    Buffer.from(Array.from({ length }, (_, n) => at(offset + n)));
  let wrong = 0;
  let bytes = 0;
  const one = async (): Promise<void> => {
    for (let round = 0; round < 4; round++) {
      const isRaw = roll() < 0.3;
      const page = isRaw
        ? new TestPage(`${bridge.url}/it`, { protocols: ['binary'] })
        : await TestPage.open(bridge.url, { target: 'it' });
      let received = 0;
      page.onBytes = (chunk) => {
        if (!chunk.equals(fill(received, chunk.length))) wrong += 1;
        received += chunk.length;
        bytes += chunk.length;
      };
      try {
        await (isRaw ? page.opens : page.frame('opened'));
        let sent = 0;
        const cutAt = roll() < 0.5 ? roll() * 100_000 : Infinity;
        for (let part = 0; part < 8 && sent < cutAt; part++) {
          const chunk = fill(sent, Math.ceil(roll() * 20_000));
          sent += chunk.length;
          page.write(chunk);
          if (roll() < 0.5) await page.until(() => page.received >= sent, 'an echo');
        }
      } catch {
        // The server has cut it.
      }
      if (roll() < 0.5) page.socket.close();
      else page.socket.terminate();
      await page.closed;
    }
  };
  await Promise.all(Array.from({ length: 30 }, one));
  expect(wrong).toBe(0);
  expect(bytes).toBeGreaterThan(1_000_000);
  await expect.poll(() => bridge.connections, { timeout: 5_000 }).toBe(0);
  const metrics = await (await fetch(`http://127.0.0.1:${bridge.port}/metrics`)).text();
  expect(metrics).toContain('\nimaplib_bridge_queued_bytes 0\n');
}, 20_000);
