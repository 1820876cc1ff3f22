// A message of 1 GiB, streamed in a real browser: the page's process holds no more than 32 MiB beyond what it did before,
// every octet is the right one, and other calls get in between.
//
// Held is what a collection leaves. Chromium collects late: a bare WebSocket that drops all it gets lets 100 to 170 MiB
// of garbage pile up in the same time, this download about 60. The first half runs as the browser likes, and is told; in the
// second half garbage is collected before each look.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createBridge } from '@imaplib/bridge';
import type { bridge as connectThrough, ImapClient as Client } from '@imaplib/client';
import { expect, test, type Browser } from '@playwright/test';

const MIB = 1024 * 1024;
const TOTAL = 1024 * MIB;
/** No divisor of any piece: an octet that is missing or twice shifts all that follow. */
const PERIOD = 65_521;
const client = fileURLToPath(new URL('../packages/client/dist', import.meta.url));

/** A server whose one message is made as it is asked for. */
async function startServer(): Promise<{ port: number; close: () => void }> {
  const content = Buffer.from(Array.from({ length: PERIOD + MIB }, (_, at) => octetAt(at)));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.setNoDelay(true).on('error', () => {});
    socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n');
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const lines = text.split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) answer(socket, line, content);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const octetAt = (offset: number): number => {
  const at = offset % PERIOD;
  return (at * 31 + (at >> 8)) & 255;
};

function answer(socket: Socket, line: string, content: Buffer): void {
  const [tag = '', ...words] = line.split(' ');
  const range = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/.exec(line);
  if (range !== null) {
    const from = Number(range[1]);
    const size = Math.max(0, Math.min(Number(range[2]), TOTAL - from));
    const total = line.includes('RFC822.SIZE') ? `RFC822.SIZE ${TOTAL} ` : '';
    socket.write(`* 1 FETCH (UID 1 ${total}BODY[]<${from}> {${size}}\r\n`);
    socket.write(content.subarray(from % PERIOD, (from % PERIOD) + size));
    socket.write(')\r\n');
  } else if (words[0] === 'SELECT') {
    socket.write('* 1 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT 2] next\r\n');
  }
  socket.write(`${tag} OK done\r\n`);
}

/** Memory in MiB that the page's process shares with nobody. */
async function memoryOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const sizes = processInfo.map(({ type, id }) => {
    if (type !== 'renderer') return 0;
    const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    return Number(/^Private_Dirty:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
  });
  return Math.max(...sizes);
}

interface Transfer {
  octets: number;
  wrong: number;
  /** The slowest of the NOOPs that were sent meanwhile, in milliseconds. */
  slowest: number;
  noops: number;
  isOver: boolean;
}

test('1 GiB streamed stays within 32 MiB, octet by octet, beside other calls', async ({ page, browser }) => {
  test.skip(process.platform !== 'linux', 'memory is read from /proc');
  test.setTimeout(180_000);
  const server = await startServer();
  const relay = createBridge({
    staticDir: client,
    staticFiles: { '/large.html': { type: 'text/html', body: '<!doctype html><title>large</title>' } },
    targets: { it: `imap://127.0.0.1:${server.port}` },
    log: () => {},
  });
  await relay.listen();
  try {
    await page.goto(`http://127.0.0.1:${relay.port}/large.html`);
    await page.evaluate(async (period) => {
      const modules = '/index.js';
      const imap = (await import(modules)) as { ImapClient: typeof Client; bridge: typeof connectThrough };
      const connection = await imap.ImapClient.connect({
        transport: imap.bridge({ url: '/imap', target: 'it' }),
        auth: { user: 'u', pass: 'p' },
        autoIdle: false,
      });
      await connection.select('INBOX');
      const transfer: Transfer = { octets: 0, wrong: 0, slowest: 0, noops: 0, isOver: false };
      const octet = (offset: number): number => {
        const at = offset % period;
        return (at * 31 + (at >> 8)) & 255;
      };
      const read = async (most: number): Promise<void> => {
        const found = { octets: 0 };
        for await (const chunk of connection.download(1, '') as unknown as AsyncIterable<Uint8Array>) {
          // All of them would measure this loop: every hundred and first, and the last.
          for (let at = 0; at < chunk.length; at += 101)
            if (chunk[at] !== octet(found.octets + at)) transfer.wrong += 1;
          if (chunk.at(-1) !== octet(found.octets + chunk.length - 1)) transfer.wrong += 1;
          found.octets += chunk.length;
          transfer.octets = found.octets;
          if (found.octets >= most) break;
        }
      };
      const others = async (): Promise<void> => {
        while (!transfer.isOver) {
          const begun = performance.now();
          await connection.noop();
          transfer.slowest = Math.max(transfer.slowest, performance.now() - begun);
          transfer.noops += 1;
          await new Promise((resolve) => {
            setTimeout(resolve, 100);
          });
        }
      };
      const start = (): void => {
        void Promise.all([
          read(Infinity).finally(() => {
            transfer.isOver = true;
          }),
          others(),
        ]);
      };
      // Code and pools are what idle means: they are there from the first download on.
      await read(32 * 1024 * 1024);
      Object.assign(globalThis, { transfer, start });
    }, PERIOD);

    const idle = await memoryOf(browser);
    const begun = performance.now();
    await page.evaluate(() => (globalThis as unknown as { start: () => void }).start());
    const session = await page.context().newCDPSession(page);
    let [held, withGarbage] = [idle, idle];
    let now: Transfer;
    do {
      now = await page.evaluate(() => (globalThis as unknown as { transfer: Transfer }).transfer);
      if (now.octets > TOTAL / 2) await session.send('HeapProfiler.collectGarbage');
      const memory = await memoryOf(browser);
      if (now.octets > TOTAL / 2) held = Math.max(held, memory);
      else withGarbage = Math.max(withGarbage, memory);
    } while (!now.isOver);
    const seconds = (performance.now() - begun) / 1000;
    const above = (memory: number): string => `${(memory - idle).toFixed(1)} MiB`;
    const description = `holds ${above(held)} more than before, ${above(withGarbage)} with its garbage; ${seconds.toFixed(1)} s; NOOP at most ${now.slowest.toFixed(0)} ms`;
    test.info().annotations.push({ type: 'measured', description });
    expect(now).toMatchObject({ octets: TOTAL, wrong: 0 });
    expect(now.noops).toBeGreaterThan(10);
    expect(held - idle).toBeLessThan(32);
  } finally {
    await relay.close();
    server.close();
  }
});
