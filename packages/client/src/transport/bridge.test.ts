import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bridge, type BridgeOptions } from './bridge.ts';
import type { ByteStream } from './byte-stream.ts';
import { CLOSE_CODE, PAGE_FRAME, WINDOW } from './frames.ts';
import { fakeSockets, openedFrame, type FakeSocket } from './testing/fake-socket.ts';
import { testTls } from './pair.ts';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const url = 'wss://mail.example.com/imap';

type Change = Partial<BridgeOptions> & { signal?: AbortSignal };

/** What the promise rejects with, heard from now on. */
const failure = (promise: Promise<unknown> | undefined): Promise<unknown> =>
  (promise ?? Promise.resolve()).then(
    () => new Error('it resolved'),
    (reason: unknown) => reason,
  );

/** A connection that stands, with the socket beneath. */
async function connected(
  change: Change = {},
  opened = openedFrame(),
): Promise<{ stream: ByteStream; socket: FakeSocket }> {
  const sockets = fakeSockets();
  const { signal, ...options } = change;
  const next = sockets.next();
  const result = bridge({ url, target: 'work', WebSocket: sockets.WebSocket, ...options })({ signal });
  const socket = await next;
  socket.accept();
  await socket.until(() => socket.sent.length > 0);
  socket.say(opened);
  return { stream: await result, socket };
}

/** A connection in the making. */
async function connecting(change: Change = {}) {
  const sockets = fakeSockets();
  const { signal, ...options } = change;
  const next = sockets.next();
  const result = bridge({ url, target: 'work', WebSocket: sockets.WebSocket, ...options })({ signal });
  result.catch(() => {});
  return { result, socket: await next };
}

/** A browser that refuses the address, and quotes what it was given. */
function Refusing(_url: string, protocols: string[]): never {
  throw new DOMException(`bad subprotocol ${protocols[1]}`, 'SyntaxError');
}

/** A connection under a clock that the test moves, with a read pending. */
async function quiet(change: Change = {}) {
  vi.useFakeTimers();
  const connection = await connected(change);
  const reading = connection.stream.readable.getReader().read();
  reading.catch(() => {});
  return { ...connection, reading };
}

/** A connection to be secured. */
async function plain(change: Change = {}) {
  const connection = await connected(change);
  return { ...connection, reader: connection.stream.readable.getReader() };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('connecting', () => {
  it('offers the subprotocols, opens, and tells of the peer', async () => {
    const { stream, socket } = await connected({ token: 'a.b-c~1', servername: 'x.example', window: 65536 });
    expect(socket.url).toBe(url);
    expect(socket.protocols).toEqual(['imaplib.v1', 'bearer.a.b-c~1']);
    expect(socket.binaryType).toBe('arraybuffer');
    expect(socket.sent).toEqual([{ type: 'open', window: 65536, target: 'work', servername: 'x.example' }]);
    expect(stream.info).toEqual({
      peer: openedFrame().peer,
      timings: { dnsMs: 1, tcpMs: 2 },
      tls: null,
    });
  });

  it.each([
    [{ target: 'work' }, { target: 'work' }],
    [
      { host: 'h', port: 143, tls: 'none' as const },
      { host: 'h', port: 143, tls: 'none' },
    ],
    [
      { host: '', port: 993 },
      { host: '', port: 993, tls: 'implicit' },
    ],
    [
      { command: 'imap', clientCertificate: 'me' },
      { command: 'imap', clientCertificate: 'me' },
    ],
  ])('opens %j', async (options, frame) => {
    const { socket } = await connected({ target: undefined, ...options });
    expect(socket.sent[0]).toEqual({ type: 'open', window: WINDOW.default, ...frame });
  });

  it.each([
    [{ target: 'a', command: 'b' }, /exactly one/],
    [{}, /exactly one/],
    [{ host: 'h' }, /port/],
    [{ host: 'h', port: 0 }, /port/],
    [{ target: 'a', window: 1024 }, /window/],
  ])('refuses %j', (options, message) => {
    expect(() => bridge({ url, ...options })).toThrow(RangeError);
    expect(() => bridge({ url, ...options })).toThrow(message);
  });

  it.each([
    ['https://mail.example.com/imap', 'wss://mail.example.com/imap'],
    ['http://127.0.0.1:8080/imap#x', 'ws://127.0.0.1:8080/imap'],
    ['ws://localhost/', 'ws://localhost/'],
  ])('takes %s as %s', async (given, used) => {
    expect((await connected({ url: given })).socket.url).toBe(used);
  });

  it.each(['ws://mail.example.com/imap', 'http://192.0.2.1/imap', 'ws://localhost.example.com/'])(
    'refuses %s, on which everybody reads along, before a byte is sent',
    async (given) => {
      const sockets = fakeSockets();
      const { WebSocket } = sockets;
      const token = vi.fn<() => string>(() => 'secret');
      const refused = failure(bridge({ url: given, target: 'work', WebSocket, token })({}));
      expect(await refused).toMatchObject({ name: 'TransportError', code: 'policy', stage: 'policy' });
      expect(token).not.toHaveBeenCalled();
      expect((await connected({ url: given, insecure: true })).socket.url).toContain('ws://');
    },
  );

  it('refuses it for a page that came that way, too', async () => {
    vi.stubGlobal('location', { href: 'http://mail.example.com/' });
    const refused = failure(bridge({ url: '/imap', target: 'work', WebSocket: fakeSockets().WebSocket })({}));
    expect(await refused).toMatchObject({ code: 'policy' });
  });

  it('resolves a relative address against the page', async () => {
    vi.stubGlobal('location', { href: 'https://mail.example.com:8443/app/index.html?x#y' });
    expect((await connected({ url: '/imap' })).socket.url).toBe('wss://mail.example.com:8443/imap');
    expect((await connected({ url: 'imap' })).socket.url).toBe('wss://mail.example.com:8443/app/imap');
  });

  it.each(['/imap', 'ftp://mail.example.com/'])('refuses %s outside a page', async (given) => {
    await expect(bridge({ url: given, target: 'work' })({})).rejects.toThrow(RangeError);
  });

  it('asks for the token anew for each connection', async () => {
    let count = 0;
    const sockets = fakeSockets();
    const connect = bridge({ url, target: 'work', WebSocket: sockets.WebSocket, token: () => `t${++count}` });
    for (const expected of ['bearer.t1', 'bearer.t2']) {
      const next = sockets.next();
      connect({}).catch(() => {});
      expect((await next).protocols[1]).toBe(expected);
    }
  });

  it.each(['se cret', 'secret,', 'secret=', 'secret/', 'sécret', 'secret\r\n', ''])(
    'refuses the token %j without quoting it',
    async (token) => {
      for (const given of [token, () => token, async () => token]) {
        const error = await bridge({ url, target: 'work', token: given })({}).catch((reason) => reason);
        expect(error).toBeInstanceOf(RangeError);
        expect(String(error.stack)).not.toMatch(/s[eé] ?cret/);
      }
    },
  );

  it('passes on what the token function throws', async () => {
    const reason = new Error('signed out');
    await expect(bridge({ url, target: 'work', token: () => Promise.reject(reason) })({})).rejects.toBe(
      reason,
    );
  });

  it('does not quote the token when the browser refuses to construct', async () => {
    const WebSocket = Refusing as unknown as NonNullable<BridgeOptions['WebSocket']>;
    const error = await bridge({ url, target: 'work', token: 'sesame', WebSocket })({}).catch((e) => e);
    expect(error).toMatchObject({ name: 'TransportError', code: 'policy' });
    expect(String(error.stack) + String(error.cause)).not.toContain('sesame');
  });

  it.each([
    [undefined, 'unreachable', 'connect', /origin.*token/],
    ['connect ECONNREFUSED 127.0.0.1:1', 'unreachable', 'connect', /ECONNREFUSED/],
    ['Unexpected server response: 403', 'policy', 'policy', /403/],
    ['Unexpected server response: 401', 'policy', 'policy', /401/],
    ['Unexpected server response: 429', 'limit', 'policy', /429/],
    ['Unexpected server response: 502', 'unreachable', 'connect', /502/],
  ])('explains an upgrade that failed with %j', async (told, code, stage, message) => {
    const { result, socket } = await connecting({ url: `${url}?key=sesame`, token: 'open-sesame' });
    socket.refuse(told);
    const error = await result.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, stage, message: expect.stringMatching(message) });
    expect(String(error)).toContain(url);
    expect(String(error)).not.toContain('sesame');
  });

  it('fails where the server speaks another protocol', async () => {
    const { result, socket } = await connecting();
    socket.accept('');
    await expect(result).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/imaplib.v1/),
    });
    expect(socket.closedWith).toBe(CLOSE_CODE.protocol);
  });

  it.each([
    ['bytes', (socket: FakeSocket) => socket.receive(bytes('* OK'))],
    ['another frame', (socket: FakeSocket) => socket.say({ type: 'eof' })],
    ['no JSON', (socket: FakeSocket) => socket.receive('hello')],
  ])('fails where the bridge begins with %s', async (_, begin) => {
    const { result, socket } = await connecting();
    socket.accept();
    await socket.until(() => socket.sent.length > 0);
    begin(socket);
    await expect(result).rejects.toMatchObject({ code: 'protocol' });
    expect(socket.closedWith).toBe(CLOSE_CODE.protocol);
  });

  it('passes on the error of the bridge', async () => {
    const { result, socket } = await connecting();
    socket.accept();
    await socket.until(() => socket.sent.length > 0);
    const tls = { ...testTls, verified: false, authorizationError: 'CERT_HAS_EXPIRED' };
    socket.say({
      type: 'error',
      code: 'tls',
      stage: 'tls',
      message: 'The certificate has expired.',
      reason: 'CERT_HAS_EXPIRED',
      timings: { tcpMs: 3 },
      tls,
    });
    socket.finish(CLOSE_CODE.tls);
    await expect(result).rejects.toMatchObject({
      code: 'tls',
      stage: 'tls',
      reason: 'CERT_HAS_EXPIRED',
      timings: { tcpMs: 3 },
      tls,
      message: expect.stringMatching(/"work".*The certificate has expired\./),
    });
  });

  it.each([
    [4403, 'policy'],
    [4503, 'unreachable'],
    [1012, 'unreachable'],
    [1006, 'unreachable'],
  ])('explains a close with %i', async (close, code) => {
    const { result, socket } = await connecting();
    socket.accept();
    await socket.until(() => socket.sent.length > 0);
    socket.finish(close);
    await expect(result).rejects.toMatchObject({ code, stage: 'connect' });
  });

  it('gives up after the time limit, wherever it stands', async () => {
    for (const stage of ['token', 'upgrade', 'opened']) {
      vi.useFakeTimers();
      const sockets = fakeSockets();
      const next = stage === 'token' ? null : sockets.next();
      const result = bridge({
        url,
        target: 'work',
        WebSocket: sockets.WebSocket,
        connectTimeoutMs: 1000,
        ...(stage === 'token' && { token: () => new Promise<string>(() => {}) }),
      })({});
      const refused = failure(result);
      const socket = await next;
      if (stage === 'opened') {
        socket?.accept();
        await socket?.until(() => socket.sent.length > 0);
      }
      await vi.advanceTimersByTimeAsync(1000);
      expect(await refused).toMatchObject({ code: 'timeout', stage: 'connect' });
      expect(sockets.all.map(({ closedWith }) => closedWith)).not.toContain(null);
      expect(vi.getTimerCount()).toBe(0);
      vi.useRealTimers();
    }
  });

  it('aborts at each stage with the reason', async () => {
    const reason = new Error('changed my mind');
    for (const stage of ['before', 'token', 'upgrade', 'opened']) {
      const abort = new AbortController();
      const sockets = fakeSockets();
      const next = sockets.next();
      if (stage === 'before') abort.abort(reason);
      const result = bridge({
        url,
        target: 'work',
        WebSocket: sockets.WebSocket,
        ...(stage === 'token' && { token: () => new Promise<string>(() => {}) }),
      })({ signal: abort.signal });
      const refused = failure(result);
      if (stage === 'upgrade') await next;
      if (stage === 'opened') {
        const socket = await next;
        socket.accept();
        await socket.until(() => socket.sent.length > 0);
      }
      abort.abort(reason);
      expect(await refused).toBe(reason);
      expect(sockets.all.map(({ closedWith }) => closedWith)).not.toContain(null);
    }
  });

  it('needs a WebSocket', async () => {
    vi.stubGlobal('WebSocket', undefined);
    await expect(bridge({ url, target: 'work' })({})).rejects.toThrow(/`ws` package/);
  });
});

describe('a connection that stands', () => {
  it('keeps no timer of connecting or of STARTTLS, and no listener on the signal', async () => {
    vi.useFakeTimers();
    const { signal } = new AbortController();
    const { stream, socket } = await connected({ signal });
    expect(vi.getTimerCount()).toBe(1);
    const securing = stream.startTls?.({ signal });
    await socket.until(() => socket.frames('starttls').length > 0);
    socket.say({ type: 'secured', tls: testTls });
    await securing;
    expect(vi.getTimerCount()).toBe(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('receiving', () => {
  it('grants credit only for what the consumer took', async () => {
    const window = WINDOW.min;
    const { stream, socket } = await connected({ window });
    const quarter = new Uint8Array(window / 4);
    for (let n = 0; n < 4; n++) socket.receive(quarter);
    await Promise.resolve();
    expect(socket.frames('credit')).toEqual([]);
    const reader = stream.readable.getReader();
    await reader.read();
    expect(socket.frames('credit')).toEqual([{ type: 'credit', bytes: window / 4 }]);
    socket.receive(quarter);
    for (let n = 0; n < 4; n++) await reader.read();
    expect(socket.frames('credit').length).toBe(5);
  });

  it('ends a bridge that sends beyond the window', async () => {
    const { stream, socket } = await connected({ window: WINDOW.min });
    socket.receive(new Uint8Array(WINDOW.min));
    socket.receive(new Uint8Array(1));
    expect(socket.closedWith).toBe(CLOSE_CODE.protocol);
    const reader = stream.readable.getReader();
    expect((await reader.read()).value?.length).toBe(WINDOW.min);
    await expect(reader.read()).rejects.toMatchObject({ code: 'protocol', stage: 'relay' });
  });

  it('joins single bytes, so that they cost no object each', async () => {
    const { stream, socket } = await connected();
    for (const byte of bytes('* OK ready\r\n')) socket.receive(Uint8Array.of(byte));
    expect(text((await stream.readable.getReader().read()).value)).toBe('* OK ready\r\n');
  });

  it('serves several pending reads in order', async () => {
    const { stream, socket } = await connected();
    const reader = stream.readable.getReader();
    const reads = [reader.read(), reader.read()];
    await Promise.resolve();
    socket.receive(bytes('one'));
    socket.receive(bytes('two'));
    expect((await Promise.all(reads)).map(({ value }) => text(value))).toEqual(['one', 'two']);
  });

  it('closes behind the bytes at eof, and goes on sending', async () => {
    const { stream, socket } = await connected();
    socket.receive(bytes('* BYE\r\n'));
    socket.say({ type: 'eof' });
    const reader = stream.readable.getReader();
    expect(text((await reader.read()).value)).toBe('* BYE\r\n');
    expect((await reader.read()).done).toBe(true);
    await stream.writable.getWriter().write(bytes('x'));
    expect(socket.bytesSent).toBe(1);
  });

  it.each([
    ['bytes behind eof', (s: FakeSocket) => (s.say({ type: 'eof' }), s.receive(bytes('x')))],
    ['opened twice', (s: FakeSocket) => s.say(openedFrame())],
    ['secured without starttls', (s: FakeSocket) => s.say({ type: 'secured', tls: testTls })],
    ['credit beyond the window', (s: FakeSocket) => s.say({ type: 'credit', bytes: 1 })],
    ['an unknown frame', (s: FakeSocket) => s.receive('{"type":"surprise"}')],
    ['no JSON', (s: FakeSocket) => s.receive('{')],
    ['a huge control frame', (s: FakeSocket) => s.receive(' '.repeat(1024 * 1024 + 1))],
    ['a huge binary frame', (s: FakeSocket) => s.receive(new Uint8Array(1024 * 1024 + 1))],
  ])('takes %s as a violation', async (_, violate) => {
    const { stream, socket } = await connected({ window: WINDOW.max });
    const writer = stream.writable.getWriter();
    violate(socket);
    expect(socket.closedWith).toBe(CLOSE_CODE.protocol);
    await expect(writer.write(bytes('x'))).rejects.toMatchObject({ code: 'protocol', stage: 'relay' });
  });
});

describe('sending', () => {
  it('splits into frames of 16 KiB and waits for credit', async () => {
    const { stream, socket } = await connected();
    const writer = stream.writable.getWriter();
    const payload = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
    let written = false;
    const writing = writer.write(payload).then(() => (written = true));
    await socket.until(() => socket.bytesSent === 65536);
    expect(written).toBe(false);
    expect(socket.chunks.map((chunk) => chunk.length)).toEqual([
      PAGE_FRAME,
      PAGE_FRAME,
      PAGE_FRAME,
      PAGE_FRAME,
    ]);
    socket.say({ type: 'credit', bytes: 10 });
    await socket.until(() => socket.bytesSent === 65546);
    for (let granted = 65546; granted < 200_000; granted += 65536) {
      socket.say({ type: 'credit', bytes: Math.min(65536, 200_000 - granted) });
      await socket.until(() => socket.bytesSent >= Math.min(200_000, granted + 65536));
    }
    await writing;
    expect(Buffer.concat(socket.chunks).equals(payload)).toBe(true);
    expect(Math.max(...socket.chunks.map((chunk) => chunk.length))).toBe(PAGE_FRAME);
  });

  it('sends eof behind the bytes', async () => {
    const { stream, socket } = await connected();
    const writer = stream.writable.getWriter();
    const writing = writer.write(new Uint8Array(65537));
    const closing = writer.close();
    await socket.until(() => socket.bytesSent === 65536);
    expect(socket.frames('eof')).toEqual([]);
    socket.say({ type: 'credit', bytes: 1 });
    await Promise.all([writing, closing]);
    expect(socket.sent.at(-1)).toEqual({ type: 'eof' });
  });

  it('ends the connection when the writer aborts, in the middle of a chunk too', async () => {
    const { stream, socket } = await connected();
    const reader = stream.readable.getReader();
    const writer = stream.writable.getWriter();
    const writing = writer.write(new Uint8Array(70_000));
    await socket.until(() => socket.bytesSent === 65536);
    const reason = new Error('enough');
    const reading = reader.read();
    const aborting = writer.abort(reason);
    await expect(writing).rejects.toBe(reason);
    await aborting;
    await expect(reading).rejects.toBe(reason);
    expect(socket.closedWith).toBe(1000);
  });

  it('refuses what is no Uint8Array', async () => {
    const { stream, socket } = await connected();
    const writer = stream.writable.getWriter();
    await expect(writer.write('text' as unknown as Uint8Array)).rejects.toThrow(TypeError);
    expect(socket.closedWith).not.toBeNull();
  });
});

describe('ending', () => {
  it('errors both streams with what the bridge said, behind the bytes', async () => {
    const { stream, socket } = await connected();
    const writer = stream.writable.getWriter();
    const writing = writer.write(new Uint8Array(70_000));
    await socket.until(() => socket.bytesSent === 65536);
    socket.receive(bytes('* BYE full\r\n'));
    socket.say({
      type: 'error',
      code: 'limit',
      stage: 'relay',
      message: 'Idle for too long.',
      reason: 'idle',
    });
    socket.finish(CLOSE_CODE.limit);
    await expect(writing).rejects.toMatchObject({ code: 'limit', reason: 'idle' });
    const reader = stream.readable.getReader();
    expect(text((await reader.read()).value)).toBe('* BYE full\r\n');
    await expect(reader.read()).rejects.toMatchObject({
      message: expect.stringMatching(/Idle for too long/),
    });
  });

  it.each([
    [1006, 'unreachable'],
    [1000, 'unreachable'],
    [1012, 'unreachable'],
    [4400, 'protocol'],
  ])('errors both streams when the socket closes with %i', async (close, code) => {
    const { stream, socket } = await connected();
    const reading = stream.readable.getReader().read();
    socket.finish(close);
    await expect(reading).rejects.toMatchObject({ code, stage: 'relay' });
    await expect(stream.writable.getWriter().closed).rejects.toMatchObject({ code });
  });

  it('ends in order behind eof', async () => {
    const { stream, socket } = await connected();
    const reading = stream.readable.getReader().read();
    socket.say({ type: 'eof' });
    socket.finish(1000);
    expect((await reading).done).toBe(true);
    await expect(stream.writable.getWriter().write(bytes('x'))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('keeps how the command ended, and ends in order', async () => {
    const { stream, socket } = await connected({ target: undefined, command: 'imap' });
    const reading = stream.readable.getReader().read();
    socket.say({ type: 'exit', code: 3, signal: null, stderr: 'no mailbox' });
    socket.finish(1000);
    expect((await reading).done).toBe(true);
    expect(stream.info.exit).toEqual({ code: 3, signal: null, stderr: 'no mailbox' });
  });

  it('settles everything when closed, once', async () => {
    vi.useFakeTimers();
    const { stream, socket } = await connected();
    const reading = stream.readable.getReader().read();
    const writing = stream.writable.getWriter().write(new Uint8Array(70_000));
    const refused = failure(writing);
    const probing = failure(stream.probe?.());
    stream.close();
    stream.close(new Error('too late'));
    expect((await reading).done).toBe(true);
    expect(await refused).toMatchObject({ name: 'AbortError' });
    expect(await probing).toMatchObject({ name: 'AbortError' });
    await expect(stream.probe?.()).rejects.toMatchObject({ name: 'AbortError' });
    expect(socket.closedWith).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
    const sent = socket.sent.length;
    socket.receive(bytes('x'));
    socket.finish(1000);
    expect(socket.sent.length).toBe(sent);
  });

  it('gives the reason of close() to both streams', async () => {
    const { stream } = await connected();
    const reason = new Error('signed out');
    const reading = stream.readable.getReader().read();
    stream.close(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(stream.writable.getWriter().closed).rejects.toBe(reason);
  });

  it('ends when the reader cancels', async () => {
    const { stream, socket } = await connected();
    await stream.readable.cancel();
    expect(socket.closedWith).toBe(1000);
  });

  it('tells of a drain that came before the connection stood', async () => {
    const { result, socket } = await connecting();
    socket.accept();
    await socket.until(() => socket.sent.length > 0);
    socket.say({ type: 'drain', deadlineMs: 5000 });
    socket.say(openedFrame());
    const drained = vi.fn<(deadlineMs: number) => void>();
    (await result).onDrain = drained;
    await Promise.resolve();
    expect(drained.mock.calls).toEqual([[5000]]);
  });

  it('tells of a drain once, also to who listens late', async () => {
    const { stream, socket } = await connected();
    socket.say({ type: 'drain', deadlineMs: 30_000 });
    const drained = vi.fn<(deadlineMs: number) => void>();
    stream.onDrain = drained;
    socket.say({ type: 'drain', deadlineMs: 1 });
    stream.onDrain = drained;
    await Promise.resolve();
    expect(drained.mock.calls).toEqual([[30_000]]);
  });
});

describe('signs of life', () => {
  it('asks after 20 s of silence and gives up 10 s later', async () => {
    const { socket, reading } = await quiet();
    await vi.advanceTimersByTimeAsync(19_999);
    expect(socket.frames('ping').length).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.frames('ping')).toEqual([{ type: 'ping', id: 1 }]);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(socket.terminated).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await expect(reading).rejects.toMatchObject({ code: 'timeout', stage: 'relay' });
    expect(socket.terminated).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on while the bridge answers', async () => {
    const { socket } = await quiet();
    for (let id = 1; id <= 5; id++) {
      await vi.advanceTimersByTimeAsync(20_000);
      expect(socket.frames('ping').length).toBe(id);
      socket.say({ type: 'pong', id });
    }
    expect(socket.closedWith).toBeNull();
  });

  it('does not ask while bytes arrive', async () => {
    const { socket } = await quiet();
    for (let n = 0; n < 10; n++) {
      await vi.advanceTimersByTimeAsync(15_000);
      socket.receive(bytes('x'));
    }
    expect(socket.frames('ping')).toEqual([]);
  });

  it('asks at once on probe', async () => {
    const { stream, socket } = await quiet();
    const probing = stream.probe?.();
    socket.receive(bytes('old news'));
    socket.say({ type: 'pong', id: 1 });
    await probing;
    const lost = failure(stream.probe?.());
    await vi.advanceTimersByTimeAsync(5000);
    void stream.probe?.().catch(() => {});
    await vi.advanceTimersByTimeAsync(5000);
    expect(await lost).toMatchObject({ code: 'timeout' });
  });

  it.each(['visibilitychange', 'online', 'pageshow'])('asks at once on %s', async (type) => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const scope = new EventTarget();
    vi.stubGlobal('document', page);
    vi.stubGlobal('addEventListener', scope.addEventListener.bind(scope));
    vi.stubGlobal('removeEventListener', scope.removeEventListener.bind(scope));
    const { stream, socket } = await quiet();
    const source = type === 'visibilitychange' ? page : scope;
    source.dispatchEvent(new Event(type));
    expect(socket.frames('ping').length).toBe(1);
    socket.say({ type: 'pong', id: 1 });
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    expect(socket.frames('ping').length).toBe(1);
    page.visibilityState = 'visible';
    stream.close();
    source.dispatchEvent(new Event(type));
    expect(socket.frames('ping').length).toBe(1);
    const listening = ['visibilitychange', 'online', 'pageshow'].flatMap((name) => [
      ...getEventListeners(page, name),
      ...getEventListeners(scope, name),
    ]);
    expect(listening).toEqual([]);
  });

  it('asks when the clock has jumped, and leaves time to answer after a sleep', async () => {
    const { socket, reading } = await quiet();
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(socket.frames('ping').length).toBe(1);
    expect(socket.terminated).toBe(false);
    socket.say({ type: 'pong', id: 1 });
    // It sleeps once more, in the middle of a wait this time.
    await vi.advanceTimersByTimeAsync(20_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(socket.terminated).toBe(false);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(socket.terminated).toBe(true);
    await expect(reading).rejects.toMatchObject({ code: 'timeout' });
  });

  it('notices a loss even when every timer is late, as in a hidden page', async () => {
    const { socket } = await quiet();
    for (let minute = 0; minute < 4; minute++) {
      vi.setSystemTime(Date.now() + 55_000);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(socket.terminated).toBe(true);
  });
});

describe('startTls', () => {
  it('secures the same streams; a pending read stays pending, credit runs on', async () => {
    const { stream, socket, reader } = await plain({ servername: 'default.example', window: WINDOW.min });
    const writer = stream.writable.getWriter();
    socket.receive(new Uint8Array(WINDOW.min / 2));
    await reader.read();
    await writer.write(new Uint8Array(65536));
    const reading = reader.read();
    const securing = stream.startTls?.({ servername: 'imap.example' });
    const held = writer.write(bytes('later'));
    await socket.until(() => socket.frames('starttls').length > 0);
    expect(socket.frames('starttls')).toEqual([{ type: 'starttls', servername: 'imap.example' }]);
    socket.say({ type: 'credit', bytes: 65536 });
    await Promise.resolve();
    expect(socket.bytesSent).toBe(65536);
    socket.say({ type: 'secured', tls: testTls });
    socket.receive(bytes('encrypted'));
    expect(await securing).toEqual(testTls);
    expect(stream.info.tls).toEqual(testTls);
    await held;
    expect(text(socket.chunks.at(-1))).toBe('later');
    expect(text((await reading).value)).toBe('encrypted');
    await expect(stream.startTls?.()).rejects.toMatchObject({ code: 'starttls' });
  });

  it('takes the name that the connection was made with', async () => {
    const { stream, socket } = await plain({ servername: 'default.example' });
    const securing = stream.startTls?.();
    await socket.until(() => socket.frames('starttls').length > 0);
    expect(socket.frames('starttls')[0]?.servername).toBe('default.example');
    socket.say({ type: 'secured', tls: testTls });
    await securing;
  });

  it('waits until everything accepted has left', async () => {
    const { stream, socket } = await plain();
    const writer = stream.writable.getWriter();
    const writes = [
      writer.write(new Uint8Array(65536)),
      writer.write(bytes('tail')),
      writer.write(bytes('!')),
    ];
    const securing = stream.startTls?.();
    await socket.until(() => socket.bytesSent === 65536);
    expect(socket.frames('starttls')).toEqual([]);
    socket.say({ type: 'credit', bytes: 4 });
    await writes[1];
    expect(socket.frames('starttls')).toEqual([]);
    socket.say({ type: 'credit', bytes: 1 });
    await socket.until(() => socket.frames('starttls').length > 0);
    expect(socket.sent.at(-1)).toMatchObject({ type: 'starttls' });
    socket.say({ type: 'secured', tls: testTls });
    await Promise.all([securing, ...writes]);
  });

  it('refuses over unread bytes and closes', async () => {
    const { stream, socket, reader } = await plain();
    socket.receive(bytes('* BYE injected\r\n'));
    await expect(stream.startTls?.()).rejects.toMatchObject({ code: 'starttls', stage: 'starttls' });
    expect(socket.closedWith).toBe(CLOSE_CODE.starttls);
    expect(socket.frames('starttls')).toEqual([]);
    expect(stream.info.tls).toBeNull();
    await reader.read();
    await expect(reader.read()).rejects.toMatchObject({ code: 'starttls' });
  });

  it('fails when bytes arrive before secured', async () => {
    const { stream, socket, reader } = await plain();
    const reading = reader.read();
    reading.catch(() => {});
    const securing = stream.startTls?.();
    const refused = failure(securing);
    await socket.until(() => socket.frames('starttls').length > 0);
    socket.receive(bytes('* BYE injected\r\n'));
    socket.say({ type: 'secured', tls: testTls });
    expect(await refused).toMatchObject({ code: 'starttls' });
    await expect(reading).rejects.toMatchObject({ code: 'starttls' });
    expect(socket.closedWith).toBe(CLOSE_CODE.starttls);
  });

  it('passes on the certificate that was refused', async () => {
    const { stream, socket } = await plain();
    const tls = { ...testTls, verified: false, authorizationError: 'SELF_SIGNED' };
    const securing = stream.startTls?.();
    const refused = failure(securing);
    await socket.until(() => socket.frames('starttls').length > 0);
    socket.say({ type: 'error', code: 'tls', stage: 'starttls', message: 'self-signed', tls });
    expect(await refused).toMatchObject({ code: 'tls', stage: 'starttls', tls });
    await expect(stream.writable.getWriter().closed).rejects.toMatchObject({ tls });
  });

  it.each(['flush', 'secured'])('ends after 15 s of waiting for %s', async (stage) => {
    vi.useFakeTimers();
    const { stream, socket } = await plain();
    if (stage === 'flush')
      stream.writable
        .getWriter()
        .write(new Uint8Array(65537))
        .catch(() => {});
    const refused = failure(stream.startTls?.());
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await refused).toMatchObject({ code: 'timeout', stage: 'starttls' });
    expect(socket.closedWith).not.toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['flush', 'secured'])('aborts while waiting for %s', async (stage) => {
    const { stream, socket, reader } = await plain();
    if (stage === 'flush')
      stream.writable
        .getWriter()
        .write(new Uint8Array(65537))
        .catch(() => {});
    const abort = new AbortController();
    const reason = new Error('changed my mind');
    const refused = failure(stream.startTls?.({ signal: abort.signal }));
    if (stage === 'secured') await socket.until(() => socket.frames('starttls').length > 0);
    abort.abort(reason);
    expect(await refused).toBe(reason);
    expect(socket.closedWith).not.toBeNull();
    await expect(reader.read()).rejects.toBe(reason);
  });

  it('rejects when the connection is closed meanwhile', async () => {
    const { stream, socket } = await plain();
    const refused = failure(stream.startTls?.());
    await socket.until(() => socket.frames('starttls').length > 0);
    stream.close();
    expect(await refused).toMatchObject({ name: 'AbortError' });
    await expect(stream.startTls?.()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each(['read', 'written'])('is refused on a stream half closed by what is %s', async (half) => {
    const { stream, socket } = await plain();
    if (half === 'read') socket.say({ type: 'eof' });
    else await stream.writable.getWriter().close();
    await expect(stream.startTls?.()).rejects.toMatchObject({ code: 'starttls' });
  });
});
