// The bytes that wait in the whole process: who queues little is spared, who queues much waits or goes.

import { expect, test } from 'vitest';
import { TestPage } from './testing/page.ts';
import { startBridge, tcpServer } from './testing/servers.ts';

const KIB64 = 64 * 1024;

test('a page far ahead of its server is given up, the others go on', async () => {
  const deaf = await tcpServer((socket) => socket.pause());
  const polite = await tcpServer((socket) => socket.pipe(socket));
  const bridge = await startBridge({
    targets: { deaf: `imap://127.0.0.1:${deaf.port}`, polite: `imap://127.0.0.1:${polite.port}` },
    limits: { processBytes: 256 * 1024 },
  });
  const quiet = await TestPage.opened(bridge.url, { target: 'polite' });
  const ends: string[] = [];
  for (let n = 0; n < 3; n++) {
    const page = await TestPage.opened(bridge.url, { target: 'deaf' });
    void page.closed.then(({ reason }) => ends.push(reason));
    // As much as is granted; the buffers of both kernels take some megabytes before anything waits.
    let granted = 1024 * 1024;
    let seen = 0;
    const send = (): void => {
      for (; seen < page.frames.length; seen++) {
        const frame = page.frames[seen];
        if (frame?.type === 'credit') granted += frame.bytes;
      }
      if (page.socket.readyState !== page.socket.OPEN) return;
      for (; granted >= KIB64; granted -= KIB64) page.write(Buffer.alloc(KIB64, 'x'));
      setTimeout(send, 5);
    };
    send();
  }
  await expect.poll(() => ends.length, { timeout: 10_000 }).toBe(3);
  expect(ends).toEqual(['limit', 'limit', 'limit']);
  quiet.write('still here');
  await quiet.text('still here');
  await expect.poll(() => bridge.connections).toBe(1);
  const metrics = await (await fetch(`http://127.0.0.1:${bridge.port}/metrics`)).text();
  expect(metrics).toContain('\nimaplib_bridge_queued_bytes 0\n');
  expect(metrics).toContain('\nimaplib_bridge_failures_total{code="limit"} 3\n');
});

test('pages that do not read hold one chunk each, and all of it comes in the end', async () => {
  const size = 8 * 1024 * 1024;
  const server = await tcpServer((socket) => socket.end(Buffer.alloc(size, 'x')));
  const bridge = await startBridge({
    targets: { it: `imap://127.0.0.1:${server.port}` },
    limits: { processBytes: 1 },
  });
  const open = { target: 'it', window: size };
  const pages = await Promise.all(Array.from({ length: 8 }, () => TestPage.opened(bridge.url, open)));
  for (const page of pages) {
    page.onBytes = () => {};
    page.socket.pause();
  }
  const queued = async () =>
    Number(
      /queued_bytes (\d+)/.exec(await (await fetch(`http://127.0.0.1:${bridge.port}/metrics`)).text())?.[1],
    );
  await expect.poll(queued).toBeGreaterThan(0);
  // A chunk that is being sent, and one that waits behind it.
  expect(await queued()).toBeLessThanOrEqual(pages.length * 2 * 256 * 1024);
  for (const page of pages) page.socket.resume();
  await Promise.all(pages.map((page) => page.frame('eof')));
  expect(pages.map(({ received }) => received)).toEqual(pages.map(() => size));
  expect(await queued()).toBe(0);
});
