import { describe, expect, it, vi } from 'vitest';
import { toBase64 } from '../sasl/base64.ts';
import { encode } from '../wire/ascii.ts';
import type { ConnectionObserver } from './observer.ts';
import type { Request } from './request.ts';
import { failure, first, nextTurn, openSession, say, settled, type Opened } from './testing/opened.ts';
import { Trace, type CommandPhase, type TracedLine } from './trace.ts';

interface Traced extends Opened {
  readonly trace: Trace;
  readonly phases: string[];
  readonly shown: TracedLine[];
}

async function traced(options: Parameters<typeof openSession>[0] = {}): Promise<Traced> {
  const trace = new Trace();
  const phases: string[] = [];
  const shown: TracedLine[] = [];
  trace.on('command', ({ name }, phase) => phases.push(`${name} ${phase}`));
  trace.on('line', (line) => shown.push(line));
  return { ...(await openSession({ ...options, trace })), trace, phases, shown };
}

const order: readonly CommandPhase[] = ['queued', 'sent', 'waiting', 'continued', 'answered', 'completed'];

describe('a traced command', () => {
  it('is told phase by phase, with its times, its octets and how it ended', async () => {
    const { session, script, trace, phases } = await traced();
    const done = session.execute(say('SEARCH ALL', { collect: ({ name }) => name === 'SEARCH' }));
    await script.play('C: $ SEARCH ALL\nS: * SEARCH 1 2\nS: $ NO [INUSE] later');
    await done;
    expect(phases).toEqual(['queued', 'sent', 'answered', 'completed'].map((phase) => `SEARCH ${phase}`));
    const record = first(trace.commands);
    expect(record).toMatchObject({
      name: 'SEARCH',
      tag: 'T0',
      waiting: null,
      continued: null,
      waited: 0,
      bytesOut: 'T0 SEARCH ALL\r\n'.length,
      bytesIn: '* SEARCH 1 2T0 NO [INUSE] later'.length,
      status: 'NO',
      code: 'INUSE',
      text: 'later',
      error: null,
    });
    const times = [record.queued, record.sent, record.answered, record.completed];
    expect(times).toEqual(times.toSorted((a, b) => Number(a) - Number(b)));
    expect(times).not.toContain(null);
  });

  it('waits for each + of its literals', async () => {
    const { session, script, trace, phases } = await traced();
    const write: Request['write'] = (out) => out.raw('LOGIN').literal(encode('me')).literal(encode('pw'));
    const done = session.execute(say('LOGIN', { write }));
    await script.play('C: $ LOGIN {2}\nS: + go\nC: me {2}\nS: + go\nC: pw\nS: $ OK');
    await done;
    expect(phases.map((phase) => phase.split(' ')[1])).toEqual([
      'queued',
      'sent',
      'waiting',
      'continued',
      'waiting',
      'continued',
      'answered',
      'completed',
    ]);
    const record = first(trace.commands);
    expect(record.waited).toBeGreaterThanOrEqual(0);
    expect(record.continued).toBeGreaterThanOrEqual(record.waiting ?? Infinity);
    expect(record.bytesOut).toBe('T0 LOGIN {2}\r\nme {2}\r\npw\r\n'.length);
  });

  it('waits for the + of its exchange', async () => {
    const { session, script, phases } = await traced();
    const done = session.execute(say('IDLE', { barrier: true, continuation: () => encode('DONE') }));
    await script.play('C: $ IDLE\nS: + idling\nC: DONE\nS: $ OK');
    await done;
    expect(phases.map((phase) => phase.split(' ')[1])).toEqual(order);
  });

  it.each<[string, (opened: Traced) => Promise<unknown>, RegExp, number]>([
    [
      'never sent',
      ({ session }) => session.execute(say('NOOP', { states: ['selected'] })),
      /not possible in state/,
      1,
    ],
    [
      'lost',
      async ({ session, script, server }) => {
        const lost = session.execute(say('NOOP'));
        await script.play('C: $ NOOP');
        server.close();
        return lost;
      },
      /NOOP got no answer/,
      2,
    ],
  ])('%s says why', async (_what, act, why, phasesBefore) => {
    const opened = await traced();
    await failure(act(opened));
    await nextTurn();
    const record = first(opened.trace.commands);
    expect(record).toMatchObject({ status: null, completed: null, error: expect.stringMatching(why) });
    expect(opened.phases).toHaveLength(phasesBefore + 1);
    expect(opened.phases.at(-1)).toBe('NOOP failed');
  });

  it('aborted and answered later is completed all the same', async () => {
    const { session, script, trace, phases } = await traced();
    const abort = new AbortController();
    const gone = failure(session.execute(say('NOOP', { signal: abort.signal })));
    await script.play('C: $ NOOP');
    abort.abort(new Error('enough'));
    await gone;
    await script.play('S: $ OK');
    await nextTurn();
    expect(trace.commands[0]).toMatchObject({ status: 'OK', error: 'enough' });
    expect(phases.slice(-3)).toEqual(['NOOP failed', 'NOOP answered', 'NOOP completed']);
  });
});

describe('a trace', () => {
  it('goes on over several connections, and counts their octets', async () => {
    const trace = new Trace();
    for (const end of ['in order', 'broken']) {
      const { session, script, server } = await openSession({ trace });
      const noop = session.execute(say('NOOP'));
      await script.play('C: $ NOOP\nS: $ OK');
      await noop;
      if (end === 'in order') session.close();
      else server.close();
      await session.closed;
    }
    expect(trace.commands).toHaveLength(2);
    const [one, two] = trace.connections;
    expect(one).toMatchObject({
      peer: 'memory',
      error: null,
      bytesOut: 'T0 NOOP\r\n'.length,
      bytesIn: '* OK ready\r\nT0 OK\r\n'.length,
    });
    expect(two).toMatchObject({ error: 'the connection is lost: the server closed it' });
    expect(two?.number).toBe((one?.number ?? 0) + 1);
    expect(trace.commands.map(({ connection }) => connection)).toEqual([one, two]);
    expect([one?.greeted, one?.ended].every((time) => typeof time === 'number')).toBe(true);
  });

  it('keeps no more than it was told to', async () => {
    const trace = new Trace({ commands: 3 });
    const { session, script } = await openSession({ trace });
    for (let count = 0; count < 10; count++) void session.execute(say(`NOOP`));
    await script.play('C: $ NOOP\n'.repeat(10));
    expect(trace.commands).toHaveLength(3);
    trace.clear();
    expect(trace.commands).toHaveLength(0);
  });

  it('puts no line together while nobody looks', async () => {
    const trace = new Trace();
    const told: ConnectionObserver[] = [];
    const line = vi.fn<() => void>();
    const watch = (peer: string): ConnectionObserver => {
      const observer = trace.connected(peer);
      told.push(observer);
      vi.spyOn(observer, 'line').mockImplementationOnce(line);
      return observer;
    };
    const { session, script } = await openSession({ trace: { connected: watch }, onLine: undefined });
    const before = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    await before;
    expect(told).toHaveLength(1);
    expect(line).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    const lines: string[] = [];
    const stop = trace.on('line', ({ direction, line: text }) => lines.push(`${direction}: ${text}`));
    const second = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    await second;
    stop();
    expect(lines).toEqual(['C: T1 NOOP', 'S: T1 OK']);
    expect(told.map(({ wantsLines }) => wantsLines)).toEqual([false]);
  });

  it('cuts a line that is very long, and folds literals', async () => {
    const { session, script, shown } = await traced();
    void session.execute(say(`SEARCH ${'1,'.repeat(5000)}1`));
    await script.say(
      `* SEARCH${' 1'.repeat(5000)}\r\n* 1 FETCH (BODY[] {5000}\r\n${'x'.repeat(5000)} FLAGS ())\r\n`,
    );
    await nextTurn();
    const [greeting, ...lines] = shown.map(({ line }) => line);
    expect(greeting).toBe('* OK ready');
    expect(lines.map(({ length }) => length)).toEqual([2001, 2001, 36]);
    expect(lines.slice(0, 2).every((line) => line.endsWith('…'))).toBe(true);
    expect(lines[2]).toBe('* 1 FETCH (BODY[] {5000}\r\n FLAGS ())');
  });

  it('whose listener throws harms nobody', async () => {
    const report = vi.fn<(error: unknown) => void>();
    vi.stubGlobal('reportError', report);
    const { session, script, trace } = await traced();
    trace.on('command', () => {
      throw new Error('oops');
    });
    trace.on('line', () => {
      throw new Error('oops');
    });
    const noop = session.execute(say('NOOP'));
    await script.play('C: $ NOOP\nS: $ OK');
    expect(await noop).toMatchObject({ status: 'OK' });
    expect(report).toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});

describe('no secret is in a trace', () => {
  const pass = 'hunter2 "and\\ more';
  const base64 = (text: string): string => toBase64(encode(text));
  type Case = readonly [name: string, request: Request, greeting: string];
  const login = (capability: string): Case => [
    `LOGIN, ${capability}`,
    say('LOGIN', { barrier: true, write: (out) => out.atom('LOGIN').astring('me').secret(pass) }),
    `* OK [CAPABILITY ${capability}] ready`,
  ];
  const exchange = (
    name: string,
    answers: readonly string[],
    initial?: string,
    secrets: readonly string[] = [],
  ): Case => {
    let left: string[] = [];
    return [
      `AUTHENTICATE ${name}${initial === undefined ? '' : ' with SASL-IR'}`,
      say('AUTHENTICATE', {
        name: `AUTHENTICATE ${name}`,
        barrier: true,
        secret: true,
        secrets,
        write: (out) => {
          left = answers.map(base64);
          out.atom('AUTHENTICATE').atom(name);
          if (initial !== undefined) out.secretAtom(base64(initial));
        },
        continuation: () => encode(left.shift() ?? ''),
      }),
      '* OK [CAPABILITY SASL-IR] ready',
    ];
  };
  const cases: readonly Case[] = [
    login('IMAP4rev1'),
    [
      'LOGIN with a literal',
      say('LOGIN', { barrier: true, write: (out) => out.atom('LOGIN').astring('me').secret(`${pass}\r\nx`) }),
      '* OK ready',
    ],
    [
      'LOGIN with a literal that does not wait',
      say('LOGIN', { barrier: true, write: (out) => out.atom('LOGIN').astring('me').secret(`${pass}\r\nx`) }),
      '* OK [CAPABILITY LITERAL+] ready',
    ],
    exchange('PLAIN', [`\0me\0${pass}`]),
    exchange('PLAIN', [], `\0me\0${pass}`),
    exchange('LOGIN', ['me', pass]),
    exchange('XOAUTH2', [], `user=me\x01auth=Bearer ${pass}\x01\x01`),
    exchange('OAUTHBEARER', [`n,a=me,\x01auth=Bearer ${pass}\x01\x01`]),
    exchange('CRAM-MD5', ['me 9ae0'], undefined, [pass]),
  ];
  /** What a server may say with the secret in it, before and behind its answer. */
  const echoes = [
    pass,
    `"${pass}"`,
    pass.replaceAll(/["\\]/g, '\\$&'),
    base64(pass),
    base64(`\0me\0${pass}`),
  ];
  const forbidden = ['hunter2', base64(`you said ${pass}`)];

  it.each(cases)('%s', async (_name, request, greeting) => {
    for (const status of ['NO', 'BAD', 'OK', 'BYE']) {
      for (const echo of echoes) {
        const { session, script, server, trace, shown, phases, lines } = await traced({ greeting });
        const heard: string[] = [];
        const done = session.execute({
          ...request,
          collect: (response) => (heard.push(new TextDecoder().decode(response.bytes)), true),
        });
        const outcome = done.then(
          ({ text }) => text,
          (error: unknown) => String(error),
        );
        // Whatever the client waits for, it gets, until it says no more.
        for (let turn = 0; turn < 4; turn++) {
          await settled(new Promise(() => {}));
          await server.send(`+ ${base64(`you said ${pass}`)}\r\n`);
        }
        await server.send(`* NO [ALERT] wrong: ${echo}\r\n* OK [UNKNOWN ${echo}] x\r\n`);
        if (status === 'BYE') {
          await server.send(`* BYE ${echo} is wrong\r\n`);
          server.close();
        } else await server.send(`T0 ${status} ${echo} is wrong\r\n`);
        const told = await outcome;
        void script;
        const all = JSON.stringify({
          commands: trace.commands,
          connections: trace.connections,
          shown,
          phases,
          lines,
        });
        for (const secret of forbidden) {
          expect(all, `${status} ${echo}`).not.toContain(JSON.stringify(secret).slice(1, -1));
          expect(told).not.toContain(secret);
        }
        expect(all).toContain('***');
        session.close();
      }
    }
  });

  it('and still not when the server says it later', async () => {
    const { session, script, server, shown } = await traced();
    const done = session.execute(first(cases)[1]);
    await script.play(`C: $ LOGIN me "hunter2 \\"and\\\\ more"\nS: $ OK`);
    await done;
    await server.send(`* OK [ALERT] ${pass} is a bad password\r\n`);
    await nextTurn();
    expect(shown.at(-1)?.line).toBe('* OK [ALERT] *** is a bad password');
    session.close();
  });

  it('nor in why a command failed that ended with the connection', async () => {
    const { session, script, server, trace } = await traced();
    const done = session.execute(first(cases)[1]);
    await script.play(`C: $ LOGIN me "hunter2 \\"and\\\\ more"\nS: $ OK`);
    await done;
    const noop = failure(session.execute(say('NOOP')));
    await script.play('C: $ NOOP');
    await server.send(`* BYE ${pass} is out of date\r\n`);
    server.close();
    await noop;
    expect(trace.commands.at(-1)?.error).toMatch(/the server ended the connection: \*\*\* is out of date$/);
    expect(trace.connections[0]?.error).toContain('*** is out of date');
  });

  it('also where whoever wrote the command did not mark it', async () => {
    const { session, script, shown } = await traced();
    void session.execute(say('LOGIN me hunter2'));
    void session.execute(say('AUTHENTICATE PLAIN AGEAYg=='));
    await script.play('C: $ LOGIN me hunter2\nC: $ AUTHENTICATE PLAIN AGEAYg==');
    expect(shown.slice(1).map(({ line }) => line)).toEqual(['T0 LOGIN me ***', 'T1 AUTHENTICATE PLAIN ***']);
  });

  it('nor is it cut in half where a line is cut', async () => {
    const long = `hunter2${'x'.repeat(3000)}`;
    const { session, script, server, shown } = await traced();
    const done = session.execute(
      say('LOGIN', { write: (out) => out.atom('LOGIN').astring('me').secret(long), barrier: true }),
    );
    await script.play(`C: $ LOGIN me {${long.length}}\nS: + go\nC: ${long}\nS: $ OK`);
    await done;
    await server.send(`* OK ${'y'.repeat(1990)}${long}\r\n`);
    await nextTurn();
    expect(shown.at(-1)?.line).not.toContain('hunter2');
    session.close();
  });
});

it('a listener that begins anew hears of each phase once', async () => {
  const { session, script, trace } = await traced();
  const heard: CommandPhase[] = [];
  let stop = (): void => {};
  const listen = (_command: unknown, phase: CommandPhase): void => {
    heard.push(phase);
    stop();
    if (heard.length < 10) stop = trace.on('command', listen);
  };
  stop = trace.on('command', listen);
  const done = session.execute(say('NOOP'));
  await script.play('C: $ NOOP\nS: $ OK');
  await done;
  expect(heard).toEqual(['queued', 'sent', 'answered', 'completed']);
});

it('keeps no more of what a server says than a person reads', async () => {
  const { session, script, server, trace } = await traced();
  const words = 'x'.repeat(1_000_000);
  const done = session.execute(say('NOOP'));
  await script.play('C: $ NOOP');
  await server.send(`T0 OK ${words}\r\n`);
  expect((await done).text).toBe(words);
  const lost = failure(session.execute(say('NOOP')));
  await script.play('C: $ NOOP');
  await server.send(`* BYE ${words}\r\n`);
  server.close();
  await lost;
  const kept = [trace.commands[0]?.text, trace.commands[1]?.error, trace.connections[0]?.error];
  for (const text of kept) expect(text?.length).toBeLessThan(3000);
});
