import { afterEach, describe, expect, it, vi } from 'vitest';
import { failure, nextTurn, openSession, say, settled } from './testing/opened.ts';
import type { Request } from './request.ts';

afterEach(() => vi.useRealTimers());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function streamOf(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(bytes(chunk));
      controller.close();
    },
  });
}

/** A literal whose bytes never come, and what its source hears. */
function blockedSource(size = 10) {
  const cancelled = vi.fn<(reason: unknown) => void>();
  const stream = new ReadableStream<Uint8Array>({ cancel: cancelled }, { highWaterMark: 0 });
  return { source: { size, stream }, cancelled };
}

function append(
  data: Parameters<Parameters<Request['write']>[0]['literal']>[0],
  more: Partial<Request> = {},
) {
  return say('APPEND', { write: (out) => out.raw('APPEND x').literal(data), ...more });
}

describe('a synchronising literal', () => {
  it('waits for +', async () => {
    const { session, script } = await openSession();
    const done = session.execute(append(bytes('hello')));
    await script.play('C: $ APPEND x {5}');
    await script.silence();
    await script.play(`
      S: + go on
      C: hello
      S: $ OK done
    `);
    expect(await done).toMatchObject({ status: 'OK', text: 'done' });
  });

  it('may be followed by another one', async () => {
    const { session, script } = await openSession();
    const done = session.execute(
      say('LOGIN', { write: (out) => out.raw('LOGIN').literal(bytes('a')).literal(bytes('b')) }),
    );
    await script.play(`
      C: $ LOGIN {1}
      S: +
    `);
    await script.play(`
      S: + go on
    `);
    await script.play('C: a {1}\nS: +\nC: b\nS: $ OK');
    expect(await done).toMatchObject({ status: 'OK' });
  });

  it.each(['NO', 'BAD'])('that is refused with %s is not sent, and the session goes on', async (status) => {
    const { session, script } = await openSession();
    const refused = session.execute(append(bytes('hello')));
    const next = session.execute(say('NOOP'));
    await script.play(`
      C: $ APPEND x {5}
      S: $ ${status} [TRYCREATE] no
      C: $ NOOP
      S: $ OK
    `);
    expect(await refused).toMatchObject({ status, text: 'no' });
    expect(await next).toMatchObject({ status: 'OK' });
  });

  it('leaves its source alone when it is refused, so that it can be offered again', async () => {
    const { session, script } = await openSession();
    const { source, cancelled } = blockedSource();
    const refused = session.execute(append(source));
    await script.play(`
      C: $ APPEND x {10}
      S: $ NO [TRYCREATE] first make it
    `);
    await refused;
    expect(cancelled).not.toHaveBeenCalled();
    expect(source.stream.locked).toBe(false);
  });

  it('answered with OK in place of + is an attack, and ends the connection', async () => {
    const { session, script } = await openSession();
    const done = session.execute(append(bytes('hello')));
    const next = session.execute(say('NOOP'));
    const failed = failure(done);
    const lost = failure(next);
    await script.play(`
      C: $ APPEND x {5}
      S: $ OK done
    `);
    expect(String(await failed)).toContain(
      'APPEND got no answer: the connection is lost: the server answered APPEND before it was sent',
    );
    expect(String(await lost)).toContain('NOOP was not sent');
    await script.end();
  });

  it('whose refusal is longer than a line may be lets the next command go', async () => {
    const { session, script } = await openSession({ limits: { line: 100 } });
    const refused = session.execute(append(bytes('hello')));
    const failed = failure(refused);
    const next = session.execute(say('NOOP'));
    await script.play(`
      C: $ APPEND x {5}
      S: $ NO ${'x'.repeat(200)}
      C: $ NOOP
      S: $ OK
    `);
    expect(await failed).toMatchObject({ name: 'ImapLimitError', limit: 'line' });
    await next;
  });

  it('does not take a + that came before it for its own', async () => {
    const { session, script, untagged } = await openSession();
    const noop = session.execute(say('NOOP'));
    await script.play(`
      C: $ NOOP
      S: + hello
      S: $ OK
    `);
    await noop;
    void session.execute(append(bytes('hello')));
    await script.play('C: $ APPEND x {5}');
    await script.silence();
    expect(untagged).toEqual(['+ hello']);
  });
});

describe('a literal that need not wait', () => {
  it.each([
    ['LITERAL+', 5000, '{5000+}'],
    ['LITERAL-', 4096, '{4096+}'],
    ['LITERAL-', 4097, '{4097}'],
    ['IMAP4rev2', 4096, '{4096+}'],
  ])('%s, %i octets: %s', async (capability, size, marker) => {
    const { session, script } = await openSession({ greeting: `* OK [CAPABILITY ${capability}] ready` });
    const done = session.execute(append(new Uint8Array(size).fill(120)));
    await script.play(`C: $ APPEND x ${marker}`);
    if (!marker.includes('+')) await script.play('S: +');
    await script.play(`
      C: ${'x'.repeat(size)}
      S: $ OK
    `);
    expect(await done).toMatchObject({ status: 'OK' });
  });

  it('goes on when the server refuses the command inside it', async () => {
    const { session, script, server } = await openSession({
      greeting: '* OK [CAPABILITY LITERAL+] ready',
      pair: { window: 10 },
    });
    let feed!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
    const refused = session.execute(append({ size: 6, stream }));
    const next = session.execute(say('NOOP'));
    await script.play('C: $ APPEND x {6+}');
    feed.enqueue(bytes('abc'));
    await script.play('S: $ NO [OVERQUOTA] full');
    expect(await refused).toMatchObject({ status: 'NO', text: 'full' });
    feed.enqueue(bytes('def'));
    feed.close();
    await script.play(`
      C: abcdef
      C: $ NOOP
      S: $ OK
    `);
    expect(await next).toMatchObject({ status: 'OK' });
    server.close();
  });

  it('is not followed by one that waits, once the command is refused', async () => {
    const { session, script } = await openSession({ greeting: '* OK [CAPABILITY LITERAL-] ready' });
    let feed!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
    const refused = session.execute(
      say('APPEND', {
        write: (out) => out.raw('APPEND').literal({ size: 3, stream }).literal(new Uint8Array(5000)),
      }),
    );
    const next = session.execute(say('NOOP'));
    await script.play(`
      C: $ APPEND {3+}
      S: $ NO full
    `);
    await refused;
    feed.enqueue(bytes('abc'));
    feed.close();
    await script.play(`
      C: abc {5000}
      C: $ NOOP
      S: $ OK
    `);
    expect(await next).toMatchObject({ status: 'OK' });
  });

  it('answered with OK inside it ends the connection', async () => {
    const { session, script } = await openSession({ greeting: '* OK [CAPABILITY LITERAL+] ready' });
    const { source, cancelled } = blockedSource();
    const done = session.execute(append(source));
    const failed = failure(done);
    await script.play(`
      C: $ APPEND x {10+}
      S: $ OK done
    `);
    expect(String(await failed)).toContain('answered APPEND before it was sent');
    await script.end();
    expect(cancelled).toHaveBeenCalledTimes(1);
  });
});

describe('a literal from a stream', () => {
  const open = () => openSession({ greeting: '* OK [CAPABILITY LITERAL+] ready' });

  it('goes out as it comes, and tells how far it is', async () => {
    const { session, script } = await open();
    const told: string[] = [];
    const done = session.execute(
      append(
        { size: 6, stream: streamOf('ab', 'cde', 'f') },
        { onProgress: (sent, total) => told.push(`${sent}/${total}`) },
      ),
    );
    await script.play(`
      C: $ APPEND x {6+}
      C: abcdef
      S: $ OK
    `);
    await done;
    expect(told).toEqual(['2/6', '5/6', '6/6']);
  });

  it('from memory tells it too, in slices', async () => {
    const { session, script } = await open();
    const told: number[] = [];
    const done = session.execute(
      append(new Uint8Array(100_000).fill(120), { onProgress: (sent) => told.push(sent) }),
    );
    await script.play(`
      C: $ APPEND x {100000+}
      C: ${'x'.repeat(100_000)}
      S: $ OK
    `);
    await done;
    expect(told).toEqual([65_536, 100_000]);
  });

  it('is told as sent only as far as it has left', async () => {
    const { session, server } = await open();
    const told: number[] = [];
    server.cut({ sent: 100_000 });
    const lost = failure(
      session.execute(append(new Uint8Array(1_000_000), { onProgress: (sent) => told.push(sent) })),
    );
    expect(await lost).toMatchObject({ name: 'ImapConnectionError' });
    await nextTurn();
    expect(told).toEqual([65_536]);
  });

  it.each([
    ['short', ['abc'], 'the literal ended 2 octets before the 5 announced'],
    ['long', ['abc', 'def'], 'the literal holds more than the 5 octets announced'],
  ])('that is too %s ends the connection and says why', async (_how, chunks, message) => {
    const { session, script } = await open();
    const done = session.execute(append({ size: 5, stream: streamOf(...chunks) }));
    await expect(done).rejects.toThrow(message);
    await script.play('C: $ APPEND x {5+}');
    expect(await session.closed).toMatchObject({ message: `the connection is lost: ${message}` });
  });

  it('that fails ends the connection and says why', async () => {
    const { session } = await open();
    const stream = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(new Error('the file was removed')),
    });
    await expect(session.execute(append({ size: 5, stream }))).rejects.toThrow('the file was removed');
    expect(await session.closed).toMatchObject({ name: 'ImapConnectionError' });
  });

  it('that somebody else reads is refused before a byte is sent', async () => {
    const { session, script } = await open();
    const stream = streamOf('hello');
    stream.getReader();
    await expect(session.execute(append({ size: 5, stream }))).rejects.toThrow(RangeError);
    await script.silence();
    const next = session.execute(say('NOOP'));
    await script.play(`
      C: $ NOOP
      S: $ OK
    `);
    await next;
  });

  it('is cancelled when the connection goes', async () => {
    const { session, script, server } = await open();
    const { source, cancelled } = blockedSource();
    const done = session.execute(append(source));
    const failed = failure(done);
    await script.play('C: $ APPEND x {10+}');
    server.fail();
    expect(String(await failed)).toContain('APPEND got no answer');
    await nextTurn();
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(source.stream.locked).toBe(false);
  });

  it('whose listener throws goes on', async () => {
    const reported = vi.fn<(error: unknown) => void>();
    vi.stubGlobal('reportError', reported);
    const { session, script } = await open();
    const done = session.execute(
      append(bytes('hello'), {
        onProgress: () => {
          throw new Error('no such element');
        },
      }),
    );
    await script.play(`
      C: $ APPEND x {5+}
      C: hello
      S: $ OK
    `);
    expect(await done).toMatchObject({ status: 'OK' });
    expect(reported).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
  });

  it('pushes back: it is read no faster than it leaves', async () => {
    const { session, server } = await openSession({ greeting: '* OK [CAPABILITY LITERAL+] ready' });
    server.stall();
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pulled++;
          controller.enqueue(new Uint8Array(1000));
        },
      },
      { highWaterMark: 0 },
    );
    void session.execute(append({ size: 1_000_000, stream })).catch(() => {});
    await settled(session.closed);
    expect(pulled).toBeLessThan(5);
    session.close();
  });
});

describe('what is shown', () => {
  it('of secrets is nothing', async () => {
    const { session, script, lines } = await openSession();
    const login = session.execute(
      say('LOGIN', { write: (out) => out.raw('LOGIN').astring('joe').secret('se"cret') }),
    );
    await script.play('C: $ LOGIN joe "se\\"cret"\nS: $ NO');
    await login;
    const literal = session.execute(
      say('LOGIN', { write: (out) => out.raw('LOGIN').astring('joe').secret('sécret') }),
    );
    await script.play('C: $ LOGIN joe {7}\nS: +\nC: sécret\nS: $ NO');
    await literal;
    const sasl = session.execute(
      say('AUTHENTICATE', {
        secret: true,
        write: (out) => out.raw('AUTHENTICATE PLAIN').secretAtom('c2VjcmV0'),
        continuation: () => bytes('c2VjcmV0'),
      }),
    );
    await script.play('C: $ AUTHENTICATE PLAIN c2VjcmV0\nS: +\nC: c2VjcmV0\nS: $ NO');
    await sasl;
    expect(lines.filter((line) => line.startsWith('C'))).toEqual([
      'C: T0 LOGIN joe ***',
      'C: T1 LOGIN joe ******',
      'C: T2 AUTHENTICATE PLAIN ***',
      'C: ***',
    ]);
    expect(lines.join()).not.toMatch(/cret|c2Vj/);
  });

  it('of literals is their size', async () => {
    const { session, script, lines } = await openSession({ greeting: '* OK [CAPABILITY LITERAL+] x' });
    void session.execute(append(bytes('hello'), { collect: () => true }));
    await script.play(`
      C: $ APPEND x {5+}
      C: hello
      S: * 1 FETCH (BODY[] {5}
      S: olleh FLAGS ())
      S: $ OK
    `);
    await nextTurn();
    expect(lines.slice(1)).toEqual([
      'C: T0 APPEND x {5+}\r\n<5 octets>',
      'S: * 1 FETCH (BODY[] {5}\r\n FLAGS ())',
      'S: T0 OK',
    ]);
  });
});
