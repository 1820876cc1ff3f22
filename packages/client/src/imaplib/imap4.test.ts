// IMAP4 against a scripted server: connecting, states, answers, and what must not happen.

import { Trace } from '../session/trace.ts';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { TransportError, type ByteStream } from '../transport/byte-stream.ts';
import { Commands, IMAP4, IMAP4_SSL, IMAP4_stream, type IMAP4Options, type Server } from './index.ts';
import { ScriptedServer, type Answer, type ScriptedServerOptions } from './scripted-server.ts';

function connect(options: ScriptedServerOptions = {}, more: IMAP4Options = {}) {
  const server = new ScriptedServer(options);
  const M = new IMAP4('', 143, { transport: server.transport, ...more });
  onTestFinished(() => M.shutdown());
  return { M, server };
}

/** Signed in, INBOX selected, nothing sent yet. */
async function selected(options: ScriptedServerOptions = {}, more: IMAP4Options = {}) {
  const { M, server } = connect(options, more);
  await M.login('user', 'pass');
  await M.select();
  server.takeSent();
  return { M, server };
}

/** What a call is rejected with. */
async function rejection(call: Promise<unknown>): Promise<Error & { cause?: unknown }> {
  return call.then(
    () => new Error('it was not rejected'),
    (reason: unknown) => reason as Error,
  );
}

const ok = (name: string, ...lines: string[]): Answer => [
  `${lines.map((line) => `${line}\r\n`).join('')}{tag} OK ${name} completed\r\n`,
];

const pick = (owner: object, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, (owner as Record<string, unknown>)[name]]));

const never: Answer = () => new Promise<void>(() => {});

describe('promises of the documentation', () => {
  test('1: works with plain IMAP4 servers (RFC 1730) too', async () => {
    const { M } = connect({ capabilities: 'IMAP4' });
    expect(await M.login('user', 'pass')).toEqual(['OK', ['LOGIN completed']]);
    expect(M.PROTOCOL_VERSION).toBe('IMAP4');
    expect(await rejection(M.status('INBOX', '(MESSAGES)'))).toMatchObject({
      name: 'error',
      message: "STATUS command error: BAD [b'STATUS unknown']",
    });
  });

  test('2: creating it opens the connection and finds the protocol version; no host is the local host, no port 143', async () => {
    const asked: Server[] = [];
    const server = new ScriptedServer();
    class Local extends IMAP4 {
      static override defaultTransport = (where: Server) => {
        asked.push(where);
        return server.transport;
      };
    }
    const M = new Local();
    await M.ready;
    expect(M.PROTOCOL_VERSION).toBe('IMAP4REV1');
    expect(M.state).toBe('NONAUTH');
    expect(asked).toEqual([{ host: '', port: 143, tls: 'none' }]);
    M.shutdown();
  });

  test('3, 4, 5: error, abort and readonly are attributes of the class and of its instances, each a kind of the one before', () => {
    const { M } = connect();
    for (const owner of [IMAP4, M]) {
      expect(new owner.readonly('why')).toBeInstanceOf(owner.abort);
      expect(new owner.abort('why')).toBeInstanceOf(owner.error);
      expect(new owner.error('why')).toMatchObject({ message: 'why', name: 'error' });
    }
  });

  test('4: closing the instance and making a new one gets over an abort', async () => {
    const { M, server } = await selected();
    server.server.fail();
    expect(await rejection(M.noop())).toBeInstanceOf(IMAP4.abort);
    M.shutdown();
    const { M: again } = await selected();
    expect(await again.noop()).toEqual(['OK', ['NOOP completed']]);
  });

  test('5: selecting again asks for write permission', async () => {
    const { M, server } = await selected({
      answers: { NOOP: ok('NOOP', '* OK [READ-ONLY] another client writes') },
    });
    await M.noop();
    expect(await rejection(M.check())).toMatchObject({
      name: 'readonly',
      message: 'mailbox status changed to READ-ONLY',
    });
    server.takeSent();
    expect(await M.select()).toEqual(['OK', ['2']]);
    expect(server.takeSent()).toBe('{tag} SELECT INBOX\r\n');
  });

  test('6: IMAP4_SSL is the same over TLS; no port is 993, key and certificate are optional', async () => {
    const asked: Server[] = [];
    class Secure extends IMAP4_SSL {
      static override defaultTransport = (where: Server) => {
        asked.push(where);
        return new ScriptedServer().transport;
      };
    }
    const M = await Secure.connect('imap.example.com');
    const withCertificate = await Secure.connect('imap.example.com', 1993, { certfile: 'mine' });
    expect(asked).toEqual([
      { host: 'imap.example.com', port: 993, tls: 'implicit' },
      { host: 'imap.example.com', port: 1993, tls: 'implicit', clientCertificate: 'mine' },
    ]);
    M.shutdown();
    withCertificate.shutdown();
  });

  test('7: IMAP4_stream is the same over a command', async () => {
    const asked: Server[] = [];
    class Stream extends IMAP4_stream {
      static override defaultTransport = (where: Server) => {
        asked.push(where);
        return new ScriptedServer({ greeting: '* PREAUTH ready\r\n' }).transport;
      };
    }
    const M = await Stream.connect('dovecot');
    expect(asked).toEqual([{ command: 'dovecot' }]);
    expect([M.state, M.host, M.port]).toEqual(['AUTH', null, null]);
    M.shutdown();
  });

  test('12: messages are renumbered by EXPUNGE; uid() reaches them by UID', async () => {
    const { M, server } = await selected({
      answers: {
        UID: ok('UID FETCH', '* 1 FETCH (FLAGS () UID 4827313)'),
        EXPUNGE: ok('EXPUNGE', '* 3 EXPUNGE', '* 3 EXPUNGE'),
      },
    });
    expect(await M.expunge()).toEqual(['OK', ['3', '3']]);
    expect(await M.uid('FETCH', '4827313', '(FLAGS)')).toEqual(['OK', ['1 (FLAGS () UID 4827313)']]);
    expect(server.takeSent()).toBe('{tag} EXPUNGE\r\n{tag} UID FETCH 4827313 (FLAGS)\r\n');
  });

  test('14: each command is a method in lower case that answers (type, [data, …])', async () => {
    const { M } = await selected({ answers: { CHECK: ['{tag} NO not now\r\n'] } });
    expect(await M.noop()).toEqual(['OK', ['NOOP completed']]);
    expect(await M.check()).toEqual(['NO', ['not now']]);
  });
});

describe('connecting', () => {
  test('starts behind the constructor, so that a subclass can override open()', async () => {
    const server = new ScriptedServer();
    class Tunnelled extends IMAP4 {
      readonly tunnel = 'ready';
      override async open(): Promise<ByteStream> {
        expect(this.tunnel).toBe('ready');
        return server.pair.client;
      }
    }
    const M = new Tunnelled();
    expect(M.state).toBe('LOGOUT');
    expect(await M.login('user', 'pass')).toEqual(['OK', ['LOGIN completed']]);
    M.shutdown();
  });

  test('capabilities in the greeting are used, and none are asked for', async () => {
    const { M, server } = connect({ greeting: '* OK [CAPABILITY IMAP4rev1 ENABLE] Server ready\r\n' });
    await M.ready;
    expect(M.capabilities).toEqual(['IMAP4REV1', 'ENABLE']);
    expect(M.welcome).toBe('* OK [CAPABILITY IMAP4rev1 ENABLE] Server ready');
    expect(server.takeSent()).toBe('');
    expect(await M.response('CAPABILITY')).toEqual(['CAPABILITY', [null]]);
  });

  test.each([
    ['+OK POP3 server ready', 'invalid greeting: +OK POP3 server ready'],
    ['* BYE Server unavailable', 'invalid greeting: * BYE Server unavailable'],
    ['+', 'invalid greeting: +'],
  ])('the greeting %j is refused', async (greeting, message) => {
    const { M } = connect({ greeting: `${greeting}\r\n` });
    const reason = await rejection(M.ready);
    expect(reason).toMatchObject({ name: 'error', message });
    // Each later call is given the same reason.
    expect(await rejection(M.noop())).toBe(reason);
    expect(await M.closed).toBe(reason);
  });

  test('a server that hangs up inside its greeting', async () => {
    const { M, server } = connect({ greeting: '* OK' });
    server.server.close();
    expect(await rejection(M.ready)).toBeInstanceOf(IMAP4.abort);
  });

  test('a server that is not IMAP4', async () => {
    const { M } = connect({ capabilities: 'XIMAP' });
    expect(await rejection(M.ready)).toMatchObject({ name: 'error', message: 'server not IMAP4 compliant' });
  });

  test('a server that knows IMAP4rev2 alone', async () => {
    const { M } = connect({ capabilities: 'IMAP4rev2' });
    await M.ready;
    expect(M.PROTOCOL_VERSION).toBe('IMAP4REV2');
  });

  test('a failed connect is an abort whose cause is the TransportError', async () => {
    const cause = new TransportError('refused', 'connect', 'nothing listens there');
    const M = new IMAP4('', 143, { transport: () => Promise.reject(cause) });
    const reason = await rejection(M.ready);
    expect(reason).toMatchObject({ name: 'abort', message: 'socket error: nothing listens there', cause });
    expect(await rejection(M.login('user', 'pass'))).toBe(reason);
  });

  test('timeout: 0 and less are refused before connecting', () => {
    const transport = vi.fn<() => Promise<ByteStream>>();
    for (const timeout of [0, -1, Number.NaN]) {
      expect(() => new IMAP4('', 143, { transport, timeout })).toThrow(RangeError);
    }
    expect(transport).not.toHaveBeenCalled();
  });

  test('a number in the third place is the timeout, as in Python; anything else there is refused', () => {
    IMAP4.defaultTransport = () => () => new Promise(() => {});
    onTestFinished(() => {
      IMAP4.defaultTransport = null;
    });
    const M = new IMAP4('', 143, 5);
    onTestFinished(() => M.shutdown());
    expect(M.timeout).toBe(5);
    expect(() => new IMAP4('', 143, 0)).toThrow(RangeError);
    expect(() => new IMAP4_SSL('', 993, 'key.pem' as unknown as number)).toThrow(TypeError);
  });

  test('shutdown() gives up a connection that is being made', async () => {
    let asked: (() => void) | undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let isGivenUp = false;
    const M = new IMAP4('', 143, {
      transport: ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => {
            isGivenUp = true;
            reject(signal.reason as Error);
          });
          asked?.();
        }),
    });
    await isAsked;
    M.shutdown();
    expect(await rejection(M.ready)).toBeInstanceOf(IMAP4.abort);
    expect(isGivenUp).toBe(true);
  });

  test('a server that says nothing: TimeoutError', async () => {
    const { M } = connect({ greeting: '' }, { timeout: 0.02 });
    expect(await rejection(M.ready)).toMatchObject({ name: 'TimeoutError' });
  });

  test('nobody has to listen to calls that fail because there is no connection', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const M = new IMAP4('', 143, { transport: () => Promise.reject(new Error('no way')) });
    void M.login('user', 'pass');
    void M.select();
    void M.fetch('1', 'ALL');
    await M.closed;
    await rejection(M.noop());
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });
});

describe('signing in', () => {
  test('capabilities sent with the answer are used, and stay for response()', async () => {
    const { M, server } = connect({
      answers: { LOGIN: ['* CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT\r\n{tag} OK LOGIN completed\r\n'] },
    });
    await M.login('user', 'pass');
    expect(M.capabilities).toEqual(['IMAP4REV1', 'ENABLE', 'UTF8=ACCEPT']);
    expect(server.takeSent()).toBe('{tag} CAPABILITY\r\n{tag} LOGIN user "pass"\r\n');
    expect(await M.response('capability')).toEqual(['capability', ['IMAP4rev1 ENABLE UTF8=ACCEPT']]);
  });

  test('capabilities in the response code of the answer are used', async () => {
    const { M } = connect({
      answers: {
        AUTHENTICATE: ['+\r\n', '{tag} OK [CAPABILITY IMAP4rev1 ENABLE] AUTHENTICATE completed\r\n'],
      },
    });
    await M.authenticate('MYAUTH', () => new TextEncoder().encode('fake'));
    expect(M.capabilities).toEqual(['IMAP4REV1', 'ENABLE']);
  });

  test('a refused login is an error with the words of the server', async () => {
    const { M } = connect({ answers: { LOGIN: ['{tag} NO [LOGIN] failed\r\n'] } });
    expect(await rejection(M.login('user', 'pass'))).toMatchObject({
      name: 'error',
      message: '[LOGIN] failed',
    });
    expect(M.state).toBe('NONAUTH');
  });

  test('a second login is illegal, and nothing is sent', async () => {
    const { M, server } = connect();
    await M.login('user', 'pass');
    server.takeSent();
    expect(await rejection(M.login('user', 'pass'))).toMatchObject({
      name: 'error',
      message: 'command LOGIN illegal in state AUTH, only allowed in states NONAUTH',
    });
    expect(server.takeSent()).toBe('');
  });

  test('authenticate gives each challenge decoded; null cancels with *', async () => {
    const { M, server } = connect({
      answers: { AUTHENTICATE: ['+ Zmlyc3Q=\r\n', '+\r\n', '{tag} NO cancelled\r\n'] },
    });
    const challenges: string[] = [];
    const reason = await rejection(
      M.authenticate('x-mine', async (challenge) => {
        challenges.push(new TextDecoder().decode(challenge));
        return challenges.length === 1 ? 'ä' : null;
      }),
    );
    expect(reason).toMatchObject({ name: 'error', message: 'cancelled' });
    expect(challenges).toEqual(['first', '']);
    expect(server.takeSent()).toBe('{tag} CAPABILITY\r\n{tag} AUTHENTICATE X-MINE\r\nw6Q=\r\n*\r\n');
  });

  test('a callback that throws cancels the exchange, and the connection goes on', async () => {
    const { M, server } = connect({ answers: { AUTHENTICATE: ['+\r\n', '{tag} NO cancelled\r\n'] } });
    const thrown = new Error('no token');
    const call = M.authenticate('XOAUTH2', () => {
      throw thrown;
    });
    expect(await rejection(call)).toBe(thrown);
    expect(await M.noop()).toEqual(['OK', ['NOOP completed']]);
    expect(server.takeSent()).toContain('AUTHENTICATE XOAUTH2\r\n*\r\n');
  });

  test('login_plain carries any characters', async () => {
    const { M, server } = connect({ answers: { AUTHENTICATE: ['+\r\n', '{tag} OK Logged in.\r\n'] } });
    await M.login_plain('prem', 'pass');
    expect(server.takeSent()).toContain('AUTHENTICATE PLAIN\r\nAHByZW0AcGFzcw==\r\n');
  });
});

describe('states', () => {
  test('an illegal command is refused before a byte is sent', async () => {
    const { M, server } = connect();
    await M.ready;
    server.takeSent();
    for (const call of [
      M.search(null, 'ALL'),
      M.uid('FETCH', '1', 'ALL'),
      M.uid('COPY', '1', 'x'),
      M.close(),
    ]) {
      expect((await rejection(call)).message).toMatch(
        /^command [A-Z]+ illegal in state NONAUTH, only allowed in states SELECTED$/,
      );
    }
    expect(server.takeSent()).toBe('');
    expect(M.state).toBe('NONAUTH');
  });

  test('commands called at once are queued in order, their state is checked when their turn comes', async () => {
    const { M, server } = connect();
    const replies = await Promise.all([M.login('user', 'pass'), M.select(), M.unselect(), M.noop()]);
    expect(replies.map(([typ]) => typ)).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(server.takeSent()).toBe(
      '{tag} CAPABILITY\r\n{tag} LOGIN user "pass"\r\n{tag} CAPABILITY\r\n{tag} SELECT INBOX\r\n{tag} UNSELECT\r\n{tag} NOOP\r\n',
    );
    expect(M.state).toBe('AUTH');
  });

  test('a failed call does not stop those behind it', async () => {
    const { M } = await selected();
    const [first, second] = await Promise.allSettled([M.copy('1', 'a\r\nb'), M.noop()]);
    expect(first.status).toBe('rejected');
    expect(second.status).toBe('fulfilled');
  });

  test('close and unselect leave the mailbox whatever the server answers', async () => {
    const { M } = await selected({ answers: { CLOSE: ['{tag} BAD no\r\n'] } });
    expect(await rejection(M.close())).toBeInstanceOf(IMAP4.error);
    expect(M.state).toBe('AUTH');
  });

  test('a SELECT that is refused leaves the mailbox that was selected', async () => {
    const { M, server } = await selected();
    server.answers['SELECT'] = ['{tag} NO no such mailbox\r\n'];
    expect(await M.select('nowhere')).toEqual(['NO', ['no such mailbox']]);
    expect(M.state).toBe('AUTH');
  });

  test('names in capitals are the methods; there is none for what is no command', async () => {
    const { M } = connect();
    const methods = pick(M, 'CAPABILITY', 'capability', 'SELECT', 'select');
    expect(methods['CAPABILITY']).toBe(methods['capability']);
    expect(methods['SELECT']).toBe(methods['select']);
    expect(await M.NOOP()).toEqual(['OK', ['NOOP completed']]);
    const others = M as unknown as Record<string, unknown>;
    expect([others['NONEXISTENT'], others['EXAMINE'], others['Noop'], others['RECENT']]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('xatom adds to the table, for the state that the connection is in', async () => {
    onTestFinished(() => {
      delete Commands['XFROB'];
    });
    const { M, server } = await selected();
    server.answers['XFROB'] = ['{tag} OK done\r\n'];
    expect(await M.xatom('xfrob', 'a', 'b c')).toEqual(['OK', ['done']]);
    expect(server.takeSent()).toBe('{tag} XFROB a b c\r\n');
    await M.unselect();
    expect(await rejection(M.xatom('XFROB'))).toMatchObject({
      message: 'command XFROB illegal in state AUTH, only allowed in states SELECTED',
    });
  });

  test('_simple_command sends what a script has added to the table', async () => {
    onTestFinished(() => {
      delete Commands['XLIST'];
    });
    Commands['XLIST'] = ['SELECTED'];
    const { M, server } = await selected({
      answers: { XLIST: ['* XLIST () "/" INBOX\r\n{tag} OK done\r\n'] },
    });
    // oxlint-disable-next-line no-underscore-dangle -- the name that scripts use
    expect(await M._simple_command('XLIST', '""', '*')).toEqual(['OK', ['done']]);
    expect(await M.response('XLIST')).toEqual(['XLIST', ['() "/" INBOX']]);
    expect(server.takeSent()).toBe('{tag} XLIST "" *\r\n');
  });

  test('an unknown UID command', async () => {
    const { M, server } = await selected();
    expect(await rejection(M.uid('bogus', '1'))).toMatchObject({
      message: "Unknown IMAP4 UID command: 'BOGUS'",
    });
    expect(await rejection(M.uid('STORE', '1', '+FLAGS'))).toBeInstanceOf(RangeError);
    expect(server.takeSent()).toBe('');
  });
});

describe('answers', () => {
  const literals = async (line: string) => {
    const { M } = await selected({ answers: { FETCH: [`${line}{tag} OK done\r\n`] } });
    return (await M.fetch('1', 'ALL'))[1];
  };
  const octets = (text: string) => new TextEncoder().encode(text);

  test('a literal is a pair of the line before it and its bytes', async () => {
    expect(await literals('* 1 FETCH (RFC822 {5}\r\nhello)\r\n')).toEqual([
      ['1 (RFC822 {5}', octets('hello')],
      ')',
    ]);
    expect(
      await literals(
        '* 1 FETCH (BODY[HEADER] {3}\r\nabc BODY[TEXT] {2}\r\nde UID 7)\r\n* 2 FETCH (UID 8)\r\n',
      ),
    ).toEqual([
      ['1 (BODY[HEADER] {3}', octets('abc')],
      [' BODY[TEXT] {2}', octets('de')],
      ' UID 7)',
      '2 (UID 8)',
    ]);
  });

  test('a blank line behind a literal is passed over', async () => {
    expect(await literals('* 1 FETCH (BODY[HEADER] {13}\r\nSubject: test\r\n)\r\n')).toEqual([
      ['1 (BODY[HEADER] {13}', octets('Subject: test')],
      ')',
    ]);
  });

  test('blank lines between responses are passed over', async () => {
    const { M } = await selected({
      answers: { LIST: ['* LIST () "/" {3}\r\na b\r\n\r\n* LIST () "/" c\r\n\r\n{tag} OK done\r\n'] },
    });
    expect(await M.list()).toEqual(['OK', [['() "/" {3}', octets('a b')], '', '() "/" c']]);
  });

  test('a literal of NUL and 8-bit bytes, cut into single bytes on the way', async () => {
    const { M, server } = await selected({
      answers: { FETCH: ['* 1 FETCH (BINARY[1] ~{4}\r\n\0\xff\r\n)\r\n{tag} OK done\r\n'] },
    });
    server.server.split(1);
    expect(await M.fetch('1', 'BINARY[1]')).toEqual([
      'OK',
      [['1 (BINARY[1] ~{4}', Uint8Array.of(0, 255, 13, 10)], ')'],
    ]);
  });

  test('a line is UTF-8, and where it is not one character a byte', async () => {
    const { M } = await selected({
      answers: { LIST: ['* LIST () "/" "caf\xc3\xa9"\r\n* LIST () "/" "caf\xe9"\r\n{tag} OK done\r\n'] },
    });
    expect(await M.list()).toEqual(['OK', ['() "/" "café"', '() "/" "café"']]);
  });

  test.each([
    ['a lower-case name', '* 3 exists', 'EXISTS', ['3']],
    ['two spaces', '*  3 EXISTS', 'EXISTS', ['3']],
    ['a name with digits', '* X9FOO bar', 'X9FOO', ['bar']],
    ['no data', '* SEARCH', 'SEARCH', ['']],
    ['a response code', '* OK [UIDNEXT 5] Predicted ] next', 'UIDNEXT', ['5']],
    ['a response code without data', '* OK [ALERT] x ] y', 'ALERT', ['']],
    [
      'flags with brackets',
      '* OK [PERMANENTFLAGS (\\Seen [test] \\*)] yes',
      'PERMANENTFLAGS',
      ['(\\Seen [test] \\*)'],
    ],
    ['a bracket that does not close', '* OK [BADCHARSET (a] b', 'BADCHARSET', ['(a']],
    ['text that only looks like a literal', '* OK [NOTICE] see {5}', 'NOTICE', ['']],
  ])('%s: %s', async (_, line, name, data) => {
    const { M } = await selected({ answers: { NOOP: ok('NOOP', line) } });
    await M.noop();
    await M.response('EXISTS');
    await M.noop();
    expect((await M.response(name))[1].slice(0, 1)).toEqual(data);
  });

  test('lines that are no response are passed over: nothing is lost and nothing ends', async () => {
    const { M } = await selected({
      answers: {
        NOOP: ['Server Unavailable. 15\r\nXYZ9 OK not yours\r\n+ what?\r\n* 9 EXISTS\n{tag} ok\r\n'],
      },
    });
    expect(await M.noop()).toEqual(['OK', ['']]);
    expect(await M.response('EXISTS')).toEqual(['EXISTS', ['2', '9']]);
    expect(M.continuation_response).toBe('what?');
  });

  test('what nobody has picked up waits: a stale FETCH comes before the asked one', async () => {
    const { M } = await selected({
      answers: {
        NOOP: ok('NOOP', '* 7 FETCH (FLAGS (\\Seen))'),
        FETCH: ok('FETCH', '* 1 FETCH (UID 5)'),
        STORE: ['{tag} NO refused\r\n'],
      },
    });
    await M.noop();
    expect(await M.store('1', 'FLAGS', '()')).toEqual(['NO', ['refused']]);
    expect(await M.fetch('1', 'UID')).toEqual(['OK', ['7 (FLAGS (\\Seen))', '1 (UID 5)']]);
    expect(await M.fetch('1', 'UID')).toEqual(['OK', ['1 (UID 5)']]);
  });

  test('what the server says between two commands is kept', async () => {
    const { M, server } = await selected();
    await M.response('EXISTS');
    await server.send('* 3 EXISTS\r\n* 1 RECENT\r\n');
    await M.noop();
    expect(await M.response('EXISTS')).toEqual(['EXISTS', ['3']]);
    expect(await M.recent()).toEqual(['OK', ['1']]);
  });

  test('NO and BAD of untagged lines can be asked for until the next command', async () => {
    const { M } = await selected({ answers: { CHECK: ok('CHECK', '* NO disk nearly full') } });
    await M.check();
    expect(await M.response('NO')).toEqual(['NO', ['disk nearly full']]);
    await M.check();
    await M.noop();
    expect(await M.response('NO')).toEqual(['NO', [null]]);
  });

  test('response codes of tagged lines are kept and add up', async () => {
    const { M } = await selected({ answers: { COPY: ['{tag} OK [COPYUID 1 2 3] done\r\n'] } });
    await M.copy('1', 'x');
    await M.copy('1', 'x');
    expect(await M.response('COPYUID')).toEqual(['COPYUID', ['1 2 3', '1 2 3']]);
    expect(await M.response('copyuid')).toEqual(['copyuid', [null]]);
  });

  test('search: found, found nothing, no answer', async () => {
    const { M, server } = await selected({ answers: { SEARCH: ok('SEARCH', '* SEARCH 1 2 3') } });
    expect(await M.search(null, 'ALL')).toEqual(['OK', ['1 2 3']]);
    server.answers['SEARCH'] = ok('SEARCH', '* SEARCH');
    expect(await M.search(null, 'ALL')).toEqual(['OK', ['']]);
    server.answers['SEARCH'] = ok('SEARCH');
    expect(await M.search(null, 'ALL')).toEqual(['OK', [null]]);
  });

  test('BAD is an error, and the connection goes on', async () => {
    const { M } = await selected({ answers: { CHECK: ['{tag} BAD it\'s "odd"\r\n'] } });
    expect((await rejection(M.check())).message).toBe("CHECK command error: BAD [b'it\\'s \"odd\"']");
    expect((await M.noop())[0]).toBe('OK');
  });

  test('getquotaroot answers with two lists, after NO and without data too', async () => {
    const { M, server } = await selected({ answers: { GETQUOTAROOT: ok('GETQUOTAROOT') } });
    expect(await M.getquotaroot('INBOX')).toEqual(['OK', [[null], [null]]]);
    server.answers['GETQUOTAROOT'] = ['{tag} NO none\r\n'];
    expect(await M.getquotaroot('INBOX')).toEqual(['NO', [['none'], ['none']]]);
  });

  test('expunge takes a set together with uid, or neither', async () => {
    const { M, server } = await selected();
    expect(await rejection(M.expunge('1:2'))).toBeInstanceOf(IMAP4.error);
    expect(server.takeSent()).toBe('');
  });
});

describe('read-only mailboxes', () => {
  const readOnly: Answer = ['* 2 EXISTS\r\n{tag} OK [READ-ONLY] SELECT completed.\r\n'];

  test('select() of a mailbox that is not writable', async () => {
    const { M, server } = connect({ answers: { SELECT: readOnly } });
    await M.login('user', 'pass');
    expect(await rejection(M.select('New folder'))).toMatchObject({
      name: 'readonly',
      message: "'New folder' is not writable",
    });
    expect(M.state).toBe('SELECTED');
    server.takeSent();
    // Every command is refused until the news has been taken.
    expect(await rejection(M.noop())).toBeInstanceOf(IMAP4.readonly);
    expect(await rejection(M.noop())).toBeInstanceOf(IMAP4.readonly);
    expect(server.takeSent()).toBe('');
    await M.response('READ-ONLY');
    expect((await M.noop())[0]).toBe('OK');
  });

  test('select() for reading only', async () => {
    const { M } = connect();
    await M.login('user', 'pass');
    expect(await M.select('INBOX', true)).toEqual(['OK', ['2']]);
    expect(M.is_readonly).toBe(true);
    expect((await M.noop())[0]).toBe('OK');
  });

  test('readonly may be named, as a Python keyword is; what is no boolean is refused', async () => {
    const { M, server } = await selected();
    await M.select('INBOX', { readonly: false });
    await M.select('INBOX', { readonly: true });
    expect(server.takeSent()).toBe('{tag} SELECT INBOX\r\n{tag} EXAMINE INBOX\r\n');
    expect(await rejection(M.select('INBOX', 'no' as unknown as boolean))).toBeInstanceOf(TypeError);
    expect(server.takeSent()).toBe('');
  });
});

describe('append', () => {
  test('undefined is None too', async () => {
    const { M, server } = await selected();
    expect((await M.append(undefined, undefined, undefined, ''))[0]).toBe('OK');
    expect(server.takeSent()).toBe('{tag} APPEND INBOX {0}\r\n\r\n');
  });

  test('mailbox, flags, date and message', async () => {
    const { M, server } = await selected();
    await M.append('New folder', ['\\Seen', '\\Draft'], '"01-Jan-2000 00:00:00 +0000"', 'ä\n');
    expect(server.takeSent()).toBe(
      '{tag} APPEND "New folder" (\\Seen \\Draft) "01-Jan-2000 00:00:00 +0000" {4}\r\nÃ¤\r\n\r\n',
    );
  });

  test('no mailbox is INBOX; an empty message', async () => {
    const { M, server } = await selected();
    expect((await M.append(null, null, null, ''))[0]).toBe('OK');
    expect(server.takeSent()).toBe('{tag} APPEND INBOX {0}\r\n\r\n');
  });

  test('NO instead of + is the answer, and the message is not sent', async () => {
    const { M, server } = await selected({ answers: { APPEND: ['{tag} NO [OVERQUOTA] full\r\n'] } });
    expect(await M.append(null, null, null, 'secret plan')).toEqual(['NO', ['[OVERQUOTA] full']]);
    expect((await M.noop())[0]).toBe('OK');
    expect(server.takeSent()).toBe('{tag} APPEND INBOX {11}\r\n{tag} NOOP\r\n');
  });

  test.each([
    ['a date with a line end', '"\r\nA1 LOGOUT"'],
    ['a date that is none', 'yesterday'],
  ])('%s is refused before a byte is sent', async (_, date) => {
    const { M, server } = await selected();
    expect(await rejection(M.append(null, null, date, ''))).toBeInstanceOf(RangeError);
    expect(server.takeSent()).toBe('');
  });

  test('a message that is neither text nor bytes', async () => {
    const { M } = await selected();
    expect(await rejection(M.append(null, null, null, 5 as unknown as string))).toBeInstanceOf(TypeError);
  });
});

describe('UTF-8', () => {
  const capabilities = 'IMAP4rev1 ENABLE UTF8=ACCEPT';
  const answers = { ENABLE: ok('ENABLE', '* ENABLED UTF8=ACCEPT'), SEARCH: ok('SEARCH') };

  test('enable, then names and messages in UTF-8', async () => {
    const { M, server } = connect({ capabilities, answers });
    await M.login('user', 'pass');
    server.takeSent();
    // Called at once: the name is written when its turn comes.
    const calls = [
      M.enable('UTF8=ACCEPT'),
      M.append(null, null, null, 'Subject: üñí©öðé\n'),
      M.select('Entwürfe'),
    ];
    await Promise.all(calls);
    expect(M.utf8_enabled).toBe(true);
    const utf8 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));
    expect(server.takeSent()).toBe(
      utf8(
        '{tag} ENABLE UTF8=ACCEPT\r\n{tag} APPEND INBOX UTF8 (~{25}\r\nSubject: üñí©öðé\r\n)\r\n{tag} SELECT "Entwürfe"\r\n',
      ),
    );
    expect(await rejection(M.search('UTF-8', 'ALL'))).toMatchObject({
      message: 'Non-None charset not valid in UTF8 mode',
    });
  });

  test('enable is legal in state AUTH alone, and needs the capability', async () => {
    const { M } = connect({ capabilities, answers });
    expect((await rejection(M.enable('UTF8=ACCEPT'))).message).toMatch(/ENABLE.*NONAUTH/);
    expect(M.utf8_enabled).toBe(false);
    const { M: old } = connect();
    expect((await rejection(old.enable('UTF8=ACCEPT'))).message).toBe('Server does not support ENABLE');
  });
});

describe('the end of a connection', () => {
  test('logout answers with BYE and closes', async () => {
    const { M } = await selected();
    expect(await M.logout()).toEqual(['BYE', ['IMAP4ref1 Server logging out']]);
    expect(M.state).toBe('LOGOUT');
    expect(await M.closed).toBe(null);
    expect(await rejection(M.noop())).toMatchObject({ name: 'abort' });
    expect((await rejection(M.check())).message).toMatch(/^command CHECK illegal in state LOGOUT/);
  });

  test.each<[string, Answer]>([
    [
      'hangs up behind BYE',
      async (_, server) => {
        await server.send('* BYE bye\r\n');
        server.server.close();
      },
    ],
    ['says no BYE', ['{tag} OK done\r\n']],
    ['says BAD', ['{tag} BAD never\r\n']],
    ['breaks the connection', (_, server) => server.server.fail()],
  ])('logout closes when the server %s', async (_, answer) => {
    const { M } = await selected({ answers: { LOGOUT: answer } });
    await rejection(M.logout());
    expect(M.state).toBe('LOGOUT');
    await M.closed;
  });

  test('logout closes when the mailbox has become read-only', async () => {
    const { M } = await selected({ answers: { NOOP: ok('NOOP', '* OK [READ-ONLY] now') } });
    await M.noop();
    expect((await M.logout())[0]).toBe('BYE');
    expect(await M.closed).toBe(null);
  });

  test('BYE while a command waits', async () => {
    const { M } = await selected({
      answers: {
        CHECK: async (_, server) => {
          await server.send('* BYE maintenance\r\n');
          server.server.close();
        },
      },
    });
    expect(await rejection(M.check())).toMatchObject({
      name: 'abort',
      message: 'command: CHECK => maintenance',
    });
    expect(await rejection(M.check())).toMatchObject({ name: 'abort', message: 'maintenance' });
  });

  test('the server hangs up, or the connection breaks', async () => {
    const { M } = await selected({ answers: { CHECK: (_, server) => server.server.close() } });
    expect(await rejection(M.check())).toMatchObject({
      name: 'abort',
      message: 'command: CHECK => socket error: EOF',
    });
    const { M: other } = await selected({
      answers: {
        CHECK: (_, server) => server.server.fail(new TransportError('unreachable', 'relay', 'cable cut')),
      },
    });
    expect(await rejection(other.check())).toMatchObject({
      message: 'command: CHECK => socket error: cable cut',
      cause: { code: 'unreachable' },
    });
    const reason = await other.closed;
    expect(reason).toMatchObject({ name: 'abort', message: 'socket error: cable cut' });
    expect(await rejection(other.noop())).toBe(reason);
    expect(await rejection(other.copy('1', 'x'))).toBe(reason);
  });

  test('await using says goodbye', async () => {
    const { M, server } = await selected();
    await M[Symbol.asyncDispose]();
    expect(server.takeSent()).toBe('{tag} LOGOUT\r\n');
    await M[Symbol.asyncDispose]();
    expect(M.state).toBe('LOGOUT');
  });

  test('await using does not cover why the connection broke with an error of its own', async () => {
    const { M } = await selected({ answers: { CHECK: (_, server) => server.server.close() } });
    await rejection(M.check());
    await M.closed;
    await M[Symbol.asyncDispose]();
    expect(M.state).toBe('LOGOUT');
  });

  test('after BYE nothing more is sent, even while the server keeps the connection open', async () => {
    const { M, server } = await selected({ answers: { CHECK: ok('CHECK', '* BYE maintenance') } });
    expect(await rejection(M.check())).toMatchObject({ name: 'abort', message: 'maintenance' });
    server.takeSent();
    expect(await rejection(M.noop())).toMatchObject({ name: 'abort', message: 'maintenance' });
    expect(server.takeSent()).toBe('');
    expect((await M.logout())[0]).toBe('BYE');
  });
});

describe('limits', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  });

  /** Lets time pass when a command has reached the server. */
  async function passed(seconds: number, server: ScriptedServer, command: string): Promise<void> {
    while (!server.sent.includes(command)) await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(seconds * 1000);
  }

  test('a command rejects, the connection goes on, and the late answer is passed over', async () => {
    let answer: () => void = () => {};
    const late = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const check: Answer = async ({ tag }, server) => {
      await late;
      await server.send(`* 9 EXISTS\r\n${tag} OK at last\r\n`);
    };
    const { M, server } = await selected({ answers: { CHECK: check } }, { timeout: 10 });
    await M.response('EXISTS');
    const call = rejection(M.check());
    await passed(9.9, server, 'CHECK');
    await vi.advanceTimersByTimeAsync(100);
    expect(await call).toMatchObject({
      name: 'TimeoutError',
      message: 'CHECK timed out: no word from the server for 10 s',
    });
    answer();
    expect(await M.noop()).toEqual(['OK', ['NOOP completed']]);
    expect(await M.response('EXISTS')).toEqual(['EXISTS', ['9']]);
  });

  test('without a timeout, silence ends the connection', async () => {
    const { M, server } = await selected({ answers: { CHECK: never } });
    const call = rejection(M.check());
    await passed(121, server, 'CHECK');
    const reason = await call;
    expect(reason).toBeInstanceOf(IMAP4.abort);
    expect(reason.message).toMatch(/^command: CHECK => socket error: .*has said nothing for 120 s/);
  });

  test('a callback that takes its time is no silence of the server', async () => {
    const { M, server } = connect(
      { answers: { AUTHENTICATE: ['+\r\n', '{tag} OK done\r\n'] } },
      { timeout: 10 },
    );
    const slow = () => new Promise<string>((resolve) => setTimeout(() => resolve('token'), 30_000));
    const call = M.authenticate('XOAUTH2', slow);
    await passed(1, server, 'AUTHENTICATE');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await call).toEqual(['OK', ['done']]);
  });

  test('silence counts, not the whole time: a literal that drips in is waited for', async () => {
    const { M, server } = await selected({ answers: { FETCH: never } }, { timeout: 10 });
    const call = M.fetch('1', 'RFC822');
    await passed(1, server, 'FETCH');
    const tag = `${M.tagpre}${M.tagnum - 1}`;
    await server.send('* 1 FETCH (RFC822 {10}\r\n');
    for (let octet = 0; octet < 10; octet++) {
      await server.send('x');
      await vi.advanceTimersByTimeAsync(9000);
    }
    await server.send(`)\r\n${tag} OK done\r\n`);
    expect((await call)[0]).toBe('OK');
  });

  test('more than may be collected ends the connection', async () => {
    const flood = Array.from({ length: 100 }, (_, index) => `* ${index + 1} FETCH (UID ${index})`);
    const { M } = await selected(
      { answers: { FETCH: ok('FETCH', ...flood) } },
      { limits: { collected: 1000 } },
    );
    const reason = await rejection(M.fetch('1:*', 'UID'));
    expect(reason).toBeInstanceOf(IMAP4.abort);
    expect(reason.message).toContain('more than 1000 bytes');
  });
});

describe('STARTTLS', () => {
  const capabilities = 'IMAP4rev1 STARTTLS LOGINDISABLED';
  const answers = { STARTTLS: ['{tag} OK begin\r\n'] };

  test('upgrades, forgets what was heard in the clear, and asks for the capabilities again', async () => {
    const { M, server } = connect({ capabilities, answers });
    await M.ready;
    await server.send('* 1 EXISTS\r\n');
    server.capabilities = 'IMAP4rev1 AUTH=PLAIN';
    expect(await M.starttls()).toEqual(['OK', [null]]);
    expect(M.capabilities).toEqual(['IMAP4REV1', 'AUTH=PLAIN']);
    expect(M.untagged_responses.has('EXISTS')).toBe(false);
    expect(server.takeSent()).toBe('{tag} CAPABILITY\r\n{tag} STARTTLS\r\n{tag} CAPABILITY\r\n');
    expect(await rejection(M.starttls())).toMatchObject({ message: 'TLS session already established' });
  });

  test('commands called behind it wait for TLS', async () => {
    const { M, server } = connect({ capabilities, answers });
    const calls = [M.starttls(), M.login('user', 'pass')];
    await Promise.all(calls);
    expect(server.takeSent()).toBe(
      '{tag} CAPABILITY\r\n{tag} STARTTLS\r\n{tag} CAPABILITY\r\n{tag} LOGIN user "pass"\r\n{tag} CAPABILITY\r\n',
    );
  });

  test('bytes behind the answer end the connection: nothing of them is believed', async () => {
    const { M, server } = connect({
      capabilities,
      answers: { STARTTLS: ['{tag} OK begin\r\n* CAPABILITY IMAP4rev1 INJECTED\r\n'] },
    });
    expect(await rejection(M.starttls())).toBeInstanceOf(IMAP4.abort);
    expect(M.capabilities).not.toContain('INJECTED');
    expect(await rejection(M.login('user', 'pass'))).toBeInstanceOf(IMAP4.abort);
    expect(server.takeSent()).not.toContain('LOGIN');
  });

  test('a server that does not offer it, and one that refuses', async () => {
    const { M } = connect();
    expect(await rejection(M.starttls())).toMatchObject({
      name: 'abort',
      message: 'TLS not supported by server',
    });
    const { M: other } = connect({ capabilities, answers: { STARTTLS: ['{tag} NO later\r\n'] } });
    expect(await rejection(other.starttls())).toMatchObject({
      name: 'error',
      message: "Couldn't establish TLS session",
    });
  });

  test('a handshake that fails', async () => {
    const { M } = connect({
      capabilities,
      answers,
      startTls: () => {
        throw new TransportError('tls', 'starttls', 'certificate has expired');
      },
    });
    expect(await rejection(M.starttls())).toMatchObject({
      name: 'abort',
      message: expect.stringContaining('certificate has expired') as string,
    });
    expect(await rejection(M.login('user', 'pass'))).toBeInstanceOf(IMAP4.abort);
  });
});

describe('a trace', () => {
  test('tells of each command with its phases, and has no secret', async () => {
    const trace = new Trace();
    const lines: string[] = [];
    trace.on('line', ({ direction, line }) => lines.push(`${direction}: ${line}`));
    const { M } = connect({ answers: { AUTHENTICATE: ['+\r\n', '{tag} OK done\r\n'] } }, { trace });
    await M.login_plain('user', 'hunter2');
    expect(trace.commands.map(({ name, status }) => `${name} ${status}`)).toContain('AUTHENTICATE OK');
    const signIn = trace.commands.find(({ name }) => name === 'AUTHENTICATE');
    expect(signIn?.continued).not.toBeNull();
    expect(lines).toContain('C: ***');
    expect(JSON.stringify([trace.commands, trace.connections, lines])).not.toMatch(/hunter2|AHVzZXI/);
    await M.logout();
    expect(trace.connections).toMatchObject([{ error: null }]);
  });
});

describe('the debug log', () => {
  test('shows every line from level 4 on, and never a secret', async () => {
    const lines = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => lines.mockRestore());
    const { M } = await selected(
      { answers: { AUTHENTICATE: ['+\r\n', '{tag} OK done\r\n'], CHECK: ['{tag} NO never\r\n'] } },
      { debug: 5 },
    );
    await M.check();
    const { M: other } = connect({ answers: { AUTHENTICATE: ['+\r\n', '{tag} OK done\r\n'] } }, { debug: 5 });
    await other.login_plain('user', 'hunter2');
    const text = lines.mock.calls.flat().join('\n');
    expect(text).toContain(`> b'${M.tagpre}1 LOGIN user ***'`);
    expect(text).toContain("NO response: b'never'");
    expect(text).not.toMatch(/"pass"|hunter2|AHVzZXI/);
    expect(text).toMatch(/^ {2}\d\d:\d\d\.\d\d /m);
  });

  test('below it keeps the last ten lines for print_log()', async () => {
    const lines = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => lines.mockRestore());
    const { M } = await selected();
    expect(lines).not.toHaveBeenCalled();
    M.print_log();
    expect(lines.mock.calls[0]?.[0]).toMatch(/ last 10 IMAP4 interactions:$/);
    expect(lines.mock.calls.length).toBe(11);
  });
});
