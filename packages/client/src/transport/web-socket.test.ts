import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ByteStream } from './byte-stream.ts';
import { fakeSockets, type FakeSocket } from './testing/fake-socket.ts';
import { webSocket } from './web-socket.ts';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

async function connected(
  url = 'wss://mail.example.com/',
): Promise<{ stream: ByteStream; socket: FakeSocket }> {
  const { WebSocket, next } = fakeSockets();
  const made = next();
  const result = webSocket(url, undefined, { WebSocket })({});
  const socket = await made;
  socket.accept();
  return { stream: await result, socket };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('webSocket', () => {
  it.each([
    [undefined, ['binary', 'imap']],
    [[], []],
    [['mail'], ['mail']],
  ])('offers %j as %j', async (protocols, offered) => {
    const { WebSocket, next } = fakeSockets();
    const made = next();
    const result = webSocket('ws://localhost/', protocols, { WebSocket })({});
    const socket = await made;
    expect(socket.protocols).toEqual(offered);
    socket.accept();
    expect((await result).info.peer).toEqual({ name: 'ws://localhost/', local: true });
  });

  it('keeps what comes together with the upgrade', async () => {
    const { WebSocket, next } = fakeSockets();
    const made = next();
    const result = webSocket('wss://mail.example.com/', [], { WebSocket })({});
    const socket = await made;
    socket.accept();
    socket.receive(bytes('* OK '));
    socket.receive('ready ü\r\n');
    const reader = (await result).readable.getReader();
    expect(text((await reader.read()).value)).toBe('* OK ready ü\r\n');
  });

  it('counts wss as encrypted, without details, and not as local', async () => {
    const { stream } = await connected();
    expect(stream.info.peer.local).toBe(false);
    expect(stream.info.tls).toMatchObject({ protocol: null, sni: 'mail.example.com', verified: true });
    expect((await connected('ws://mail.example.com/')).stream.info.tls).toBeNull();
    expect('startTls' in stream).toBe(false);
  });

  it('gives up when more than 16 MiB wait unread', async () => {
    const { stream, socket } = await connected();
    const mebibyte = new Uint8Array(1024 * 1024);
    for (let n = 0; n < 16; n++) socket.receive(mebibyte);
    expect(socket.closedWith).toBeNull();
    socket.receive(bytes('x'));
    expect(socket.closedWith).toBe(1000);
    await expect(stream.readable.getReader().read()).rejects.toMatchObject({ code: 'limit' });
    await expect(stream.writable.getWriter().closed).rejects.toMatchObject({ code: 'limit' });
  });

  it('lets a write wait while the socket holds much', async () => {
    vi.useFakeTimers();
    const { stream, socket } = await connected();
    const writer = stream.writable.getWriter();
    socket.bufferedAmount = 2 * 1024 * 1024;
    const writing = writer.write(bytes('a1 NOOP\r\n'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket.bytesSent).toBe(0);
    socket.bufferedAmount = 0;
    await vi.advanceTimersByTimeAsync(10);
    await writing;
    expect(text(socket.chunks[0])).toBe('a1 NOOP\r\n');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['close', 'abort', 'cut'])('rejects a waiting write on %s', async (how) => {
    const { stream, socket } = await connected();
    const writer = stream.writable.getWriter();
    socket.bufferedAmount = 2 * 1024 * 1024;
    const writing = writer.write(bytes('x')).catch((reason: Error) => reason.name);
    if (how === 'close') stream.close();
    else if (how === 'cut') socket.finish(1006);
    else await writer.abort(new DOMException('enough', 'AbortError'));
    expect(await writing).toBe(how === 'cut' ? 'TransportError' : 'AbortError');
    expect(socket.closedWith).toBe(1000);
  });

  it('ends in order when the server closes in order', async () => {
    const { stream, socket } = await connected();
    socket.receive(bytes('* BYE\r\n'));
    socket.finish(1000);
    const reader = stream.readable.getReader();
    expect(text((await reader.read()).value)).toBe('* BYE\r\n');
    expect((await reader.read()).done).toBe(true);
    await expect(stream.writable.getWriter().write(bytes('x'))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('errors when the socket breaks', async () => {
    const { stream, socket } = await connected();
    socket.finish(1006);
    await expect(stream.readable.getReader().read()).rejects.toMatchObject({
      code: 'unreachable',
      stage: 'relay',
    });
  });

  it('closes the socket when the writer closes', async () => {
    const { stream, socket } = await connected();
    await stream.writable.getWriter().close();
    expect(socket.closedWith).toBe(1000);
    const reading = stream.readable.getReader().read();
    socket.finish(1000);
    expect((await reading).done).toBe(true);
  });

  it('aborts and times out while connecting', async () => {
    vi.useFakeTimers();
    const { WebSocket, all } = fakeSockets();
    const reason = new Error('changed my mind');
    const abort = new AbortController();
    const aborted = webSocket('wss://mail.example.com/', [], { WebSocket })({ signal: abort.signal });
    const late = webSocket('wss://mail.example.com/', [], { WebSocket, connectTimeoutMs: 500 })({});
    const results = Promise.allSettled([aborted, late]);
    abort.abort(reason);
    await vi.advanceTimersByTimeAsync(500);
    const [first, second] = await results;
    expect(first).toMatchObject({ reason });
    expect(second).toMatchObject({ reason: { code: 'timeout', stage: 'connect' } });
    expect(all.map(({ closedWith }) => closedWith)).toEqual(['none', 'none']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
