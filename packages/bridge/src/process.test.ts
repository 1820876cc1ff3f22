// Commands at the far end: what they get, what is told of their end, and that nothing of them stays.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { TestPage } from './testing/page.ts';
import { startBridge } from './testing/servers.ts';
import type { Command } from './options.ts';
import type { Limits } from './limits.ts';

async function open(
  command: Command | readonly string[],
  limits: Partial<Limits> = {},
  window = 1024 * 1024,
) {
  const bridge = await startBridge({ commands: { it: command }, limits });
  return { bridge, page: await TestPage.opened(bridge.url, { command: 'it', window }) };
}

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly isZombie: boolean;
}

/** All processes of this machine. */
function processes(): Running[] {
  if (process.platform !== 'linux') {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=']).toString().trim().split('\n');
    return table.map((line) => {
      const [pid, parent, group, stat = ''] = line.trim().split(/\s+/);
      return {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        isZombie: stat.startsWith('Z'),
      };
    });
  }
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), parent: Number(parent), group: Number(group), isZombie: state === 'Z' }];
    } catch {
      // It ended while the list was read.
      return [];
    }
  });
}

/** Whether anything of a command's process group is running. An orphan that has ended is its new parent's to reap. */
const isRunning = (group: number): boolean => processes().some((one) => one.group === group && !one.isZombie);

test('bytes both ways, and eof closes its stdin', async () => {
  const { page } = await open(['cat']);
  expect(await page.frame('opened')).toMatchObject({
    peer: { name: 'it', local: true },
    timings: {},
    tls: null,
  });
  page.write(Buffer.alloc(500_000, 'c'));
  await page.until(() => page.received === 500_000, 'all of it');
  page.send({ type: 'eof' });
  expect(await page.closed).toEqual({ code: 1000, reason: 'exit' });
  expect(page.order.slice(-3)).toEqual(['b', 'eof', 'exit']);
  expect(page.frames.at(-1)).toEqual({ type: 'exit', code: 0, signal: null, stderr: '' });
});

test('exit code and the last lines of stderr, after the last byte', async () => {
  const script = 'for n in $(seq 3000); do echo "line $n" >&2; done; head -c 300000 /dev/zero; exit 7';
  const { page } = await open(['sh', '-c', script], {}, 64 * 1024);
  page.onBytes = (chunk) => page.send({ type: 'credit', bytes: chunk.length });
  expect(await page.closed).toEqual({ code: 1000, reason: 'exit' });
  expect(page.received).toBe(300_000);
  const exit = await page.frame('exit');
  expect(exit).toMatchObject({ code: 7, signal: null });
  expect(exit.stderr.split('\n').at(-1)).toBe('line 3000');
  expect(exit.stderr.split('\n')[0]).toMatch(/^line \d+$/);
  expect(exit.stderr.length).toBeLessThanOrEqual(4096);
});

describe('what the configuration gives a command is not told to the page', () => {
  const env = { TOKEN: 'hunter2-hunter2', KEY: 'first line of a key\nsecond line of a key', USER: 'me' };
  test.each([
    ['in its last words', 'echo "for me: $TOKEN, $TOKEN; $KEY" >&2', 'for me: ***, ***; ***'],
    [
      'where they are cut in one line',
      'head -c 6000 /dev/zero | tr "\\0" x >&2; echo "$TOKEN" >&2',
      /^x+\*{3}$/,
    ],
    [
      'where the cut goes through it',
      'printf %s "$TOKEN" >&2; head -c 4130 /dev/zero | tr "\\0" x >&2',
      /^x+$/,
    ],
    [
      'where the cut goes through one of many lines',
      'printf %s "$KEY" >&2; head -c 4120 /dev/zero | tr "\\0" x >&2',
      /^x+$/,
    ],
  ])('%s', async (_, script, told) => {
    const { page } = await open({ argv: ['sh', '-c', script], env });
    const { stderr } = await page.frame('exit');
    if (typeof told === 'string') expect(stderr).toBe(told);
    else expect(stderr).toMatch(told);
    expect(stderr.length).toBeLessThanOrEqual(4096);
  });
});

test('a signal that ended it', async () => {
  const { page } = await open(['sh', '-c', 'kill -KILL $$']);
  await page.closed;
  expect(await page.frame('exit')).toMatchObject({ code: null, signal: 'SIGKILL' });
});

test('one that is not there', async () => {
  const bridge = await startBridge({ commands: { it: ['/nonexistent/program', 'secret-argument'] } });
  const page = await TestPage.open(bridge.url, { command: 'it' });
  expect(await page.closed).toEqual({ code: 4505, reason: 'spawn' });
  expect(page.frames).toEqual([
    {
      type: 'error',
      code: 'spawn',
      stage: 'connect',
      reason: 'ENOENT',
      message: expect.stringContaining('the command it could not be started'),
    },
  ]);
  expect(JSON.stringify(page.frames)).not.toContain('secret-argument');
});

test('no shell reads its arguments, and a page cannot add any', async () => {
  const bridge = await startBridge({ commands: { it: ['printf', '%s|', '$(id)', ';id', '`id`', '*'] } });
  const page = await TestPage.open(bridge.url, { command: 'it', ...{ argv: ['extra'], env: { X: '1' } } });
  await page.closed;
  expect(page.bytes.toString()).toBe('$(id)|;id|`id`|*|');
  for (const name of ['it;id', '../it', 'it extra', '']) {
    const other = await TestPage.open(bridge.url, { command: name });
    expect((await other.closed).code).toBe(4403);
  }
});

test('it runs where and with what the configuration says', async () => {
  process.env['BRIDGE_TEST_SECRET'] = 'secret';
  try {
    const { page } = await open({ argv: ['sh', '-c', 'pwd; env'], cwd: '/tmp', env: { GREETING: 'hello' } });
    await page.closed;
    const [cwd, ...env] = page.bytes.toString().trim().split('\n');
    expect(cwd).toBe('/tmp');
    expect(env).toContain('GREETING=hello');
    expect(env.join()).not.toContain('secret');
  } finally {
    delete process.env['BRIDGE_TEST_SECRET'];
  }
});

test('a server that does not read its input does not keep the page from pinging', async () => {
  const { page } = await open(['sleep', '60'], { killMs: 20 });
  page.write(Buffer.alloc(1024 * 1024));
  page.send({ type: 'ping', id: 1 });
  expect(await page.frame('pong')).toEqual({ type: 'pong', id: 1 });
});

describe('when the page leaves', () => {
  test.each([
    ['its stdin is closed', 'echo $$; cat >/dev/null'],
    ['TERM ends it', 'echo $$; exec sleep 60'],
    ['KILL ends it', 'trap "" TERM; echo $$; while :; do sleep 1; done'],
    ['its children end too', 'sleep 60 & sleep 61 & echo $$; wait'],
    ['its children that ignore it end too', '(trap "" TERM HUP; while :; do sleep 1; done) & echo $$; wait'],
  ])('%s', async (_, script) => {
    const { page, bridge } = await open(['sh', '-c', script], { killMs: 30 });
    await page.until(() => page.bytes.includes('\n'), 'its process id');
    const pid = Number(page.bytes.toString());
    expect(isRunning(pid)).toBe(true);
    page.socket.terminate();
    await expect.poll(() => bridge.connections).toBe(0);
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(processes().some((one) => one.pid === pid)).toBe(false);
  });

  test('what the page has sent before arrives', async () => {
    const { page, bridge } = await open(['sh', '-c', 'cat >/dev/null; echo done >&2']);
    page.write('last words');
    page.socket.close();
    await expect.poll(() => bridge.entries.find(({ event }) => event === 'closed')?.['bytesUp']).toBe(10);
  });
});

test('what a command leaves running ends with it', async () => {
  const { page } = await open(['sh', '-c', 'sleep 60 & echo $$; exit 0'], { killMs: 30 });
  expect(await page.closed).toEqual({ code: 1000, reason: 'exit' });
  const pid = Number(page.bytes.toString());
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test('not more at a time than the limit', async () => {
  const { page, bridge } = await open(['cat'], { processes: 1 });
  const second = await TestPage.open(bridge.url, { command: 'it' });
  expect(await second.closed).toEqual({ code: 4429, reason: 'limit' });
  page.send({ type: 'eof' });
  await page.closed;
  await TestPage.opened(bridge.url, { command: 'it' });
});

test('a hundred pages that leave at once leave no child behind', async () => {
  const bridge = await startBridge({ commands: { it: ['cat'] }, limits: { killMs: 500 } });
  for (let round = 0; round < 5; round++) {
    const pages = await Promise.all(
      Array.from({ length: 20 }, () => TestPage.open(bridge.url, { command: 'it' })),
    );
    for (const page of pages) page.socket.terminate();
  }
  await expect.poll(() => bridge.connections, { timeout: 5000 }).toBe(0);
  await expect.poll(() => processes().filter(({ parent }) => parent === process.pid)).toEqual([]);
});

test('closing the bridge ends its commands', async () => {
  const { page, bridge } = await open(['sh', '-c', 'echo $$; exec sleep 60'], { killMs: 30 });
  await page.until(() => page.bytes.includes('\n'), 'its process id');
  await bridge.close();
  expect(isRunning(Number(page.bytes.toString()))).toBe(false);
  expect(await page.closed).toEqual({ code: 1012, reason: 'restart; reconnect' });
});
