import { describe, expect, it, vi } from 'vitest';
import { ImapStateError } from './errors.ts';
import { failure, lineOf, nextTurn, openSession, say, settled } from './testing/opened.ts';
import type { Completion, Request } from './request.ts';

const status = ({ status: word, text }: Completion): string => `${word} ${text}`;

describe('commands', () => {
  it('go out one behind the other, and are answered by their tags', async () => {
    const { session, script } = await openSession();
    const first = session.execute(say('NOOP'));
    const second = session.execute(say('CAPABILITY'));
    await script.play(`
      C: $ NOOP
      C: $ CAPABILITY
      S: $2 OK second
      S: $1 NO first
    `);
    expect(script.tag(1)).toBe('T0');
    expect(script.tag(2)).toBe('T1');
    expect(status(await first)).toBe('NO first');
    expect(status(await second)).toBe('OK second');
    expect(session.idle).toBe(true);
  });

  it('give BAD as it is, and response codes', async () => {
    const { session, script } = await openSession();
    const done = session.execute(say('NOOP'));
    await script.play(`
      C: $ NOOP
      S: $ BAD [ALERT] what?
    `);
    expect(await done).toMatchObject({
      status: 'BAD',
      text: 'what?',
      code: { name: 'ALERT' },
    });
  });

  it('are refused in a state in which they are not legal, before a byte is sent', async () => {
    const { session, script } = await openSession();
    const fetch = session.execute(say('FETCH 1 ALL', { states: ['selected'] }));
    const failed = failure(fetch);
    const noop = session.execute(say('NOOP'));
    await script.play(`
      C: $ NOOP
      S: $ OK
    `);
    await expect(fetch).rejects.toThrow('FETCH is not possible in state notAuthenticated, only in selected');
    expect(await failed).toBeInstanceOf(ImapStateError);
    await noop;
  });

  it('are checked for their state when their turn comes', async () => {
    const { session, script } = await openSession();
    const login = session.execute(
      say('LOGIN a b', { barrier: true, completed: () => session.enter('authenticated') }),
    );
    const list = session.execute(say('LIST', { states: ['authenticated'] }));
    await script.play(`
      C: $ LOGIN a b
      S: $ OK
      C: $ LIST
      S: $ OK
    `);
    expect(await login).toMatchObject({ status: 'OK' });
    expect(await list).toMatchObject({ status: 'OK' });
  });

  it.each<[string, Partial<Request>]>([
    ['while being written', { write: (out) => out.atom('NOOP').raw('half').raw('line\r\nbreak') }],
    [
      'by their check',
      {
        check: () => {
          throw new RangeError('out of range');
        },
      },
    ],
  ])('that fail %s have sent nothing, and the next one works', async (_how, bad) => {
    const onIdle = vi.fn<() => void>();
    const { session, script } = await openSession({ onIdle });
    const failing = session.execute(say('NOOP', bad));
    await expect(failing).rejects.toBeInstanceOf(RangeError);
    await script.silence();
    expect(session.idle).toBe(true);
    expect(onIdle).toHaveBeenCalledTimes(1);
    const next = session.execute(say('NOOP'));
    await script.play(`
      C: $ NOOP
      S: $ OK
    `);
    await next;
  });

  it('after the end are given its reason', async () => {
    const { session } = await openSession();
    session.close(new Error('the page is gone'));
    await expect(session.execute(say('NOOP'))).rejects.toMatchObject({
      name: 'ImapConnectionError',
      message: 'NOOP was not sent: the page is gone',
    });
  });

  it('tell when nothing is left to do', async () => {
    const onIdle = vi.fn<() => void>();
    const { session, script } = await openSession({ onIdle });
    void session.execute(say('NOOP'));
    void session.execute(say('NOOP'));
    await script.play(`
      C: $ NOOP
      C: $ NOOP
      S: $1 OK
    `);
    await nextTurn();
    expect(onIdle).not.toHaveBeenCalled();
    await script.play('S: $2 OK');
    await nextTurn();
    expect(onIdle).toHaveBeenCalledTimes(1);
  });
});

describe('barriers', () => {
  it('let nothing pass in either direction', async () => {
    const { session, script } = await openSession();
    void session.execute(say('NOOP'));
    void session.execute(say('SELECT INBOX', { barrier: true }));
    void session.execute(say('CHECK'));
    await script.play('C: $ NOOP');
    await script.silence();
    await script.play('S: $ OK');
    await script.play('C: $ SELECT INBOX');
    await script.silence();
    await script.play(`
      S: $ OK
      C: $ CHECK
      S: $ OK
    `);
    expect(await settled(session.closed)).toBe('pending');
  });

  it('interrupt what waits for others, also when those were queued before it was sent', async () => {
    const { session, script } = await openSession();
    const interrupt = vi.fn<() => void>();
    void session.execute(say('NOOP'));
    void session.execute(say('IDLE', { barrier: true, interrupt }));
    void session.execute(say('CHECK'));
    await script.play('C: $ NOOP');
    expect(interrupt).not.toHaveBeenCalled();
    await script.play(`
      S: $ OK
      C: $ IDLE
    `);
    await nextTurn();
    expect(interrupt).toHaveBeenCalledTimes(1);
  });

  it('are interrupted by a command that comes later', async () => {
    const { session, script } = await openSession();
    const interrupt = vi.fn<() => void>();
    void session.execute(say('IDLE', { barrier: true, interrupt }));
    await script.play('C: $ IDLE');
    expect(interrupt).not.toHaveBeenCalled();
    void session.execute(say('NOOP'));
    expect(interrupt).toHaveBeenCalledTimes(1);
  });
});

/** RFC 3501 5.5: what may be sent without waiting for the answer before. */
describe('sequence numbers', () => {
  const kinds: Readonly<Record<string, Partial<Request> | undefined>> = {
    FETCH: { bySequence: true, keepsNumbers: true },
    STORE: { bySequence: true, keepsNumbers: true },
    SEARCH: { bySequence: true, keepsNumbers: true },
    COPY: { bySequence: true },
    CHECK: {},
    NOOP: {},
    EXPUNGE: {},
    'UID FETCH': {},
  };
  it.each<[string, boolean]>([
    ['FETCH + STORE + SEARCH + CHECK', true],
    ['STORE + COPY + EXPUNGE', true],
    ['UID FETCH + UID FETCH', true],
    ['FETCH + UID FETCH', true],
    ['FETCH + NOOP + STORE', false],
    ['STORE + COPY + FETCH', false],
    ['COPY + COPY', false],
    ['CHECK + FETCH', false],
    ['UID FETCH + FETCH', false],
  ])('%s', async (sequence, goesOut) => {
    const { session, script } = await openSession();
    const names = sequence.split(' + ');
    for (const name of names) void session.execute(say(name, kinds[name]));
    const sent = goesOut ? names : names.slice(0, -1);
    await script.play(sent.map((name) => `C: $ ${name}`).join('\n'));
    await script.silence();
    await script.play(sent.map((_, index) => `S: $${index + 1} OK`).join('\n'));
    if (!goesOut) await script.play(`C: $ ${names.at(-1)}\nS: $ OK`);
    await nextTurn();
    expect(session.idle).toBe(true);
  });
});

describe('what the server says', () => {
  it('is offered to the oldest command first, and to everybody where none takes it', async () => {
    const { session, script, untagged } = await openSession();
    const taken: string[] = [];
    const takes = (name: string) => ({
      collect: (response: { readonly name: string }) => {
        if (response.name !== 'SEARCH') return false;
        taken.push(name);
        return true;
      },
    });
    void session.execute(say('SEARCH 1', takes('first')));
    void session.execute(say('SEARCH 2', takes('second')));
    await script.play(`
      C: $ SEARCH 1
      C: $ SEARCH 2
      S: * SEARCH 7
      S: * 3 EXISTS
      S: $1 OK
      S: * SEARCH 8
      S: $2 OK
      S: * 4 EXISTS
    `);
    await nextTurn();
    expect(taken).toEqual(['first', 'second']);
    expect(untagged).toEqual(['* 3 EXISTS', '* 4 EXISTS']);
  });

  it.each([
    'X99 OK nobody asked',
    '+ go on',
    '+',
    '* ROSES are red',
    '* 12',
    '*',
    'Server Unavailable. 15',
    '\u0000\u0001\u0002',
    '* OK [',
    '* BAD [PARSE] never mind',
    '* CAPABILITY (IMAP4rev1',
    '* CAPABILITY "',
    '* FLAGS (',
  ])('and means nothing harms nobody: %j', async (line) => {
    const { session, script, untagged } = await openSession({
      greeting: '* OK [CAPABILITY IMAP4rev1] ready',
    });
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP');
    await script.say(`${line}\r\n`);
    await script.play('S: $ OK still here');
    expect(status(await noop)).toBe('OK still here');
    expect(untagged).toHaveLength(1);
    expect([...session.capabilities]).toEqual(['IMAP4REV1']);
  });

  it.each([
    ['IMAP4rev2 AUTH=PLAIN', true],
    ['IMAP4rev1 IMAP4rev2', false],
    ['IMAP4rev1', false],
  ])('with CAPABILITY %s, names in UTF-8: %s', async (capabilities, utf8) => {
    const { session } = await openSession({ greeting: `* PREAUTH [CAPABILITY ${capabilities}] ready` });
    expect(session.utf8).toBe(utf8);
  });

  it('updates the capabilities, in a line, a code or a tagged answer', async () => {
    const { session, script } = await openSession();
    const names = () => [...session.capabilities].join(' ');
    void session.execute(say('NOOP'));
    await script.play(`
      C: $ NOOP
      S: * CAPABILITY IMAP4rev1 A
    `);
    await nextTurn();
    expect(names()).toBe('IMAP4REV1 A');
    await script.play('S: * OK [CAPABILITY IMAP4rev1 B] x');
    await nextTurn();
    expect(names()).toBe('IMAP4REV1 B');
    await script.play('S: $ OK [CAPABILITY IMAP4rev1 C] x');
    await nextTurn();
    expect(names()).toBe('IMAP4REV1 C');
    session.forgetCapabilities();
    expect(session.capabilitiesKnown).toBe(false);
  });

  it('is read whatever the chunks are', async () => {
    for (const size of [1, 2, 3, 7]) {
      const rows: string[] = [];
      const { session, script, server } = await openSession();
      server.split(size);
      const done = session.execute(
        say('FETCH', {
          collect: (response) => {
            rows.push(lineOf(response));
            return true;
          },
        }),
      );
      await script.play(`
        C: $ FETCH
        S: * 1 FETCH (BODY[] {12}
        S: * BYE
        S: T0 OK)
        S: * 2 FETCH (FLAGS ())
        S: $ OK done
      `);
      expect(status(await done)).toBe('OK done');
      expect(rows).toEqual(['* 1 FETCH (BODY[] {12}\r\n* BYE\r\nT0 OK)', '* 2 FETCH (FLAGS ())']);
    }
  });
});

describe('callbacks that throw', () => {
  it.each<[string, Partial<Parameters<typeof openSession>[0]>, Partial<Request>]>([
    ['onLine', { onLine: thrower }, {}],
    ['onUntagged', { onUntagged: thrower }, {}],
    ['onIdle', { onIdle: thrower }, {}],
    ['completed', {}, { completed: thrower }],
    ['interrupt', {}, { interrupt: thrower, barrier: true }],
  ])('%s: the session goes on', async (_name, options, more) => {
    const reported = vi.fn<(error: unknown) => void>();
    vi.stubGlobal('reportError', reported);
    try {
      const { session, script } = await openSession(options);
      const first = session.execute(say('ONE', more));
      const second = session.execute(say('TWO'));
      await script.play(`
        C: $ ONE
        S: * 1 EXISTS
        S: $ OK
      `);
      await script.play(`
        C: $ TWO
        S: $ OK
      `);
      expect(await first).toMatchObject({ status: 'OK' });
      expect(await second).toMatchObject({ status: 'OK' });
      expect(reported).toHaveBeenCalledWith(thrown);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('collect: its own command fails, and its answer is drained', async () => {
    const { session, script, untagged } = await openSession();
    const first = session.execute(say('ONE', { collect: thrower }));
    const failed = failure(first);
    const second = session.execute(say('TWO'));
    await script.play(`
      C: $ ONE
      C: $ TWO
      S: * 1 EXISTS
      S: * 2 EXISTS
      S: $1 OK
      S: $2 OK
    `);
    expect(await failed).toBe(thrown);
    expect(await second).toMatchObject({ status: 'OK' });
    expect(untagged).toEqual([]);
  });
});

const thrown = new Error('thrown by the test');
function thrower(): never {
  throw thrown;
}
