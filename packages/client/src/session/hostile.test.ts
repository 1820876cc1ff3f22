import { describe, expect, it, vi } from 'vitest';
import type { ByteStream } from '../transport/byte-stream.ts';
import { memoryPair } from '../transport/pair.ts';
import { encode } from '../wire/ascii.ts';
import { LiteralStream } from './literal-stream.ts';
import type { Request } from './request.ts';
import { Session } from './session.ts';
import { failure, nextTurn, openSession, say, settled } from './testing/opened.ts';

const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await nextTurn();
};

/** Octets that were copied from one array into another while this ran. */
async function copied(run: () => Promise<void>): Promise<number> {
  let octets = 0;
  const set = vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (
    this: Uint8Array,
    source: ArrayLike<number>,
    at = 0,
  ) {
    octets += source.length;
    for (let index = 0; index < source.length; index++) this[at + index] = source[index] ?? 0;
  });
  try {
    await run();
  } finally {
    set.mockRestore();
  }
  return octets;
}

describe('a flood of +', () => {
  const flood = '+ go on\r\n'.repeat(10_000);

  it('that nobody waits for is answered with nothing', async () => {
    const { session, script, server } = await openSession();
    await server.send(flood);
    await script.silence();
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP');
    await server.send(flood);
    await script.silence();
    await script.play('S: $ OK');
    expect(await noop).toMatchObject({ status: 'OK' });
  });

  it('in IDLE ends in one DONE', async () => {
    const { session, script, server } = await openSession();
    let stop!: () => void;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const continuation = vi.fn<() => Promise<Uint8Array>>(() => stopped.then(() => encode('DONE')));
    const idle = session.execute(say('IDLE', { barrier: true, quiet: true, continuation }));
    await script.play('C: $ IDLE');
    await server.send(flood);
    await turns();
    expect(continuation).toHaveBeenCalledTimes(1);
    stop();
    await script.play('C: DONE');
    await server.send(flood);
    await script.silence();
    await script.play('S: $ OK');
    expect(await idle).toMatchObject({ status: 'OK' });
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    await noop;
  });

  it('in a SASL exchange is answered one by one, and not while an answer is being thought about', async () => {
    const { session, script, server } = await openSession();
    let answer!: (line: Uint8Array) => void;
    const continuation = vi.fn<() => Promise<Uint8Array>>(() => new Promise((resolve) => (answer = resolve)));
    const done = session.execute(say('AUTHENTICATE', { barrier: true, continuation }));
    await script.play('C: $ AUTHENTICATE');
    await server.send(flood);
    await turns();
    expect(continuation).toHaveBeenCalledTimes(1);
    answer(encode('one'));
    await script.play('C: one\nS: +');
    await turns();
    expect(continuation).toHaveBeenCalledTimes(2);
    answer(encode('two'));
    await script.play('C: two\nS: $ OK');
    expect(await done).toMatchObject({ status: 'OK' });
  });

  it('from a server that reads nothing piles up no answers', async () => {
    const { client, server } = memoryPair({ window: 64 * 1024 });
    const opening = Session.open({ transport: () => Promise.resolve(client), tagPrefix: 'T' });
    await server.send('* OK ready\r\n');
    const session = await opening;
    const continuation = vi.fn<() => Uint8Array>(() => new Uint8Array(16 * 1024).fill(65));
    session.execute(say('AUTHENTICATE', { barrier: true, continuation })).catch(() => {});
    expect(await server.receiveLine()).toBe('T0 AUTHENTICATE');
    for (let count = 0; count < 1000; count++) {
      await server.send('+ more\r\n');
      await nextTurn();
    }
    // What fills the window, and a few that wait behind it.
    expect(continuation.mock.calls.length).toBeLessThan(20);
    session.close();
  });

  it('each behind an answer is answered, though the transport has not said that it took the last one', async () => {
    const { client, server } = memoryPair();
    const late = new TransformStream<Uint8Array, Uint8Array>();
    const writes: (() => void)[] = [];
    const up = new WritableStream<Uint8Array>({
      write: async (chunk) => {
        const writer = late.writable.getWriter();
        void writer.write(chunk);
        writer.releaseLock();
        await new Promise<void>((resolve) => writes.push(resolve));
      },
    });
    void late.readable.pipeTo(client.writable).catch(() => {});
    const stream: ByteStream = {
      readable: client.readable,
      writable: up,
      info: client.info,
      close: (reason) => client.close(reason),
    };
    const opening = Session.open({ transport: () => Promise.resolve(stream), tagPrefix: 'T' });
    await server.send('* OK ready\r\n');
    const session = await opening;
    const done = session.execute(say('AUTHENTICATE', { barrier: true, continuation: () => encode('one') }));
    expect(await server.receiveLine()).toBe('T0 AUTHENTICATE');
    writes.shift()?.();
    await server.send('+\r\n');
    expect(await server.receiveLine()).toBe('one');
    // Its write() has not returned.
    await server.send('+\r\n');
    await nextTurn();
    writes.shift()?.();
    expect(await server.receiveLine()).toBe('one');
    await server.send('T0 OK\r\n');
    expect(await done).toMatchObject({ status: 'OK' });
    session.close();
  });
});

describe('a tagged OK', () => {
  it.each([
    ['to a command that waits for its turn', 'T1 OK begin'],
    ['of another connection', 'ZZZZ9 OK begin'],
    ['without a tag', '* OK begin'],
  ])('%s answers nothing', async (_what, line) => {
    const { session, script } = await openSession();
    void session.execute(say('SELECT', { barrier: true }));
    const starttls = session.execute(say('STARTTLS', { barrier: true, switchesLayer: true }));
    await script.play(`C: $ SELECT\nS: ${line}`);
    expect(await settled(starttls)).toBe('pending');
    await script.play('S: $ OK\nC: $ STARTTLS');
    expect(await settled(starttls)).toBe('pending');
    session.close();
    await starttls.catch(() => {});
  });

  it('to a command whose literal has not been sent ends the connection', async () => {
    const { session, script } = await openSession();
    const write: Request['write'] = (out) => out.raw('APPEND').literal(encode('hello'));
    const append = failure(session.execute(say('APPEND', { write })));
    await script.play('C: $ APPEND {5}\nS: $ OK stored');
    expect(String(await append)).toContain('the server answered APPEND before it was sent');
    await script.end();
  });

  it('that comes twice answers one command', async () => {
    const { session, script, untagged } = await openSession();
    const completed = vi.fn<() => void>();
    const done = session.execute(say('NOOP', { completed }));
    await script.play('C: $ NOOP\nS: $ OK\nS: $ OK again\nS: $ NO');
    await done;
    await turns();
    expect(completed).toHaveBeenCalledTimes(1);
    expect(untagged).toEqual(['T0 OK again', 'T0 NO']);
  });
});

describe('a flood of untagged responses', () => {
  it.each(['without a command', 'during a command that wants none of them'])(
    '%s is not kept',
    async (when) => {
      const { session, script, server } = await openSession({ onUntagged: () => {}, onLine: undefined });
      if (when.startsWith('during')) {
        void session.execute(say('NOOP', { collect: () => false }));
        await script.play('C: $ NOOP');
      }
      const before = process.memoryUsage();
      const chunk = encode(`* OK ${'x'.repeat(1000)}\r\n`.repeat(64));
      for (let count = 0; count < 4000; count++) await server.send(chunk);
      await turns();
      const after = process.memoryUsage();
      // A quarter of a gigabyte has passed.
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(64 * 1024 * 1024);
      expect(after.heapUsed - before.heapUsed).toBeLessThan(128 * 1024 * 1024);
      expect(await settled(session.closed)).toBe('pending');
      session.close();
    },
  );
});

describe('quadratic bait: octets copied stay in proportion to those that came', () => {
  const bait: Readonly<Record<string, readonly [chunk: string, times: number, end: string]>> = {
    'a line in single octets': ['x', 20_000, '\r\n'],
    'literals of one octet': ['{1}\r\nx ', 6_000, ')\r\n'],
    'literals of one octet, split': ['{1}\r\n', 6_000, ')\r\n'],
    'empty literals': ['{0}\r\n ', 6_000, ')\r\n'],
    'open parentheses': ['(', 20_000, '\r\n'],
    'quotes and backslashes': ['"\\', 20_000, '\r\n'],
    'blank lines': ['\r\n', 20_000, '\r\n'],
    'single responses': ['* 1 EXISTS\r\n', 5_000, '\r\n'],
  };
  const takers: Readonly<Record<string, Partial<Request>>> = {
    'nobody takes literals': {},
    'all literals are streamed': {
      literal: (size) => {
        const literal = new LiteralStream(size);
        void literal.stream.cancel();
        return literal;
      },
    },
    'somebody looks at each of them': {
      literal: (_size, head) => (head().number === 2 ? new LiteralStream(1) : null),
    },
  };
  const rows = Object.keys(bait).flatMap((name) =>
    Object.keys(takers).map((taker) => [name, taker] as const),
  );

  it.each(rows)('%s, while %s', async (name, taker) => {
    const [piece, times, end] = bait[name] ?? ['', 0, ''];
    for (const pieces of [1, 100]) {
      const { session, script, server } = await openSession({ onLine: undefined, onUntagged: () => {} });
      void session.execute(say('FETCH', { ...takers[taker], collect: () => true }));
      await script.play('C: $ FETCH');
      const chunk = encode(piece.repeat(pieces));
      const octets = await copied(async () => {
        await server.send('* 1 FETCH (BODY[] ');
        for (let count = 0; count < times; count += pieces) await server.send(chunk);
        await server.send(end);
        await turns(5);
      });
      expect(octets / (piece.length * times)).toBeLessThan(12);
      expect(await settled(session.closed)).toBe('pending');
      session.close();
    }
  });
});
