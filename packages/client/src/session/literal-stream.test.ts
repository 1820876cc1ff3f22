import { afterEach, describe, expect, it, vi } from 'vitest';
import { encode, text } from '../wire/ascii.ts';
import { readFetch, type FetchedMessage } from '../wire/fetch.ts';
import { LiteralStream } from './literal-stream.ts';
import type { Request } from './request.ts';
import {
  failure,
  first,
  lineOf,
  nextTurn,
  openSession,
  say,
  settled,
  type Opened,
} from './testing/opened.ts';

afterEach(() => vi.useRealTimers());

const GIBIBYTE = 1024 * 1024 * 1024;

interface Streaming {
  readonly request: Request;
  readonly heads: string[];
  readonly literals: LiteralStream[];
  readonly rows: FetchedMessage[];
}

/** A FETCH that takes each literal of at least so many octets as a stream. */
function streaming(from = 1, more: Partial<Request> = {}): Streaming {
  const heads: string[] = [];
  const literals: LiteralStream[] = [];
  const rows: FetchedMessage[] = [];
  const request = say('FETCH', {
    collect: (response) => {
      if (response.name !== 'FETCH') return false;
      rows.push(readFetch(response.reader(), response.number ?? 0));
      return true;
    },
    literal: (size, head) => {
      heads.push(lineOf(head()));
      if (size < from) return null;
      literals.push(new LiteralStream(size));
      return literals.at(-1) ?? null;
    },
    ...more,
  });
  return { request, heads, literals, rows };
}

const textOf = async (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text();

/** A server that pours out `size` octets as fast as they are taken. */
async function pour({ server }: Opened, size: number, poured = { octets: 0 }): Promise<void> {
  const chunk = new Uint8Array(64 * 1024);
  for (let left = size; left > 0; left -= chunk.length) {
    const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
    await server.send(piece);
    poured.octets += piece.length;
  }
}

describe('a literal that is streamed', () => {
  it('goes to its consumer, and the response has an empty one in its place', async () => {
    const { session, script } = await openSession();
    const { request, heads, literals, rows } = streaming(4);
    const done = session.execute(request);
    await script.play('C: $ FETCH');
    await script.say(
      '* 1 FETCH (UID 7 BODY[1] {3}\r\nabc BODY[2] {5}\r\nhello BODY[3] {2}\r\nyz FLAGS (\\Seen))\r\n',
    );
    expect(await textOf(first(literals).stream)).toBe('hello');
    await script.play('S: $ OK');
    await done;
    expect(literals).toHaveLength(1);
    expect(heads).toEqual([
      '* 1 FETCH (UID 7 BODY[1] {3}\r\n',
      '* 1 FETCH (UID 7 BODY[1] {3}\r\nabc BODY[2] {5}\r\n',
      '* 1 FETCH (UID 7 BODY[1] {3}\r\nabc BODY[2] {0}\r\n BODY[3] {2}\r\n',
    ]);
    expect(rows[0]).toMatchObject({ uid: 7, flags: ['\\Seen'] });
    expect(first(rows).sections.map(({ bytes }) => text(bytes ?? encode('NIL')))).toEqual(['abc', '', 'yz']);
  });

  it('is the same however the bytes are cut', async () => {
    for (const size of [1, 2, 3, 5, 7, 11, 100]) {
      const { session, script, server } = await openSession();
      const { request, literals, rows } = streaming();
      void session.execute(request);
      await script.play('C: $ FETCH');
      server.split(size);
      const said = script.say(
        '* 1 FETCH (UID 7 BODY[1] {3+}\r\nabc BODY[2] ~{5}\r\nhello)\r\n* 2 FETCH (BODY[] {2}\r\nyz)\r\n',
      );
      await said;
      await nextTurn();
      expect(await Promise.all(literals.map(({ stream }) => textOf(stream)))).toEqual(['abc', 'hello', 'yz']);
      expect(rows.map(({ sequence, uid }) => [sequence, uid])).toEqual([
        [1, 7],
        [2, undefined],
      ]);
      expect(await settled(session.closed)).toBe('pending');
    }
  });

  it('of 1 GiB never holds more than a little', { timeout: 120_000 }, async () => {
    const opened = await openSession();
    const { session, script } = opened;
    const { request, literals, rows } = streaming();
    const done = session.execute(request);
    await script.play('C: $ FETCH');
    await script.say(`* 1 FETCH (BODY[] {${GIBIBYTE}}\r\n`);
    const poured = { octets: 0 };
    const pouring = pour(opened, GIBIBYTE, poured);
    await nextTurn();
    const reader = first(literals).stream.getReader();
    let taken = 0;
    let most = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      taken += next.value.length;
      most = Math.max(most, first(literals).bytes, poured.octets - taken);
    }
    expect(taken).toBe(GIBIBYTE);
    // The window of the connection in memory is 1 MiB.
    expect(most).toBeLessThan(2 * 1024 * 1024);
    await pouring;
    await script.say(' UID 3)\r\nT0 OK done\r\n');
    expect(await done).toMatchObject({ status: 'OK' });
    expect(rows).toMatchObject([{ uid: 3 }]);
  });

  it('stops the reading while nobody reads it, without a clock running', async () => {
    vi.useFakeTimers();
    const opened = await openSession({ limits: { silenceMs: 10_000 } });
    const { session, script } = opened;
    const { request, literals } = streaming();
    void session.execute(request);
    await script.play('C: $ FETCH');
    await script.say(`* 1 FETCH (BODY[] {${10 * 1024 * 1024}}\r\n`);
    const poured = { octets: 0 };
    void pour(opened, 10 * 1024 * 1024, poured);
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    expect(poured.octets).toBeLessThan(2 * 1024 * 1024);
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(await settled(session.closed)).toBe('pending');
    let taken = 0;
    for await (const chunk of first(literals).stream) taken += chunk.length;
    expect(taken).toBe(10 * 1024 * 1024);
    session.close();
  });

  it('goes on while another call waits, and fails alone beyond the limit', async () => {
    const opened = await openSession({ limits: { maxQueued: 1_000_000 } });
    const { session, script } = opened;
    const { request, literals } = streaming();
    const fetch = failure(session.execute(request));
    await script.play('C: $ FETCH');
    await script.say('* 1 FETCH (BODY[] {10000000}\r\n');
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP');
    await pour(opened, 10_000_000);
    expect(await fetch).toMatchObject({
      name: 'ImapLimitError',
      limit: 'maxQueued',
      message: 'FETCH: more than 1000000 bytes wait to be read while other calls wait behind them',
    });
    await expect(textOf(first(literals).stream)).rejects.toMatchObject({ limit: 'maxQueued' });
    await script.say(')\r\nT0 OK\r\nT1 OK\r\n');
    expect(await noop).toMatchObject({ status: 'OK' });
    expect(session.idle).toBe(true);
  });

  it('stops the reading also while a call whose caller has gone waits behind it', async () => {
    const opened = await openSession({ limits: { maxQueued: 1_000_000 } });
    const { session, script } = opened;
    const { request, literals } = streaming();
    const abort = new AbortController();
    void session.execute(request);
    const gone = failure(session.execute(say('NOOP', { signal: abort.signal })));
    await script.play('C: $ FETCH\nC: $ NOOP');
    abort.abort(new Error('enough'));
    await gone;
    await script.say('* 1 FETCH (BODY[] {10000000}\r\n');
    const pouring = pour(opened, 10_000_000);
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    let taken = 0;
    for await (const chunk of first(literals).stream) taken += chunk.length;
    expect(taken).toBe(10_000_000);
    await pouring;
    session.close();
  });

  it('counts all of one command together', async () => {
    const { session, script } = await openSession();
    const { request, literals } = streaming();
    void session.execute(request);
    await script.play('C: $ FETCH');
    for (let count = 1; count <= 100; count++) {
      void script.say(`* ${count} FETCH (BODY[] {100000}\r\n${'x'.repeat(100_000)})\r\n`);
    }
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    expect(literals.length).toBeLessThan(8);
    let read = 0;
    for (let next = literals[read]; next !== undefined; next = literals[++read]) {
      expect((await textOf(next.stream)).length).toBe(100_000);
      await nextTurn();
    }
    expect(read).toBe(100);
    session.close();
  });

  it.each(['cancelled', 'aborted'])('%s drops the rest, and the connection goes on', async (how) => {
    const opened = await openSession();
    const { session, script } = opened;
    const abort = new AbortController();
    const { request, literals } = streaming(1, { signal: abort.signal });
    const done = session.execute(request);
    done.catch(() => {});
    await script.play('C: $ FETCH');
    await script.say('* 1 FETCH (BODY[] {10000000}\r\n');
    const pouring = pour(opened, 10_000_000);
    await nextTurn();
    if (how === 'cancelled') await first(literals).stream.cancel();
    else abort.abort(new Error('enough'));
    await pouring;
    expect(first(literals).bytes).toBe(0);
    if (how === 'aborted') await expect(textOf(first(literals).stream)).rejects.toThrow('enough');
    await script.say(')\r\nT0 OK\r\n');
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    expect(await noop).toMatchObject({ status: 'OK' });
  });

  it('that nobody reads any more ends the connection beyond what may be dropped', async () => {
    const opened = await openSession({ limits: { discard: 1_000_000 } });
    const { session, script } = opened;
    const { request, literals } = streaming();
    void session.execute(request);
    await script.play('C: $ FETCH');
    await script.say('* 1 FETCH (BODY[] {10000000}\r\n');
    await nextTurn();
    await first(literals).stream.cancel();
    pour(opened, 10_000_000).catch(() => {});
    expect(await session.closed).toMatchObject({
      message: expect.stringContaining(
        'more than 1000000 bytes of a literal of 10000000 came that nobody reads',
      ),
      cause: { name: 'FramingError' },
    });
  });

  it('that is asked for after its caller has gone is dropped as it comes', async () => {
    const { session, script } = await openSession();
    const abort = new AbortController();
    const { request, literals } = streaming(1, { signal: abort.signal });
    const gone = failure(session.execute(request));
    await script.play('C: $ FETCH');
    abort.abort(new Error('enough'));
    await gone;
    await script.say(`* 1 FETCH (BODY[] {300000}\r\n${'x'.repeat(300_000)})\r\nT0 OK\r\n`);
    await nextTurn();
    expect(first(literals)).toMatchObject({ bytes: 0, dropped: 300_000 });
    expect(session.idle).toBe(true);
  });

  it.each([
    ['cut', ({ server }: Opened) => server.fail()],
    ['ended', ({ server }: Opened) => server.close()],
    ['closed', ({ session }: Opened) => session.close()],
  ])('%s in the middle fails its reader', async (_how, end) => {
    const opened = await openSession();
    const { session, script } = opened;
    const { request, literals } = streaming();
    const done = failure(session.execute(request));
    await script.play('C: $ FETCH');
    await script.say('* 1 FETCH (BODY[] {10}\r\nhello');
    const reader = first(literals).stream.getReader();
    expect(text((await reader.read()).value ?? encode(''))).toBe('hello');
    end(opened);
    await expect(reader.read()).rejects.toMatchObject({ name: 'ImapConnectionError' });
    expect(await done).toMatchObject({ name: 'ImapConnectionError' });
  });

  it('whose taker throws fails the command, and the literal stays in its response', async () => {
    const { session, script, untagged } = await openSession();
    const failed = failure(
      session.execute(
        say('FETCH', {
          literal: () => {
            throw new RangeError('no room');
          },
        }),
      ),
    );
    await script.play('C: $ FETCH\nS: * 1 FETCH (BODY[] {5}\nS: hello)\nS: $ OK');
    expect(await failed).toMatchObject({ message: 'no room' });
    expect(untagged).toEqual(['* 1 FETCH (BODY[] {5}\r\nhello)']);
    expect(session.idle).toBe(true);
  });

  it('does not keep what is beyond it from its limit', async () => {
    const { session, script } = await openSession({ limits: { literal: 10, line: 200 } });
    const { request, literals } = streaming(50);
    const failed = failure(session.execute(request));
    await script.play('C: $ FETCH');
    await script.say(
      `* 1 FETCH (BODY[1] {60}\r\n${'x'.repeat(60)} BODY[2] {40}\r\n${'y'.repeat(40)})\r\nT0 OK\r\n`,
    );
    expect((await textOf(first(literals).stream)).length).toBe(60);
    expect(await failed).toMatchObject({ name: 'ImapLimitError', limit: 'literal' });
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    expect(await noop).toMatchObject({ status: 'OK' });
  });

  it('counts as no byte behind a command that switches the layer', async () => {
    const { session, script } = await openSession();
    const { request, literals } = streaming();
    void session.execute(request);
    await script.play('C: $ FETCH');
    await script.say('* 1 FETCH (BODY[] {5}\r\nhello)\r\nT0 OK\r\n');
    expect(await textOf(first(literals).stream)).toBe('hello');
    const done = session.execute(say('COMPRESS', { switchesLayer: true, barrier: true }));
    await script.play('C: $ COMPRESS\nS: $ OK');
    expect(await done).toMatchObject({ status: 'OK' });
    await session.replaceStream((below) => below);
  });

  it('a length of nothing is never offered', async () => {
    const { session, script } = await openSession();
    const { request, heads, rows } = streaming();
    void session.execute(request);
    await script.play('C: $ FETCH\nS: * 1 FETCH (BODY[] {0}\nS: )\nS: $ OK');
    await nextTurn();
    expect(heads).toEqual([]);
    expect(first(rows).sections).toEqual([{ section: '', offset: null, bytes: encode('') }]);
  });
});
