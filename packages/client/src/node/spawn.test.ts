import { afterEach, describe, expect, it } from 'vitest';
import type { ByteStream } from '../transport/byte-stream.ts';
import { spawn, type SpawnOptions } from './spawn.ts';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const streams: ByteStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

/** Runs a script in Node. */
async function run(script: string, options?: SpawnOptions, args: string[] = []): Promise<ByteStream> {
  const stream = await spawn([process.execPath, '-e', script, ...args], options)({});
  streams.push(stream);
  return stream;
}

async function readAll(stream: ByteStream): Promise<string> {
  let all = '';
  for await (const chunk of stream.readable) all += text(chunk);
  return all;
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('spawn', () => {
  it('carries bytes both ways, and ends with the command', async () => {
    const stream = await run('process.stdin.pipe(process.stdout)');
    expect(stream.info).toMatchObject({ peer: { local: true }, tls: null });
    const writer = stream.writable.getWriter();
    await writer.write(bytes('a1 NOOP\r\n'));
    await writer.close();
    expect(await readAll(stream)).toBe('a1 NOOP\r\n');
    expect(stream.info.exit).toEqual({ code: 0, signal: null, stderr: '' });
  });

  it('tells the exit code and the last of stderr behind the last byte', async () => {
    const stream = await run(
      `console.error('x'.repeat(10000)); console.error('no mailbox'); console.log('* BYE'); process.exitCode = 3`,
    );
    expect(await readAll(stream)).toBe('* BYE\n');
    expect(stream.info.exit).toEqual({ code: 3, signal: null, stderr: 'no mailbox' });
    await expect(stream.writable.getWriter().closed).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('hands arguments over as they are', async () => {
    const args = ['$(id)', ';id', 'a b', '"'];
    const stream = await run('console.log(JSON.stringify(process.argv.slice(1)))', {}, args);
    expect(JSON.parse(await readAll(stream))).toEqual(args);
  });

  it('runs in the given folder with the given environment', async () => {
    const script = 'console.log(process.cwd(), process.env.ONLY, Object.keys(process.env).includes("HOME"))';
    const stream = await run(script, { cwd: '/', env: { ONLY: 'this' } });
    expect(await readAll(stream)).toBe('/ this false\n');
  });

  it('explains a command that is not there', async () => {
    await expect(spawn(['/no/such/program'])({})).rejects.toMatchObject({
      name: 'TransportError',
      code: 'spawn',
      stage: 'connect',
      reason: 'ENOENT',
      message: expect.stringMatching(/\/no\/such\/program/),
    });
    expect(() => spawn([])).toThrow(RangeError);
  });

  it('does not start when aborted', async () => {
    const reason = new Error('changed my mind');
    await expect(spawn(['true'])({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('lets a command end that heeds its closed input', async () => {
    const stream = await run('console.log(process.pid); process.stdin.resume()');
    const reader = stream.readable.getReader();
    const pid = Number(text((await reader.read()).value));
    stream.close();
    expect((await reader.read()).done).toBe(true);
    await expect.poll(() => isAlive(pid), { timeout: 1500 }).toBe(false);
    expect(stream.info.exit).toMatchObject({ code: 0, signal: null });
  });

  it('kills a command that heeds nothing', { timeout: 10_000 }, async () => {
    const stream = await run(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log(process.pid)`,
    );
    const pid = Number(text((await stream.readable.getReader().read()).value));
    stream.close();
    expect(isAlive(pid)).toBe(true);
    await expect.poll(() => isAlive(pid), { timeout: 6000 }).toBe(false);
    await expect.poll(() => stream.info.exit).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('rejects a write to a command that has ended', async () => {
    const stream = await run('process.stdin.destroy(); setTimeout(() => {}, 200)');
    const writer = stream.writable.getWriter();
    await expect(
      (async () => {
        for (;;) await writer.write(new Uint8Array(1024 * 1024));
      })(),
    ).rejects.toMatchObject({ name: 'TransportError' });
  });
});
