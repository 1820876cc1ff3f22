// Deflate in a real browser, through the real bridge, with zlib at the other end.

import { afterEach, describe, expect, inject, it } from 'vitest';
import type { TestBridge } from '../node/testing/bridge.setup.ts';
import { bridge } from './bridge.ts';
import type { ByteStream } from './byte-stream.ts';
import { inflated, type ExpansionLimit } from './deflate.ts';

const { url, token }: TestBridge = inject('bridge');
const bytes = (value: string) => new TextEncoder().encode(value);
const streams: ByteStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

/** The same octets as the server's. */
function noise(octets: number): Uint8Array<ArrayBuffer> {
  let seed = octets;
  return Uint8Array.from({ length: octets }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) | 0;
    return seed >>> 16;
  });
}

async function sha(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return Array.from(digest, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** A connection that has just been compressed. */
async function compressed(limit: Partial<ExpansionLimit> = {}) {
  const plain = await bridge({ url, token, target: 'plain' })({});
  streams.push(plain);
  const writer = plain.writable.getWriter();
  const reader = plain.readable.getReader();
  await writer.write(bytes('a DEFLATE\r\n'));
  let heard = '';
  while (!heard.endsWith('a OK\r\n')) heard += new TextDecoder().decode((await reader.read()).value);
  writer.releaseLock();
  reader.releaseLock();
  const exceeded = () => new Error('too much');
  const stream = inflated(plain, { ratio: 2000, allowance: 0, exceeded, ...limit });
  const up = stream.writable.getWriter();
  const down = stream.readable.getReader();
  return {
    stream,
    down,
    say: (line: string) => up.write(bytes(`${line}\r\n`)),
    send: (data: Uint8Array) => up.write(data),
    /** So many octets, and not one more. */
    take: async (octets: number): Promise<Uint8Array<ArrayBuffer>> => {
      const taken = new Uint8Array(octets);
      for (let got = 0; got < octets;) {
        const { value, done } = await down.read();
        if (done) throw new Error(`ended after ${got} of ${octets}`);
        taken.set(value, got);
        got += value.length;
      }
      return taken;
    },
  };
}

describe('deflate through the real bridge', () => {
  it.each([1, 100, 16_384, 16_385, 65_536, 65_537, 5_000_000])(
    'brings all %i octets of a flushed block at once',
    async (octets) => {
      const { say, take } = await compressed();
      for (let round = 0; round < 2; round++) {
        await say(`b NOISE ${octets}`);
        expect(await sha(await take(octets))).toBe(await sha(noise(octets)));
      }
    },
  );

  it('carries many short lines, in order', async () => {
    const { say, take } = await compressed();
    const lines = Array.from({ length: 500 }, (_, index) => `t${index}`);
    const said = Promise.all(lines.map((tag) => say(`${tag} NOOP`)));
    const wanted = lines.map((tag) => `${tag} OK\r\n`).join('');
    expect(new TextDecoder().decode(await take(wanted.length))).toBe(wanted);
    await said;
  });

  it('takes a large upload up, byte for byte', async () => {
    const { say, send, take } = await compressed();
    const data = noise(3_000_000);
    await say(`c TAKE ${data.length}`);
    for (let at = 0; at < data.length; at += 65_536) await send(data.subarray(at, at + 65_536));
    const wanted = `c ${await sha(data)}\r\n`;
    expect(new TextDecoder().decode(await take(wanted.length))).toBe(wanted);
  });

  it('a hundred million octets out of nearly nothing: only as much as was asked for is inflated', async () => {
    const { say, down } = await compressed();
    await say('d SAME 100000000');
    const { value } = await down.read();
    expect(value!.length).toBeLessThan(5_000_000);
    // Read slowly, it is still all there.
    let got = value!.length;
    while (got < 100_000_000) got += (await down.read()).value!.length;
    expect(got).toBe(100_000_000);
  });

  it('a bomb goes off at its limit', async () => {
    const { say, down } = await compressed({ ratio: 10, allowance: 1_000_000 });
    await say('e SAME 100000000');
    let got = 0;
    const reading = async (): Promise<void> => {
      for (;;) got += (await down.read()).value!.length;
    };
    await expect(reading()).rejects.toThrow('too much');
    expect(got).toBeLessThan(2_000_000);
  });

  it('cut inside a block, it says so', async () => {
    const { say, take, down } = await compressed();
    await say('f HALF 1000');
    await take(1001);
    await expect(down.read()).rejects.toThrow('ended inside a compressed block');
  });

  it('hung up on, it ends', async () => {
    const { stream, down } = await compressed();
    const reading = down.read();
    stream.close();
    expect(await reading).toEqual({ done: true, value: undefined });
  });
});
