// The page's side against the real bridge, in a real browser.

import { afterEach, describe, expect, inject, it } from 'vitest';
import type { TestBridge } from '../node/testing/bridge.setup.ts';
import { bridge, type BridgeOptions } from './bridge.ts';
import type { ByteStream } from './byte-stream.ts';

const { url, token }: TestBridge = inject('bridge');
const MIB = 1024 * 1024;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const streams: ByteStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

async function connect(options: Partial<BridgeOptions>): Promise<ByteStream> {
  const stream = await bridge({ url, token, ...options })({});
  streams.push(stream);
  return stream;
}

/** A connection as a test talks over it: lines up, lines down. */
async function talk(options: Partial<BridgeOptions>) {
  const stream = await connect(options);
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let unread = '';
  const line = async (): Promise<string | null> => {
    while (!unread.includes('\n')) {
      const { done, value } = await reader.read();
      if (done) return null;
      unread += text(value);
    }
    const end = unread.indexOf('\n') + 1;
    const found = unread.slice(0, end).trimEnd();
    unread = unread.slice(end);
    return found;
  };
  const say = (words: string) => writer.write(bytes(`${words}\r\n`));
  return { stream, writer, reader, line, say };
}

async function failure(promise: Promise<unknown> | undefined): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('through the real bridge', () => {
  it('connects, and tells of the peer', async () => {
    const { stream, line } = await talk({ target: 'plain' });
    expect(stream.info).toMatchObject({ peer: { address: '127.0.0.1', local: true }, tls: null });
    expect(stream.info.timings.tcpMs).toBeGreaterThan(0);
    expect(await line()).toBe('* OK ready');
    await stream.probe?.();
  });

  it('carries TLS, and tells of it', async () => {
    const { stream, line } = await talk({ target: 'tls' });
    expect(stream.info.tls).toMatchObject({ protocol: 'TLSv1.3', sni: 'localhost', verified: true });
    expect(stream.info.tls?.chain[0]?.subject).toBe('CN=localhost');
    expect(await line()).toBe('* OK ready');
  });

  it('carries 8 MiB up and down at once, byte for byte', async () => {
    const { writer, reader, line, say } = await talk({ target: 'plain' });
    await line();
    await say('a ECHO');
    expect(await line()).toBe('a OK');
    const payload = new Uint8Array(8 * MIB);
    for (let index = 0; index < payload.length; index++) payload[index] = (index * 31 + (index >> 9)) & 255;
    const writing = (async () => {
      for (let at = 0; at < payload.length; at += 100_000)
        await writer.write(payload.subarray(at, at + 100_000));
      await writer.close();
    })();
    let at = 0;
    let same = true;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const expected = payload.subarray(at, at + read.value.length);
      same &&= read.value.every((byte, index) => byte === expected[index]);
      at += read.value.length;
    }
    await writing;
    expect(at).toBe(payload.length);
    expect(same).toBe(true);
  });

  it('does not let a server run ahead of a page that does not read', async () => {
    const slow = await talk({ target: 'plain', window: 256 * 1024 });
    const other = await talk({ target: 'plain' });
    await slow.line();
    await other.line();
    const left = async () => {
      await other.say('q LEFT');
      return Number((await other.line())?.split(' ')[1]);
    };
    await slow.say(`a SEND ${64 * MIB}`);
    // It has come to a halt when it does not grow any more from one question to the next, several times in a row.
    let before = -1;
    for (let still = 0; still < 20;) {
      const now = await left();
      still = now === before && now > 0 ? still + 1 : 0;
      before = now;
    }
    // The window, what the bridge holds, and what two kernels hold between it and the server.
    expect(before).toBeLessThan(16 * MIB);
    let total = 0;
    while (total < 64 * MIB) total += (await slow.reader.read()).value?.length ?? 0;
    expect(total).toBe(64 * MIB);
  });

  it.each([
    [{ target: 'unknown' }, 'policy', 'policy'],
    [{ command: 'sh' }, 'policy', 'policy'],
    [{ host: 'imap.example.com', port: 993 }, 'policy', 'policy'],
    [{ target: 'gone' }, 'refused', 'connect'],
  ])('explains what it cannot reach: %j', async (options, code, stage) => {
    expect(await failure(connect(options))).toMatchObject({ name: 'TransportError', code, stage });
  });

  it('shows the certificate that was refused', async () => {
    expect(await failure(connect({ target: 'wrong-name' }))).toMatchObject({
      code: 'tls',
      stage: 'tls',
      tls: {
        authorizationError: 'ERR_TLS_CERT_ALTNAME_INVALID',
        chain: [{ subject: 'CN=other.example' }, { subject: 'CN=Test authority' }],
      },
    });
  });

  it('says what may be the reason when the token is wrong, not the token', async () => {
    const error = (await failure(connect({ target: 'plain', token: 'not-it-0815' }))) as Error;
    expect(error).toMatchObject({ code: 'unreachable', stage: 'connect' });
    expect(error.message).toMatch(/origin.*token/);
    expect(String(error.stack)).not.toContain('0815');
  });

  it('aborts while connecting', async () => {
    const abort = new AbortController();
    const reason = new Error('changed my mind');
    const failed = failure(bridge({ url, token, target: 'plain' })({ signal: abort.signal }));
    abort.abort(reason);
    expect(await failed).toBe(reason);
  });

  it('ends when the server cuts the connection', async () => {
    const { writer, line, say } = await talk({ target: 'plain' });
    await line();
    await say('a CUT');
    expect(await failure(line())).toMatchObject({
      code: 'unreachable',
      stage: 'relay',
      reason: 'ECONNRESET',
    });
    await expect(writer.closed).rejects.toMatchObject({ reason: 'ECONNRESET' });
  });

  it('half closes', async () => {
    const { writer, line } = await talk({ target: 'plain' });
    await line();
    await writer.close();
    expect(await line()).toBe('* BYE');
    expect(await line()).toBeNull();
  });
});

describe('STARTTLS', () => {
  it('secures the same streams', async () => {
    const { stream, line, say } = await talk({ target: 'plain' });
    await line();
    await say('a STARTTLS');
    expect(await line()).toBe('a OK begin TLS');
    const greeting = line();
    expect(await stream.startTls?.()).toMatchObject({ protocol: 'TLSv1.3', verified: true });
    expect(stream.info.tls?.chain.length).toBe(2);
    expect(await greeting).toBe('* OK ready');
    await say('b HELLO');
    expect(await line()).toBe('b BAD');
  });

  it('fails when bytes in clear arrive in the handshake', async () => {
    const { stream, line, say } = await talk({ target: 'plain' });
    await line();
    await say('a INJECT');
    await line();
    expect(await failure(stream.startTls?.())).toMatchObject({ stage: 'starttls' });
    expect(await failure(line())).toMatchObject({ stage: 'starttls' });
    expect(stream.info.tls).toBeNull();
  });

  it('refuses a certificate that nobody vouches for, and shows it', async () => {
    const { stream, line, say } = await talk({ target: 'self-signed' });
    await line();
    await say('a STARTTLS');
    await line();
    expect(await failure(stream.startTls?.())).toMatchObject({
      code: 'tls',
      stage: 'starttls',
      tls: { authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT', chain: [{ subject: 'CN=localhost' }] },
    });
  });
});

describe('commands', () => {
  it('talks with a command until its input is closed', async () => {
    const { stream, writer, line, say } = await talk({ command: 'cat' });
    await say('a1 NOOP');
    expect(await line()).toBe('a1 NOOP');
    await writer.close();
    expect(await line()).toBeNull();
    await expect.poll(() => stream.info.exit).toEqual({ code: 0, signal: null, stderr: '' });
  });

  it('tells how a command ended, behind its last byte', async () => {
    const { stream, line } = await talk({ command: 'fail' });
    expect(await line()).toBe('* BYE');
    expect(await line()).toBeNull();
    await expect.poll(() => stream.info.exit?.code).toBe(3);
    expect(stream.info.exit?.stderr).toMatch(/no mailbox/);
  });
});
