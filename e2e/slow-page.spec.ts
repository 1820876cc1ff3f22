// A page that does not read, in a real browser: through the bridge it gets its window and not a byte more, the server
// stops, and everything arrives whole once the page reads. Counted on both sides.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createBridge } from '@imaplib/bridge';
import type { bridge as connectThrough } from '@imaplib/client';
import { expect, test } from '@playwright/test';

const MIB = 1024 * 1024;
const TOTAL = 96 * MIB;
const WINDOW = MIB;
/** No divisor of any chunk: a byte that is missing or twice shifts all that follow. */
const PERIOD = 65_521;
const client = fileURLToPath(new URL('../packages/client/dist', import.meta.url));

/** Sends all it has, as fast as it is taken. */
async function blast(): Promise<{ port: number; sent: () => number; close: () => void }> {
  const block = Buffer.from(Array.from({ length: PERIOD }, (_, n) => (n * 31 + (n >> 8)) & 255));
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let left = TOTAL;
    const send = (): void => {
      while (left > 0) {
        const size = Math.min(left, block.length);
        left -= size;
        if (!socket.write(block.subarray(0, size))) return void socket.once('drain', send);
      }
      socket.end();
    };
    socket.on('error', () => {});
    send();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sent: () =>
      sockets.reduce((sum, { bytesWritten, writableLength }) => sum + bytesWritten - writableLength, 0),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** What the page's scripts share. */
interface Slow {
  /** Bytes that its WebSocket has delivered, and those that the page has read. */
  received: number;
  read: number;
  /** The most that waited between the two. */
  most: number;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
}

test('a page that does not read holds its window, and then gets every byte', async ({ page }) => {
  const server = await blast();
  const relay = createBridge({
    staticDir: client,
    staticFiles: { '/slow.html': { type: 'text/html', body: '<!doctype html><title>slow</title>' } },
    targets: { it: `imap://127.0.0.1:${server.port}` },
  });
  await relay.listen();
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${relay.port}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`imaplib_bridge_${name} `));
    return Number(line?.split(' ').at(-1));
  };
  try {
    await page.goto(`http://127.0.0.1:${relay.port}/slow.html`);
    await page.evaluate(async (window) => {
      const slow = { received: 0, read: 0, most: 0 };
      class CountingSocket extends WebSocket {
        constructor(url: string, protocols?: string[]) {
          super(url, protocols);
          this.addEventListener('message', ({ data }) => {
            if (!(data instanceof ArrayBuffer)) return;
            slow.received += data.byteLength;
            slow.most = Math.max(slow.most, slow.received - slow.read);
          });
        }
      }
      const module = '/transport/bridge.js';
      const { bridge } = (await import(module)) as { bridge: typeof connectThrough };
      const stream = await bridge({ url: '/imap', target: 'it', window, WebSocket: CountingSocket })({});
      Object.assign(globalThis, { slow: Object.assign(slow, { reader: stream.readable.getReader() }) });
    }, WINDOW);
    const state = () =>
      page.evaluate(() => {
        const { received, read, most } = (globalThis as unknown as { slow: Slow }).slow;
        return { received, read, most };
      });

    // Its window comes, and that is all.
    await expect.poll(state).toEqual({ received: WINDOW, read: 0, most: WINDOW });
    // The server stops when the system's buffers are full, too.
    let before = -1;
    await expect
      .poll(
        () => {
          const [last, now] = [before, server.sent()];
          before = now;
          return now === last;
        },
        { intervals: [500] },
      )
      .toBe(true);
    expect(server.sent()).toBeLessThan(TOTAL);
    expect(await metric('bytes_total{direction="down"}')).toBe(WINDOW);
    // One read waits for credit.
    expect(await metric('queued_bytes')).toBeLessThanOrEqual(512 * 1024);
    expect(await state()).toEqual({ received: WINDOW, read: 0, most: WINDOW });

    // Then it reads, at times slowly.
    const wrong = await page.evaluate(
      async ([total, period]) => {
        const { slow } = globalThis as unknown as { slow: Slow };
        const expected = Uint8Array.from({ length: period }, (_, n) => (n * 31 + (n >> 8)) & 255);
        let bad = 0;
        for (let chunks = 0; ; chunks++) {
          const { value, done } = await slow.reader.read();
          if (done) break;
          for (let n = 0, at = slow.read % period; n < value.length; n++) {
            if (value[n] !== expected[at]) bad++;
            if (++at === period) at = 0;
          }
          slow.read += value.length;
          if (chunks % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return bad + Math.abs(slow.read - total);
      },
      [TOTAL, PERIOD] as const,
    );
    expect(wrong).toBe(0);
    const after = await state();
    expect(after).toMatchObject({ received: TOTAL, read: TOTAL });
    // A grant leaves when the page has taken a chunk, and so much may be on its way.
    expect(after.most).toBeLessThanOrEqual(WINDOW + 64 * 1024);
    expect(await metric('queued_bytes')).toBe(0);
  } finally {
    await relay.close();
    server.close();
  }
});
