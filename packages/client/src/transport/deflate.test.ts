import { afterEach, describe, expect, it } from 'vitest';
import type { ByteStream } from './byte-stream.ts';
import { inflated, type ExpansionLimit } from './deflate.ts';
import { memoryPair, type MemoryPairOptions, type MemoryServer } from './pair.ts';
import { Deflating, inflateAll } from '../node/testing/deflating.ts';

const generous: ExpansionLimit = { ratio: 2000, allowance: 0, exceeded: () => new Error('never') };
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const open: ByteStream[] = [];

afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

function layer(
  limit: ExpansionLimit = generous,
  options: MemoryPairOptions = {},
): { readonly stream: ByteStream; readonly below: ByteStream; readonly server: MemoryServer } {
  const { client: below, server } = memoryPair(options);
  const stream = inflated(below, limit);
  open.push(stream);
  return { stream, below, server };
}

/** Everything until the end, or as many octets as are asked for. */
async function read(stream: ByteStream, octets = Infinity): Promise<Uint8Array> {
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let got = 0;
  try {
    while (got < octets) {
      const { value, done } = await reader.read();
      if (done) break;
      chunks.push(value);
      got += value.length;
    }
  } finally {
    reader.releaseLock();
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** A comparison that names no octet, and is quick. */
function isSame(found: Uint8Array, wanted: Uint8Array): boolean {
  return found.length === wanted.length && Buffer.compare(found, wanted) === 0;
}

/** Octets that hardly compress, and octets that do. */
function sample(octets: number, letters: number): Uint8Array {
  let seed = octets + letters;
  return Uint8Array.from({ length: octets }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) | 0;
    return ((seed >>> 16) & 255) % letters;
  });
}

describe('down', () => {
  it.each([1, 10, 1000, 16_384, 16_385, 65_535, 65_536, 65_537, 300_000])(
    'gives out all %i octets of a flushed block without waiting for more',
    async (octets) => {
      for (const letters of [2, 27, 256]) {
        const { stream, server } = layer();
        const deflating = new Deflating();
        for (const data of [sample(octets, letters), bytes('x'), sample(octets, letters)]) {
          const sending = server.send(await deflating.flush(data));
          expect(isSame(await read(stream, data.length), data)).toBe(true);
          await sending;
        }
      }
    },
  );

  it.each([1, 2, 7, 4096])('reads the same in pieces of %i', async (size) => {
    const { stream, server } = layer();
    server.split(size);
    const data = [bytes('* OK ready\r\n'), sample(20_000, 30), sample(3000, 256)];
    const deflating = new Deflating();
    for (const part of data) await server.send(await deflating.flush(part));
    server.close();
    expect(isSame(await read(stream), Buffer.concat(data))).toBe(true);
  });

  it.each([0, 1, 9])('level %i', async (level) => {
    const { stream, server } = layer();
    const data = sample(200_000, 40);
    void server.send(await new Deflating(level).flush(data));
    expect(isSame(await read(stream, data.length), data)).toBe(true);
  });

  it.each(['behind a flush', 'with a last block', 'before the first octet'])(
    'ends %s in order',
    async (where) => {
      const { stream, server } = layer();
      const deflating = new Deflating();
      if (where !== 'before the first octet') await server.send(await deflating.flush('* BYE\r\n'));
      if (where === 'with a last block') await server.send(await deflating.finish());
      server.close();
      expect(text(await read(stream))).toBe(where === 'before the first octet' ? '' : '* BYE\r\n');
    },
  );

  it('cut inside a block: what is whole, then why', async () => {
    const { stream, server } = layer();
    const deflating = new Deflating();
    await server.send(await deflating.flush('* BYE\r\n'));
    await server.send((await deflating.flush(sample(1000, 256))).subarray(0, 500));
    server.close();
    const reader = stream.readable.getReader();
    const got: Uint8Array[] = [];
    const error = await untilError(reader, (chunk) => got.push(chunk));
    expect(text(Buffer.concat(got))).toMatch(/^\* BYE\r\n/);
    expect(error).toMatchObject({
      name: 'TransportError',
      message: 'memory ended inside a compressed block.',
    });
  });

  it('broken below: what came, then the same error', async () => {
    const { stream, server } = layer();
    await server.send(await new Deflating().flush('* BYE\r\n'));
    const why = new Error('reset');
    server.fail(why);
    const reader = stream.readable.getReader();
    expect(text((await reader.read()).value!)).toBe('* BYE\r\n');
    expect(await untilError(reader)).toBe(why);
  });

  it('that is no deflate is an error of the protocol', async () => {
    const { stream, server } = layer();
    await server.send('* OK not compressed at all\r\n');
    await expect(read(stream)).rejects.toMatchObject({
      name: 'TransportError',
      code: 'protocol',
      message: 'memory sent what cannot be inflated.',
    });
  });

  it('takes from below only what is asked for, and inflates no more than that', async () => {
    let taken = 0;
    const counted = memoryPair();
    const source = counted.client.readable.getReader();
    const stream = inflated(
      {
        info: counted.client.info,
        writable: counted.client.writable,
        close: (reason) => counted.client.close(reason),
        readable: new ReadableStream<Uint8Array>(
          {
            pull: async (controller) => {
              const { value, done } = await source.read();
              if (done) return controller.close();
              taken++;
              controller.enqueue(value);
            },
          },
          { highWaterMark: 0 },
        ),
      },
      generous,
    );
    open.push(stream);
    const deflating = new Deflating();
    for (let chunk = 0; chunk < 20; chunk++)
      void counted.server.send(await deflating.flush(sample(100_000, 256)));
    await turns(20);
    expect(taken).toBe(0);
    expect((await read(stream, 1)).length).toBeGreaterThan(0);
    await turns(20);
    expect(taken).toBeLessThanOrEqual(2);
    expect((await read(stream, 1_900_000)).length).toBeGreaterThan(1_900_000 - 100_000);
  });

  it('a bomb is an error as soon as it goes off, and closes what is below', async () => {
    const limit = {
      ratio: 10,
      allowance: 100_000,
      exceeded: (octets: number) => new RangeError(`${octets > 100_000}`),
    };
    const { stream, server } = layer(limit);
    const bomb = await new Deflating().flush(new Uint8Array(50_000_000));
    server.send(bomb).catch(() => {});
    let got = 0;
    const reader = stream.readable.getReader();
    const error = await untilError(reader, (chunk) => (got += chunk.length));
    expect(error).toEqual(new RangeError('true'));
    expect(got).toBeLessThan(1_000_000);
    expect(await server.receiveLine()).toBeNull();
  });
});

describe('up', () => {
  it.each([0, 1, 65_534, 65_535, 65_536, 131_070, 200_000])(
    '%i octets arrive as they are',
    async (octets) => {
      const { stream, server } = layer();
      const data = sample(octets, 256);
      const writer = stream.writable.getWriter();
      await writer.write(bytes('a NOOP\r\n'));
      await writer.write(data);
      await writer.close();
      const sent: Uint8Array[] = [];
      for await (const chunk of server.readable as unknown as AsyncIterable<Uint8Array>) sent.push(chunk);
      const inflatedUp = await inflateAll(new Uint8Array(Buffer.concat(sent)));
      expect(text(inflatedUp.subarray(0, 8))).toBe('a NOOP\r\n');
      expect(isSame(inflatedUp.subarray(8), data)).toBe(true);
    },
  );

  it('is one write for each chunk, readable at once', async () => {
    const { stream, server } = layer();
    const writer = stream.writable.getWriter();
    await writer.write(bytes('a NOOP\r\n'));
    expect(text(await inflateAll(await server.receive(13)))).toBe('a NOOP\r\n');
  });

  it('waits where what is below waits', async () => {
    const { stream, server } = layer(generous, { window: 1000 });
    const writer = stream.writable.getWriter();
    let isDone = false;
    await writer.write(new Uint8Array(900));
    const second = writer.write(new Uint8Array(900)).then(() => (isDone = true));
    await turns(20);
    expect(isDone).toBe(false);
    await server.receive(905);
    await second;
  });

  it('fails as what is below fails', async () => {
    const { stream, server } = layer();
    const why = new Error('reset');
    const writer = stream.writable.getWriter();
    server.fail(why);
    await expect(writer.closed).rejects.toBe(why);
    await expect(writer.write(bytes('a'))).rejects.toBe(why);
  });
});

describe('beside the bytes', () => {
  it('tells what is known below, and has no STARTTLS', () => {
    const { stream, below, server } = layer();
    expect(stream.info).toBe(below.info);
    expect('startTls' in stream || 'probe' in stream).toBe(false);
    server.exit({ code: 0, signal: null, stderr: '' });
    expect(stream.info.exit).toMatchObject({ code: 0 });
    let told = 0;
    stream.onDrain = (deadline) => (told = deadline);
    server.drain(5);
    expect(told).toBe(5);
  });

  it('asks what is below whether the other side answers', async () => {
    const { client: below } = memoryPair();
    const probed = new Error('no answer');
    below.probe = () => Promise.reject(probed);
    await expect(inflated(below, generous).probe?.()).rejects.toBe(probed);
  });

  it.each([undefined, new Error('enough')])('closes at once, with a read pending (%s)', async (reason) => {
    const { stream, server } = layer();
    const reader = stream.readable.getReader();
    const pending = reader.read();
    stream.close(reason);
    if (reason === undefined) expect(await pending).toEqual({ done: true, value: undefined });
    else await expect(pending).rejects.toBe(reason);
    stream.close();
    expect(await server.receiveLine()).toBeNull();
  });

  it('cancelled by its reader, closes what is below', async () => {
    const { stream, server } = layer();
    await stream.readable.cancel();
    expect(await server.receiveLine()).toBeNull();
  });
});

async function untilError(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  each: (chunk: Uint8Array) => void = () => {},
): Promise<unknown> {
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return 'no error';
      each(value);
    }
  } catch (error) {
    return error;
  }
}

/** Time for everything that could happen by itself, the inflater's own thread included. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
