// A message of 1 GiB, streamed in a real browser: the page's process holds no more than 32 MiB beyond what it did before,
// every octet is the right one, and other calls get in between. The same of an attachment that is decoded on the way.
//
// Held is what a collection leaves: looked at in the last quarter, where garbage is collected before each look. Before, it
// runs as the browser likes, and what that comes to is told. A page has no say in it: Chromium begins to collect once 64
// MiB of buffers have come, whoever read them. A bare WebSocket that drops all it gets is told beside it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { bridge as connectThrough, BodyPart, ImapClient as Client } from '@imaplib/client';
import { expect, test, type Browser, type Page } from '@playwright/test';

const MIB = 1024 * 1024;
const TOTAL = 1024 * MIB;
/** Of base64, 57 octets each: 256 MiB, and some more. */
const LINES = 4_710_000;
const BARE = 256 * MIB;
/** No divisor of any piece: an octet that is missing or twice shifts all that follow. */
const PERIOD = 65_521;

/** Counts for all that the page's scripts do, and is looked at while they run. */
interface Transfer {
  octets: number;
  wrong: number;
  /** The slowest of the NOOPs that were sent meanwhile, in milliseconds. */
  slowest: number;
  noops: number;
  isOver: boolean;
  failure: string | null;
}

interface Scripts {
  transfer: Transfer;
  /** Starts a download of a message, or so many octets over a bare WebSocket. */
  download(uid: number): void;
  bare(octets: number): void;
}

async function startServer(): Promise<{ url: string; close: () => void }> {
  const program = fileURLToPath(new URL('large-message.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, PERIOD, TOTAL, LINES].map(String), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url, close: () => void child.kill() };
}

/** Runs in the page: a client, and what is to be measured. */
async function prepare(period: number): Promise<void> {
  const modules = '/index.js';
  const imap = (await import(modules)) as { ImapClient: typeof Client; bridge: typeof connectThrough };
  const client = await imap.ImapClient.connect({
    transport: imap.bridge({ url: '/imap', target: 'it' }),
    auth: { user: 'u', pass: 'p' },
    autoIdle: false,
  });
  await client.select('INBOX');
  let structure: BodyPart | undefined;
  for await (const row of client.fetch(2, { bodyStructure: true })) structure = row.bodyStructure;

  const begin = (): Transfer => {
    const transfer = { octets: 0, wrong: 0, slowest: 0, noops: 0, isOver: false, failure: null };
    Object.assign(globalThis, { transfer });
    return transfer;
  };
  const settle = (transfer: Transfer, work: Promise<unknown>): void => {
    void work
      .catch((error: unknown) => {
        transfer.failure = String(error);
      })
      .finally(() => {
        transfer.isOver = true;
      });
  };
  const octet = (offset: number): number => {
    const at = offset % period;
    return (at * 31 + (at >> 8)) & 255;
  };
  const read = async (transfer: Transfer, uid: number, most: number): Promise<void> => {
    const content = client.download(uid, uid === 1 ? '' : structure!);
    for await (const chunk of content as unknown as AsyncIterable<Uint8Array>) {
      // All of them would measure this loop: every hundred and first, and the last.
      for (let at = 0; at < chunk.length; at += 101)
        if (chunk[at] !== octet(transfer.octets + at)) transfer.wrong += 1;
      if (chunk.at(-1) !== octet(transfer.octets + chunk.length - 1)) transfer.wrong += 1;
      transfer.octets += chunk.length;
      if (transfer.octets >= most) break;
    }
  };
  const others = async (transfer: Transfer): Promise<void> => {
    while (!transfer.isOver) {
      const begun = performance.now();
      await client.noop();
      transfer.slowest = Math.max(transfer.slowest, performance.now() - begun);
      transfer.noops += 1;
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  };
  const blast = (transfer: Transfer, most: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket('/imap/it', 'binary');
      socket.binaryType = 'arraybuffer';
      socket.addEventListener('open', () => socket.send(encode(`a UID FETCH 1 BODY.PEEK[]<0.${most}>\r\n`)));
      socket.addEventListener('close', () => reject(new Error('the bare WebSocket closed')));
      socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
        transfer.octets += data.byteLength;
        if (transfer.octets < most) return;
        resolve();
        socket.close();
      });
    });
  const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

  // Code and pools are what idle means: they are there from the first download on.
  await read(begin(), 1, 32 * 1024 * 1024);
  Object.assign(globalThis, {
    download: (uid: number) => {
      const transfer = begin();
      settle(transfer, read(transfer, uid, Infinity));
      void others(transfer);
    },
    bare: (most: number) => {
      const transfer = begin();
      settle(transfer, blast(transfer, most));
    },
  });
}

/** Gives the memory in MiB that the page's process shares with nobody, above what it is now without garbage. */
async function memoryAboveIdle(browser: Browser, page: Page): Promise<() => number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const of = (id: number): number => {
    const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    return Number(/^Private_Dirty:\s+(\d+)/m.exec(rollup)?.[1]) / 1024;
  };
  const inPage = await page.context().newCDPSession(page);
  await inPage.send('HeapProfiler.collectGarbage');
  await inPage.detach();
  const idle = Math.max(...renderers.map(of));
  return () => Math.max(...renderers.map(of)) - idle;
}

interface Measured extends Transfer {
  /** Above idle, in MiB: what a collection leaves; as the browser likes, at most and half of the time. */
  held: number;
  most: number;
  median: number;
  seconds: number;
}

/** Starts something in the page, and looks at its memory until it is over; garbage is collected behind so many octets. */
async function measured(
  page: Page,
  memory: () => number,
  [what, given]: ['download' | 'bare', number],
  collected = Infinity,
): Promise<Measured> {
  const session = await page.context().newCDPSession(page);
  const begun = performance.now();
  await page.evaluate(([name, value]) => (globalThis as unknown as Scripts)[name](value), [
    what,
    given,
  ] as const);
  const above: number[] = [];
  let held = -Infinity;
  for (;;) {
    const now = await page.evaluate(() => (globalThis as unknown as Scripts).transfer);
    if (now.octets < collected) above.push(memory());
    else {
      await session.send('HeapProfiler.collectGarbage');
      held = Math.max(held, memory());
    }
    if (!now.isOver) continue;
    await session.detach();
    above.sort((a, b) => a - b);
    const [median = NaN, most = NaN] = [above[above.length >> 1], above.at(-1)];
    return { ...now, held, most, median, seconds: (performance.now() - begun) / 1000 };
  }
}

function note(title: string, { held, most, median, seconds, noops, slowest }: Measured): void {
  const kept = held === -Infinity ? '' : `holds ${held.toFixed(1)} MiB above idle; `;
  const garbage = `with garbage ${median.toFixed(1)} MiB half of the time, ${most.toFixed(1)} at most; ${seconds.toFixed(1)} s`;
  const others = noops === 0 ? '' : `; ${noops} NOOPs, the slowest ${slowest.toFixed(0)} ms`;
  const description = `${title}: ${kept}${garbage}${others}`;
  test.info().annotations.push({ type: 'measured', description });
  console.log(description);
}

test('1 GiB streamed stays within 32 MiB, octet by octet, beside other calls', async ({ page, browser }) => {
  test.skip(process.platform !== 'linux', 'memory is read from /proc');
  test.setTimeout(180_000);
  const server = await startServer();
  try {
    await page.goto(server.url);
    await page.evaluate(prepare, PERIOD);
    const memory = await memoryAboveIdle(browser, page);
    const raw = await measured(page, memory, ['download', 1], 0.75 * TOTAL);
    note('download, 1 GiB', raw);
    const decoded = await measured(page, memory, ['download', 2], 0.75 * LINES * 57);
    note('download, 256 MiB in base64', decoded);
    const bare = await measured(page, memory, ['bare', BARE]);
    note('bare WebSocket, 256 MiB', bare);

    expect(bare).toMatchObject({ failure: null });
    expect(raw).toMatchObject({ octets: TOTAL, wrong: 0, failure: null });
    expect(decoded).toMatchObject({ octets: LINES * 57, wrong: 0, failure: null });
    for (const { held, most, noops, slowest } of [raw, decoded]) {
      expect(held).toBeGreaterThan(-Infinity);
      expect(held).toBeLessThan(32);
      // Garbage, too, is no more for a large message than for a small one.
      expect(most).toBeLessThan(256);
      expect(noops).toBeGreaterThan(10);
      expect(slowest).toBeLessThan(2_000);
    }
  } finally {
    server.close();
  }
});
