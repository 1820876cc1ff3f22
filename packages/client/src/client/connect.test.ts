import { describe, expect, it, vi } from 'vitest';
import { failure, settled } from '../session/testing/opened.ts';
import { Trace } from '../session/trace.ts';
import { testTls, type MemoryPairOptions } from '../transport/pair.ts';
import { ImapClient } from './client.ts';
import { connecting, openClient } from './testing/opened.ts';
import type { ConnectOptions } from './types.ts';

const auth = { user: 'joe', pass: 'secret' };
const tls: MemoryPairOptions = { tls: testTls };
const local: MemoryPairOptions = { local: true };
const first = btoa('\0joe\0secret');

describe('a plain line', () => {
  it('is upgraded by STARTTLS before anything else, and the capabilities are asked for anew', async () => {
    const startTls = vi.fn<() => typeof testTls>(() => testTls);
    const { client, script } = connecting({ auth, servername: 'imap.example.com', pair: { startTls } });
    await script.play(`
      S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=LOGIN LOGINDISABLED] ready
      C: $ STARTTLS
      S: $ OK begin
      C: $ CAPABILITY
      S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN
      S: $ OK
      C: $ AUTHENTICATE PLAIN ${first}
      S: $ OK [CAPABILITY IMAP4rev1 IDLE] in
    `);
    const signedIn = await client;
    expect(startTls).toHaveBeenCalledWith(expect.objectContaining({ servername: 'imap.example.com' }));
    expect(signedIn.info.tls).toEqual(testTls);
    expect(signedIn.state).toBe('authenticated');
    expect([...signedIn.capabilities]).toEqual(['IMAP4REV1', 'IDLE']);
    await script.silence();
  });

  it.each<[string, ConnectOptions['security']]>([
    ['by default', undefined],
    ['where it is required', 'required'],
    ['where STARTTLS is wanted', 'starttls'],
  ])('without STARTTLS is left %s, and no secret was sent', async (_how, security) => {
    const pass = vi.fn<() => string>(() => 'secret');
    const { client, script } = connecting({ auth: { user: 'joe', pass }, ...(security && { security }) });
    await script.play('S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready');
    expect(await failure(client)).toMatchObject({
      name: 'ImapCapabilityError',
      message:
        'A protected connection needs STARTTLS, which the server does not offer: connect with TLS from the start ' +
        "(port 993), or allow the plain line with security: 'none'",
    });
    await script.end();
    expect(pass).not.toHaveBeenCalled();
  });

  it('whose STARTTLS is refused is left', async () => {
    const { client, script } = connecting({ auth });
    await script.play(`
      S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
      C: $ STARTTLS
      S: $ NO no certificate
    `);
    expect(await failure(client)).toMatchObject({ name: 'ImapCommandError', command: 'STARTTLS' });
    await script.end();
  });

  it('on which STARTTLS was injected into is left', async () => {
    const { client, script } = connecting({ auth });
    await script.play(`
      S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
      C: $ STARTTLS
      S: $ OK begin
      S: * CAPABILITY IMAP4rev1 AUTH=LOGIN
    `);
    expect(await failure(client)).toMatchObject({ name: 'ImapConnectionError' });
    await script.end();
  });

  it('that is signed in already (PREAUTH) is left where TLS is required', async () => {
    const { client, script } = connecting({ auth });
    await script.play('S: * PREAUTH ready');
    expect(String(await failure(client))).toContain('signed in (PREAUTH) on an unencrypted line');
    await script.end();
  });

  it('whose transport cannot upgrade is left before STARTTLS is sent', async () => {
    const { client, script } = connecting({ auth, pair: { startTls: null } });
    await script.play('S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready');
    expect(String(await failure(client))).toContain('this transport cannot upgrade to TLS');
    await script.end();
  });

  it.each<[string, string, MemoryPairOptions]>([
    ['where it is not offered', '', {}],
    ['where it is refused', 'C: $ STARTTLS\nS: $ NO not today', {}],
    ['where the transport cannot', '', { startTls: null }],
  ])('is good enough for opportunistic %s', async (how, dialogue, pair) => {
    const { client, script } = connecting({ auth, pair, security: 'opportunistic' });
    const offers = how === 'where it is not offered' ? '' : ' STARTTLS';
    await script.play(`S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR${offers}] ready\n${dialogue}`);
    await script.play(`C: $ AUTHENTICATE PLAIN ${first}\nS: $ OK [CAPABILITY IMAP4rev1] in`);
    expect((await client).state).toBe('authenticated');
  });

  it('is upgraded for opportunistic where that is offered', async () => {
    const { client, script } = connecting({ security: 'opportunistic' });
    await script.play(`
      S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
      C: $ STARTTLS
      S: $ OK
      C: $ CAPABILITY
      S: * CAPABILITY IMAP4rev1
      S: $ OK
    `);
    expect((await client).info.tls).toEqual(testTls);
  });
});

describe('a line that is protected', () => {
  it.each<[string, MemoryPairOptions, ConnectOptions['security']]>([
    ['by TLS', tls, 'required'],
    ['by TLS, whatever is wanted', tls, 'starttls'],
    ['by being local', local, 'required'],
    ['by nothing, as asked', {}, 'none'],
  ])('%s needs no STARTTLS', async (_how, pair, security = 'required') => {
    const { client, script } = connecting({ pair, security });
    await script.play('S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready');
    expect((await client).state).toBe('notAuthenticated');
    await script.silence();
  });

  it('by being local runs STARTTLS where that is asked for', async () => {
    const { client, script } = connecting({ pair: local, security: 'starttls' });
    await script.play(`
      S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
      C: $ STARTTLS
      S: $ OK
      C: $ CAPABILITY
      S: * CAPABILITY IMAP4rev1
      S: $ OK
    `);
    expect((await client).info.tls).not.toBeNull();
  });

  it('and signed in already needs no password', async () => {
    const pass = vi.fn<() => string>(() => 'secret');
    const { client, script } = connecting({ pair: local, auth: { user: 'joe', pass } });
    await script.play('S: * PREAUTH [CAPABILITY IMAP4rev1] ready');
    expect((await client).state).toBe('authenticated');
    expect(pass).not.toHaveBeenCalled();
  });
});

describe('signing in', () => {
  it.each<[string, string, string, ConnectOptions['auth']]>([
    ['PLAIN at once', 'AUTH=PLAIN AUTH=LOGIN SASL-IR', `C: $ AUTHENTICATE PLAIN ${first}`, auth],
    ['PLAIN behind +', 'AUTH=PLAIN', `C: $ AUTHENTICATE PLAIN\nS: +\nC: ${first}`, auth],
    ['LOGIN, the command', 'AUTH=LOGIN', 'C: $ LOGIN joe secret', auth],
    [
      'LOGIN, the mechanism, where the command is disabled',
      'AUTH=LOGIN LOGINDISABLED',
      `C: $ AUTHENTICATE LOGIN\nS: +\nC: ${btoa('joe')}\nS: +\nC: ${btoa('secret')}`,
      auth,
    ],
    [
      'LOGIN, the mechanism, where it is asked for',
      'AUTH=PLAIN',
      `C: $ AUTHENTICATE LOGIN\nS: +\nC: ${btoa('joe')}\nS: +\nC: ${btoa('secret')}`,
      { ...auth, mechanism: 'LOGIN' },
    ],
  ])('%s', async (_how, capabilities, dialogue, how) => {
    const lines: string[] = [];
    const { client, script } = connecting({
      pair: tls,
      auth: how!,
      onLine: (direction, line) => lines.push(`${direction}: ${line}`),
    });
    await script.play(`S: * OK [CAPABILITY IMAP4rev1 ${capabilities}] ready\n${dialogue}\nS: $ OK in`);
    await script.play(`
      C: $ CAPABILITY
      S: * CAPABILITY IMAP4rev1 IDLE
      S: $ OK
    `);
    expect([...(await client).capabilities]).toEqual(['IMAP4REV1', 'IDLE']);
    expect(lines.join('\n')).not.toMatch(new RegExp(`secret|${first}|${btoa('secret')}`));
  });

  it('in a trace of several connections is seen, and its secret is not', async () => {
    const trace = new Trace();
    const lines: string[] = [];
    trace.on('line', ({ connection, direction, line }) =>
      lines.push(`${connection.number} ${direction}: ${line}`),
    );
    for (let count = 0; count < 2; count++) {
      const { client, script } = connecting({ pair: tls, auth, trace });
      await script.play(`
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: $ LOGIN joe secret
        S: * OK [ALERT] secret is a poor password
        S: $ OK [CAPABILITY IMAP4rev1] in
      `);
      const leaving = (await client).logout();
      await script.play('C: $ LOGOUT\nS: $ OK');
      await leaving;
    }
    expect(trace.commands.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'LOGIN OK',
      'LOGOUT OK',
      'LOGIN OK',
      'LOGOUT OK',
    ]);
    expect(new Set(lines.map((line) => line.split(' ', 1)[0])).size).toBe(2);
    expect(JSON.stringify([trace.commands, lines])).not.toContain('secret');
    expect(lines.filter((line) => line.includes('***'))).toHaveLength(4);
  });

  it('asks a function for the secret each time', async () => {
    const pass = vi.fn<() => Promise<string>>(() => Promise.resolve('secret'));
    for (let count = 1; count <= 2; count++) {
      const { client, script } = connecting({ pair: tls, auth: { user: 'joe', pass } });
      await script.play(`
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: $ LOGIN joe secret
        S: $ OK [CAPABILITY IMAP4rev1] in
      `);
      await client;
      expect(pass).toHaveBeenCalledTimes(count);
    }
  });

  it('ends where the secret never comes', async () => {
    const abort = new AbortController();
    const pass = () => new Promise<string>(() => {});
    const { client, script } = connecting({ pair: tls, auth: { user: 'joe', pass }, signal: abort.signal });
    await script.play('S: * OK [CAPABILITY IMAP4rev1] ready');
    await script.silence();
    abort.abort(new Error('enough'));
    expect(await failure(client)).toMatchObject({ message: 'enough' });
    await script.end();
  });

  it('is impossible where the server takes no password', async () => {
    const { client, script } = connecting({ pair: tls, auth });
    await script.play('S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=GSSAPI] ready');
    expect(await failure(client)).toMatchObject({ name: 'ImapCapabilityError', capability: 'AUTH=PLAIN' });
    await script.end();
  });

  it('refused rejects with the words of the server, and closes', async () => {
    const { client, script } = connecting({ pair: tls, auth });
    await script.play(`
      S: * OK [CAPABILITY IMAP4rev1] ready
      C: $ LOGIN joe secret
      S: $ NO [AUTHENTICATIONFAILED] wrong password
    `);
    expect(await failure(client)).toMatchObject({
      message: 'LOGIN: the server answered NO: wrong password',
      code: { name: 'AUTHENTICATIONFAILED' },
    });
    await script.end();
  });

  it('may be tried again by login()', async () => {
    const { client, script } = connecting({ pair: tls });
    await script.play('S: * OK [CAPABILITY IMAP4rev1] ready');
    const open = await client;
    const wrong = failure(open.login({ user: 'joe', pass: 'wrong' }));
    await script.play('C: $ LOGIN joe wrong\nS: $ NO no');
    expect(await wrong).toMatchObject({ name: 'ImapCommandError' });
    const right = open.login(auth);
    await script.play(`
      C: $ CAPABILITY
      S: * CAPABILITY IMAP4rev1
      S: $ OK
      C: $ LOGIN joe secret
      S: $ OK [CAPABILITY IMAP4rev1 IDLE] in
    `);
    await right;
    expect(open.state).toBe('authenticated');
  });
});

describe('connecting', () => {
  it('tells of what the server must say to a person, at the greeting and at login', async () => {
    const { client, script, told } = connecting({ pair: tls, auth });
    await script.play(`
      S: * OK [ALERT] maintenance at noon
      C: $ CAPABILITY
      S: * CAPABILITY IMAP4rev1
      S: $ OK
      C: $ LOGIN joe secret
      S: * NO [ALERT] your mailbox is full
      S: $ OK [ALERT] last login from the moon
      C: $ CAPABILITY
      S: * CAPABILITY IMAP4rev1
      S: $ OK
    `);
    await client;
    expect(told).toEqual([
      'alert maintenance at noon',
      'alert your mailbox is full',
      'alert last login from the moon',
    ]);
  });

  it('rejects with the error of the transport', async () => {
    const cause = new Error('no route');
    const refused = ImapClient.connect({ transport: () => Promise.reject(cause) });
    expect(await failure(refused)).toMatchObject({ message: 'could not connect: no route', cause });
  });

  it.each([
    ['the greeting', ''],
    ['CAPABILITY', 'S: * OK ready\nC: $ CAPABILITY'],
    ['STARTTLS', 'S: * OK [CAPABILITY STARTTLS] ready\nC: $ STARTTLS'],
    ['the handshake', 'S: * OK [CAPABILITY STARTTLS] ready\nC: $ STARTTLS\nS: $ OK'],
  ])('aborted at %s closes the connection', async (_step, dialogue) => {
    const abort = new AbortController();
    const { client, script } = connecting({
      auth,
      signal: abort.signal,
      pair: { startTls: () => new Promise(() => {}) },
    });
    await script.play(dialogue);
    await script.silence();
    abort.abort(new Error('enough'));
    expect(String(await failure(client))).toContain('enough');
    await script.end();
  });

  it('leaves no listener on its signal', async () => {
    const abort = new AbortController();
    const { client } = await openClient({ signal: abort.signal });
    abort.abort();
    expect(await settled(client.closed)).toBe('pending');
  });
});
