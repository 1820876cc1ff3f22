// A connection that is listened to: nothing is added, nothing held back, and it can be given up.
import { describe, expect, test } from 'vitest';
import type { ByteStream, StreamInfo, TlsInfo } from '@imaplib/client';
import { tap } from './tap.ts';

const tls: TlsInfo = { protocol: 'TLSv1.3', cipher: null, alpn: null, sni: null, chain: [], verified: true };

/** A connection of which the test holds the other end. */
function pair() {
  let feed!: ReadableStreamDefaultController<Uint8Array>;
  const written: string[] = [];
  const closed: unknown[] = [];
  let pulls = 0;
  const info: StreamInfo = { peer: { name: 'x', local: true }, timings: {}, tls: null };
  const stream: ByteStream = {
    readable: new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (feed = controller),
        pull: () => void pulls++,
      },
      { highWaterMark: 0 },
    ),
    writable: new WritableStream<Uint8Array>({
      write: (chunk) => void written.push(new TextDecoder().decode(chunk)),
    }),
    info,
    startTls: () => Promise.resolve(tls),
    close: (reason) => void closed.push(reason),
  };
  return { stream, written, closed, pulls: () => pulls, feed: () => feed };
}

function listener() {
  const heard: string[] = [];
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return {
    heard,
    opened: () => void heard.push('opened'),
    sent: (bytes: Uint8Array) => void heard.push(`C ${decode(bytes)}`),
    received: (bytes: Uint8Array) => void heard.push(`S ${decode(bytes)}`),
    secured: () => void heard.push('secured'),
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a tapped connection', () => {
  test('passes bytes both ways, and asks for more only when they are taken', async () => {
    const { stream, written, pulls, feed } = pair();
    const to = listener();
    const tapped = await tap(() => Promise.resolve(stream), to)({});
    expect(pulls()).toBe(0);
    const reader = tapped.readable.getReader();
    const reading = reader.read();
    feed().enqueue(bytes('* OK'));
    expect((await reading).value).toEqual(bytes('* OK'));
    await tapped.writable.getWriter().write(bytes('a NOOP'));
    expect(written).toEqual(['a NOOP']);
    await tapped.startTls?.();
    expect(to.heard).toEqual(['opened', 'S * OK', 'C a NOOP', 'secured']);
    feed().close();
    expect((await reader.read()).done).toBe(true);
  });

  test('fails with the error of the connection', async () => {
    const { stream, feed } = pair();
    const tapped = await tap(() => Promise.resolve(stream), listener())({});
    const reading = tapped.readable.getReader().read();
    const broken = new Error('broken');
    feed().error(broken);
    await expect(reading).rejects.toBe(broken);
  });

  test('is given up while connecting and afterwards', async () => {
    const before = new AbortController();
    const connecting = tap(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      listener(),
      before.signal,
    )({});
    const why = new Error('given up');
    before.abort(why);
    await expect(connecting).rejects.toBe(why);

    const { stream, closed } = pair();
    const after = new AbortController();
    await tap(() => Promise.resolve(stream), listener(), after.signal)({});
    after.abort(why);
    expect(closed).toEqual([why]);
  });
});
