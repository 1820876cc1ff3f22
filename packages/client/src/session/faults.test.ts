import { afterEach, describe, expect, it, vi } from 'vitest';
import { TransportError } from '../transport/byte-stream.ts';
import { memoryPair } from '../transport/pair.ts';
import { failure, nextTurn, type Opened, openSession, say, settled } from './testing/opened.ts';
import type { Completion, Request } from './request.ts';
import { ResponseQueue } from './response-queue.ts';
import { Session } from './session.ts';

afterEach(() => vi.useRealTimers());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the end', () => {
  it('BYE and the connection closed: the words of the server are the reason', async () => {
    const { session, script, server } = await openSession();
    const noop = session.execute(say('NOOP'));
    const failed = failure(noop);
    await script.play(`
      C: $ NOOP
      S: * BYE going down
    `);
    server.close();
    expect(await failed).toMatchObject({
      message: 'NOOP got no answer: the server ended the connection: going down',
      bye: 'going down',
    });
    expect(await session.closed).toMatchObject({ bye: 'going down' });
    expect(session.state).toBe('logout');
  });

  it('behind BYE nothing more is sent, and that is known of it', async () => {
    const { session, script, server } = await openSession();
    await script.play('S: * BYE going down');
    await nextTurn();
    const move = failure(session.execute(say('MOVE 1 x')));
    await script.silence();
    server.close();
    expect(await move).toMatchObject({ name: 'ImapConnectionError', sent: 'nothing', bye: 'going down' });
  });

  it('BYE without the connection closed ends it after a while', async () => {
    vi.useFakeTimers();
    const { session, script } = await openSession({ limits: { byeMs: 3000 } });
    await script.play('S: * BYE going down');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(2999);
    expect(await settled(session.closed)).toBe('pending');
    await vi.advanceTimersByTimeAsync(1);
    expect(await session.closed).toMatchObject({ bye: 'going down' });
    await script.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('BYE and an answer: the command is answered', async () => {
    const { session, script, server } = await openSession();
    const logout = session.execute(
      say('LOGOUT', {
        completed: () => session.enter('logout'),
        collect: (response) => response.name === 'BYE',
      }),
    );
    await script.play(`
      C: $ LOGOUT
      S: * BYE so long
      S: $ OK
    `);
    server.close();
    expect(await logout).toMatchObject({ status: 'OK' });
    expect(await session.closed).toBeNull();
  });

  it('behind BYE without an answer to LOGOUT is in order', async () => {
    const { session, script, server } = await openSession();
    const logout = session.execute(say('LOGOUT', { endsConnection: true }));
    const failed = failure(logout);
    await script.play(`
      C: $ LOGOUT
      S: * BYE so long
    `);
    server.close();
    expect(await failed).toMatchObject({ bye: 'so long' });
    expect(await session.closed).toBeNull();
  });

  it('by the server without a word', async () => {
    const { session, script, server } = await openSession();
    const noop = session.execute(say('NOOP'));
    const failed = failure(noop);
    await script.play('C: $ NOOP');
    server.close();
    expect(String(await failed)).toContain(
      'NOOP got no answer: the connection is lost: the server closed it',
    );
    expect(await session.closed).toMatchObject({ name: 'ImapConnectionError' });
  });

  it('by the transport keeps its error as the cause', async () => {
    const { session, server } = await openSession();
    const cause = new TransportError('unreachable', 'relay', 'The cable is cut.');
    server.fail(cause);
    expect(await session.closed).toMatchObject({
      message: 'the connection is lost: The cable is cut.',
      cause,
    });
  });

  it('by close() is in order, and rejects what is unanswered', async () => {
    const { session, script } = await openSession();
    const noop = session.execute(say('NOOP'));
    const failed = failure(noop);
    await script.play('C: $ NOOP');
    session.close();
    session.close(new Error('again'));
    expect(String(await failed)).toContain('NOOP got no answer: the connection was closed');
    expect(await session.closed).toBeNull();
  });

  it('rejects calls that nobody looks at without a word to the process', async () => {
    const { session, server } = await openSession();
    const unhandled = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', unhandled);
    void session.execute(say('NOOP'));
    void session.execute(say('SELECT', { barrier: true }));
    void session.execute(say('NOOP'));
    server.fail();
    await session.closed;
    void session.execute(say('NOOP'));
    await nextTurn();
    await nextTurn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('a tagged answer', () => {
  it('that is neither OK, NO nor BAD fails its command only', async () => {
    const { session, script } = await openSession();
    const first = session.execute(say('NOOP', { barrier: true }));
    const failed = failure(first);
    const next = session.execute(say('CHECK'));
    await script.play(`
      C: $ NOOP
      S: $ BYE
      C: $ CHECK
      S: $ OK
    `);
    expect(String(await failed)).toContain("NOOP: the server's answer is neither OK, NO nor BAD");
    await next;
    expect(session.idle).toBe(true);
  });

  it('to a command that has not been sent yet belongs to nobody', async () => {
    const { session, script, untagged } = await openSession();
    const first = session.execute(say('SELECT', { barrier: true }));
    const second = session.execute(say('STARTTLS', { barrier: true, switchesLayer: true }));
    await script.play(`
      C: $ SELECT
      S: T1 OK begin TLS
      S: $ OK
      C: $ STARTTLS
    `);
    await first;
    expect(untagged).toEqual(['T1 OK begin TLS']);
    expect(await settled(second)).toBe('pending');
  });
});

describe('limits', () => {
  it.each([
    ['line', { line: 100 }, `* SEARCH${' 1'.repeat(100)}`],
    ['literal', { literal: 100 }, `* 1 FETCH (BODY[] {200}\r\n${'x'.repeat(200)})`],
  ])('a %s that is too long rejects the command that it answers', async (limit, limits, answer) => {
    const { session, script } = await openSession({ limits });
    const first = session.execute(say('ONE', { collect: () => true }));
    const failed = failure(first);
    const second = session.execute(say('TWO'));
    await script.play('C: $ ONE\nC: $ TWO');
    await script.say(`${answer}\r\n`);
    expect(await failed).toMatchObject({
      name: 'ImapLimitError',
      limit,
      message: `the server sent a ${limit} of more than 100 bytes; it was passed over`,
    });
    await script.play('S: $1 OK\nS: $2 OK');
    expect(await second).toMatchObject({ status: 'OK' });
    expect(session.idle).toBe(true);
  });

  it('a second one in the same answer harms nobody else', async () => {
    const { session, script } = await openSession({ limits: { line: 100 } });
    const first = failure(session.execute(say('ONE')));
    const second = session.execute(say('TWO'));
    await script.play(`
      C: $ ONE
      C: $ TWO
      S: * SEARCH${' 1'.repeat(100)}
      S: * SEARCH${' 2'.repeat(100)}
      S: $1 OK
      S: $2 OK
    `);
    expect(await first).toMatchObject({ limit: 'line' });
    expect(await second).toMatchObject({ status: 'OK' });
  });

  it('a literal beyond what may be dropped ends the connection', async () => {
    const { session, script } = await openSession({ limits: { literal: 100, discard: 1000 } });
    await script.say('* 1 FETCH (BODY[] {5000000000}\r\n');
    expect(await session.closed).toMatchObject({
      name: 'ImapConnectionError',
      cause: { name: 'FramingError' },
    });
  });

  it('more unanswered commands than are of use wait', async () => {
    const { session, script } = await openSession();
    for (let count = 0; count < 300; count++) void session.execute(say('NOOP'));
    await script.play('C: $ NOOP\n'.repeat(256));
    await script.silence();
    await script.play('S: $1 OK\nC: $ NOOP');
    await script.silence();
    expect(script.tag()).toBe('T256');
  });
});

describe('silence', () => {
  const silent = async (more: Partial<Request> = {}): Promise<Opened & { done: Promise<Completion> }> => {
    vi.useFakeTimers();
    const opened = await openSession({ limits: { silenceMs: 10_000 } });
    const done = opened.session.execute(say('NOOP', more));
    done.catch(() => {});
    await opened.script.play('C: $ NOOP');
    return { ...opened, done };
  };

  it('while a command waits ends the connection', async () => {
    const { done } = await silent();
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(done).rejects.toThrow('memory has said nothing for 10 s while a command waits');
    await expect(done).rejects.toMatchObject({ cause: { name: 'TimeoutError' } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is counted from the last word', async () => {
    const { session, script } = await silent();
    for (let count = 0; count < 5; count++) {
      await vi.advanceTimersByTimeAsync(9_000);
      await script.say('* OK working\r\n');
      await nextTurn();
    }
    expect(await settled(session.closed)).toBe('pending');
    await vi.advanceTimersByTimeAsync(10_001);
    expect(await settled(session.closed)).not.toBe('pending');
  });

  it('is nothing where no command waits', async () => {
    const { session, script, done } = await silent();
    await script.play('S: $ OK');
    await done;
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(await settled(session.closed)).toBe('pending');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is expected in IDLE, but neither before its + nor behind DONE', async () => {
    vi.useFakeTimers();
    const { session, script } = await openSession({ limits: { silenceMs: 10_000 } });
    let finish!: (line: Uint8Array) => void;
    const idle = session.execute(
      say('IDLE', {
        barrier: true,
        quiet: true,
        continuation: () => new Promise((resolve) => (finish = resolve)),
      }),
    );
    idle.catch(() => {});
    await script.play('C: $ IDLE');
    await vi.advanceTimersByTimeAsync(9_000);
    await script.play('S: + idling');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(await settled(session.closed)).toBe('pending');
    finish(bytes('DONE'));
    await script.play('C: DONE');
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(idle).rejects.toThrow('has said nothing for 10 s');
  });

  it('in place of the + of IDLE ends the connection', async () => {
    const { session } = await silent({ quiet: true, continuation: () => bytes('DONE') });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await session.closed).toMatchObject({ cause: { name: 'TimeoutError' } });
  });

  it('is ours while rows wait for a slow reader', async () => {
    vi.useFakeTimers();
    const { session, script } = await openSession({ limits: { silenceMs: 10_000 } });
    const rows = new ResponseQueue();
    const done = session.execute(fetchRows(rows));
    await script.play('C: $ FETCH');
    await script.say(row(300_000));
    await nextTurn();
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(await settled(session.closed)).toBe('pending');
    await rows.next();
    await nextTurn();
    await vi.advanceTimersByTimeAsync(9_000);
    await script.play('S: $ OK');
    expect(await done).toMatchObject({ status: 'OK' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('while the rest of a refused literal is not taken ends the connection', async () => {
    vi.useFakeTimers();
    const { session, script, server } = await openSession({
      greeting: '* OK [CAPABILITY LITERAL+] ready',
      limits: { silenceMs: 10_000 },
    });
    let feed!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
    const refused = session.execute(
      say('APPEND', { write: (out) => out.raw('APPEND').literal({ size: 6, stream }) }),
    );
    const next = failure(session.execute(say('NOOP')));
    await script.play('C: $ APPEND {6+}\nS: $ NO full');
    expect(await refused).toMatchObject({ status: 'NO' });
    server.stall();
    feed.enqueue(bytes('abcdef'));
    feed.close();
    await nextTurn();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(String(await next)).toContain('has said nothing for 10 s');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is ours while the source of a literal is slow', async () => {
    vi.useFakeTimers();
    const { session, script } = await openSession({
      greeting: '* OK [CAPABILITY LITERAL+] ready',
      limits: { silenceMs: 10_000 },
    });
    let feed!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
    const done = session.execute(
      say('APPEND', { write: (out) => out.raw('APPEND').literal({ size: 6, stream }) }),
    );
    await script.play('C: $ APPEND {6+}');
    await vi.advanceTimersByTimeAsync(1_000_000);
    feed.enqueue(bytes('abcdef'));
    feed.close();
    await script.play('C: abcdef');
    await vi.advanceTimersByTimeAsync(9_000);
    await script.play('S: $ OK');
    expect(await done).toMatchObject({ status: 'OK' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('while the server takes nothing ends the connection', async () => {
    vi.useFakeTimers();
    const { session, server } = await openSession({ limits: { silenceMs: 10_000 } });
    server.stall();
    const done = session.execute(say('NOOP'));
    const failed = failure(done);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(String(await failed)).toContain('has said nothing for 10 s');
  });
});

const row = (size: number): string => `* 1 FETCH (BODY[] {${size}}\r\n${'x'.repeat(size)})\r\n`;

function fetchRows(rows: ResponseQueue): Request {
  return say('FETCH', {
    rows,
    collect: (response) => {
      if (response.name === 'FETCH') rows.push(response);
      return response.name === 'FETCH';
    },
  });
}

describe('rows and a slow reader', () => {
  it('stop the reading while nobody else waits, and it goes on as rows are taken', async () => {
    const { session, script } = await openSession();
    const rows = new ResponseQueue();
    void session.execute(fetchRows(rows));
    await script.play('C: $ FETCH');
    for (let count = 0; count < 20; count++) void script.say(row(100_000));
    await nextTurn();
    await nextTurn();
    expect(rows.bytes).toBeLessThan(600_000);
    for (let count = 0; count < 20; count++) expect(await rows.next()).not.toBeNull();
  });

  it('go on being read when another command comes, and fail alone beyond the limit', async () => {
    const { session, script } = await openSession({ limits: { maxQueued: 1_000_000 } });
    const rows = new ResponseQueue();
    const fetch = session.execute(fetchRows(rows));
    const failed = failure(fetch);
    await script.play('C: $ FETCH');
    for (let count = 0; count < 8; count++) void script.say(row(100_000));
    await nextTurn();
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP');
    await nextTurn();
    expect(rows.bytes).toBeGreaterThan(800_000);
    for (let count = 0; count < 20; count++) void script.say(row(100_000));
    expect(await failed).toMatchObject({
      name: 'ImapLimitError',
      limit: 'maxQueued',
      message: expect.stringContaining('more than 1000000 bytes wait to be read'),
    });
    await expect(rows.next()).rejects.toMatchObject({ limit: 'maxQueued' });
    await script.play('S: $1 OK\nS: $2 OK');
    expect(await noop).toMatchObject({ status: 'OK' });
  });

  it('are bounded also where they do not belong to the oldest command', async () => {
    const { session, script } = await openSession({ limits: { maxQueued: 1_000_000 } });
    const rows = new ResponseQueue();
    const noop = session.execute(say('NOOP'));
    const fetch = session.execute(fetchRows(rows));
    const failed = failure(fetch);
    await script.play('C: $ NOOP\nC: $ FETCH');
    for (let count = 0; count < 20; count++) void script.say(row(100_000));
    expect(await failed).toMatchObject({ limit: 'maxQueued' });
    await script.play('S: $1 OK\nS: $2 OK');
    await noop;
  });

  it('are read on for a command that is withdrawn again', async () => {
    const { session, script } = await openSession();
    const rows = new ResponseQueue();
    const fetch = session.execute(fetchRows(rows));
    await script.play('C: $ FETCH');
    void script.say(row(300_000));
    await nextTurn();
    const abort = new AbortController();
    const select = session.execute(say('SELECT', { barrier: true, signal: abort.signal }));
    const gone = failure(select);
    abort.abort();
    expect(String(await gone)).toContain('aborted');
    expect(await rows.next()).not.toBeNull();
    await script.play('S: $ OK');
    await fetch;
  });

  it('end with the connection', async () => {
    const { session, script } = await openSession();
    const rows = new ResponseQueue();
    void session.execute(fetchRows(rows));
    await script.play('C: $ FETCH');
    void script.say(row(300_000)).catch(() => {});
    await nextTurn();
    session.close(new Error('enough'));
    await expect(rows.next()).rejects.toThrow('FETCH got no answer: enough');
    expect(await session.closed).toMatchObject({ message: 'enough' });
  });
});

describe('aborted', () => {
  const open = async (options: Parameters<typeof openSession>[0] = {}) => {
    const opened = await openSession(options);
    const abort = new AbortController();
    return { ...opened, abort: () => abort.abort(new Error('enough')), signal: abort.signal };
  };

  it('beforehand, a command is not sent', async () => {
    const { session, script } = await open();
    const done = session.execute(say('NOOP', { signal: AbortSignal.abort(new Error('enough')) }));
    await expect(done).rejects.toThrow('enough');
    await script.silence();
  });

  it('while it is queued, it is removed', async () => {
    const { session, script, signal, abort } = await open();
    const first = session.execute(say('SELECT', { barrier: true }));
    const second = session.execute(say('NOOP', { signal }));
    const third = session.execute(say('CHECK'));
    await script.play('C: $ SELECT');
    abort();
    await expect(second).rejects.toThrow('enough');
    await script.play(`
      S: $ OK
      C: $ CHECK
      S: $ OK
    `);
    await first;
    await third;
  });

  it('once it is sent, it rejects at once and its answer is drained', async () => {
    const { session, script, signal, abort, untagged } = await open();
    const completed = vi.fn<() => void>();
    const first = session.execute(
      say('SELECT', { barrier: true, signal, completed, collect: (response) => response.name === 'EXISTS' }),
    );
    const second = session.execute(say('NOOP'));
    await script.play('C: $ SELECT');
    abort();
    await expect(first).rejects.toThrow('enough');
    await script.silence();
    await script.play(`
      S: * 3 EXISTS
      S: $ OK
      C: $ NOOP
      S: $ OK
    `);
    await second;
    expect(untagged).toEqual([]);
    // The server has done it all the same: what it means for the state still counts.
    expect(completed).toHaveBeenCalledTimes(1);
  });

  it('while it waits for +, the connection closes', async () => {
    const { session, script, signal, abort } = await open();
    const write: Request['write'] = (out) => out.raw('APPEND').literal(bytes('hello'));
    const done = session.execute(say('APPEND', { write, signal }));
    await script.play('C: $ APPEND {5}');
    abort();
    await expect(done).rejects.toThrow('enough');
    expect(await session.closed).toMatchObject({ message: 'APPEND was aborted inside a literal' });
    await script.end();
  });

  it('inside a literal, the connection closes and its source is cancelled', async () => {
    const { session, script, signal, abort } = await open({ greeting: '* OK [CAPABILITY LITERAL+] x' });
    const cancelled = vi.fn<() => void>();
    const stream = new ReadableStream<Uint8Array>({ cancel: cancelled });
    const write: Request['write'] = (out) => out.raw('APPEND').literal({ size: 5, stream });
    const done = session.execute(say('APPEND', { write, signal }));
    await script.play('C: $ APPEND {5+}');
    abort();
    await expect(done).rejects.toThrow('enough');
    await script.end();
    await nextTurn();
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  it('before its literal has begun, the literal is not sent either', async () => {
    const { session, script, server, signal, abort } = await open({
      greeting: '* OK [CAPABILITY LITERAL+] x',
    });
    server.stall();
    const write: Request['write'] = (out) => out.raw('APPEND').literal(new Uint8Array(100_000));
    const done = session.execute(say('APPEND', { write, signal }));
    await nextTurn();
    abort();
    await expect(done).rejects.toThrow('enough');
    expect(await session.closed).toMatchObject({ message: 'APPEND was aborted inside a literal' });
    await script.end();
  });

  it('after its answer, nothing happens, and nobody listens any more', async () => {
    const { session, script, signal, abort } = await open();
    const remove = vi.spyOn(signal, 'removeEventListener');
    const done = session.execute(say('NOOP', { signal }));
    await script.play('C: $ NOOP\nS: $ OK');
    await done;
    expect(remove).toHaveBeenCalledTimes(1);
    abort();
    expect(await settled(session.closed)).toBe('pending');
  });
});

describe('an IDLE whose caller has gone', () => {
  function idling(signal: AbortSignal, ends = true): Request {
    let stop!: () => void;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    return say('IDLE', {
      barrier: true,
      quiet: true,
      signal,
      continuation: () => stopped.then(() => bytes('DONE')),
      interrupt: () => ends && stop(),
    });
  }

  it.each(['before', 'after'])('%s + is ended with DONE', async (when) => {
    const { session, script } = await openSession();
    const abort = new AbortController();
    const failed = failure(session.execute(idling(abort.signal)));
    await script.play('C: $ IDLE');
    if (when === 'after') await script.play('S: + idling');
    await script.silence();
    abort.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
    if (when === 'before') await script.play('S: + idling');
    await script.play('C: DONE\nS: $ OK');
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    expect(await noop).toMatchObject({ status: 'OK' });
  });

  it.each(['before', 'after'])('%s + and that does not end is not waited for without limit', async (when) => {
    vi.useFakeTimers();
    const { session, script } = await openSession({ limits: { silenceMs: 10_000 } });
    const abort = new AbortController();
    const failed = failure(session.execute(idling(abort.signal, false)));
    await script.play('C: $ IDLE');
    if (when === 'after') await script.play('S: + idling');
    await script.silence();
    abort.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
    if (when === 'before') await script.play('S: + idling');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await session.closed).toMatchObject({ cause: { name: 'TimeoutError' } });
  });
});

/** A small whole session: every way of sending, and what each call is told. */
async function wholeSession({
  session,
}: Pick<Opened, 'session'>): Promise<PromiseSettledResult<Completion>[]> {
  const counts = { completed: 0 };
  const completed = (): void => void counts.completed++;
  let done!: (line: Uint8Array) => void;
  const calls = [
    session.execute(
      say('AUTHENTICATE PLAIN', { barrier: true, continuation: () => bytes('AGEAYg=='), completed }),
    ),
    session.execute(say('LIST', { collect: (response) => response.name === 'LIST', completed })),
    session.execute(
      say('APPEND', { write: (out) => out.raw('APPEND x').literal(bytes('hello')), completed }),
    ),
    session.execute(say('NOOP', { completed })),
    session.execute(
      say('IDLE', {
        barrier: true,
        quiet: true,
        completed,
        interrupt: () => done?.(bytes('DONE')),
        continuation: () =>
          new Promise((resolve) => {
            done = resolve;
            resolve(bytes('DONE'));
          }),
      }),
    ),
    session.execute(say('LOGOUT', { barrier: true, endsConnection: true, completed })),
  ];
  const outcomes = await Promise.allSettled(calls);
  const answered = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect(counts.completed).toBe(answered);
  return outcomes;
}

const dialogue: readonly [server: string, client: string][] = [
  ['* OK [CAPABILITY IMAP4rev1] ready\r\n', 'T0 AUTHENTICATE PLAIN\r\n'],
  ['+ \r\n', 'AGEAYg==\r\n'],
  ['T0 OK in\r\n', 'T1 LIST\r\nT2 APPEND x {5}\r\n'],
  ['* LIST () "/" {5}\r\nINBOX\r\nT1 OK\r\n+ go\r\n', 'hello\r\nT3 NOOP\r\n'],
  ['T2 OK\r\n* 1 EXISTS\r\nT3 OK\r\n', 'T4 IDLE\r\n'],
  ['+ idling\r\n', 'DONE\r\n'],
  ['* 2 EXISTS\r\nT4 OK\r\n', 'T5 LOGOUT\r\n'],
  ['* BYE\r\nT5 OK\r\n', ''],
];

async function playDialogue(server: ReturnType<typeof memoryPair>['server']): Promise<void> {
  for (const [says, hears] of dialogue) {
    await server.send(says);
    expect(new TextDecoder().decode(await server.receive(hears.length))).toBe(hears);
  }
}

describe('a whole session', () => {
  it('runs', async () => {
    const { client, server } = memoryPair();
    const opening = Session.open({ transport: () => Promise.resolve(client), tagPrefix: 'T' });
    const playing = playDialogue(server);
    const session = await opening;
    expect((await wholeSession({ session })).every(({ status }) => status === 'fulfilled')).toBe(true);
    await playing;
  });

  const down = dialogue.reduce((sum, [says]) => sum + says.length, 0);
  const up = dialogue.reduce((sum, [, hears]) => sum + hears.length, 0);
  it.each([
    ['received', down],
    ['sent', up],
  ] as const)('cut after any number of bytes %s settles every call, once', async (direction, length) => {
    const unhandled = vi.fn<(reason: unknown) => void>();
    process.on('unhandledRejection', unhandled);
    for (let at = 1; at < length; at++) {
      const { client, server } = memoryPair();
      server.cut({ [direction]: at });
      const opening = Session.open({ transport: () => Promise.resolve(client), tagPrefix: 'T' });
      opening.catch(() => {});
      const playing = playDialogue(server).catch(() => 'cut');
      const outcome = await settled(
        opening.then(async (session) => {
          const outcomes = await wholeSession({ session });
          await session.closed;
          return outcomes;
        }),
      );
      expect(outcome, `cut at ${at}`).not.toBe('pending');
      if (Array.isArray(outcome)) {
        const firstLost = outcome.findIndex(({ status }) => status === 'rejected');
        const lost = outcome.slice(firstLost < 0 ? outcome.length : firstLost);
        expect(
          lost.every(({ status }) => status === 'rejected'),
          `cut at ${at}`,
        ).toBe(true);
      } else expect(outcome).toMatchObject({ name: 'ImapConnectionError' });
      await playing;
    }
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('stalled at any step ends by its limit', async () => {
    vi.useFakeTimers();
    for (const [step, [next]] of dialogue.slice(0, -1).entries()) {
      const { client, server } = memoryPair();
      const opening = Session.open({ transport: () => Promise.resolve(client), tagPrefix: 'T' });
      const ended = opening.then(
        (session) => session.closed,
        (error: unknown) => error,
      );
      for (const [says, hears] of dialogue.slice(0, step)) {
        await server.send(says);
        if (says.startsWith('* OK')) void opening.then((session) => wholeSession({ session }));
        await server.receive(hears.length);
      }
      server.stall();
      void server.send(next).catch(() => {});
      await nextTurn();
      await vi.advanceTimersByTimeAsync(300_000);
      expect(await settled(ended), `step ${step}`).toMatchObject({
        name: 'ImapConnectionError',
        cause: { name: 'TimeoutError' },
      });
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});
