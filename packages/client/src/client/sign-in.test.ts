import { describe, expect, it, vi, afterEach } from 'vitest';
import { ScramServer } from '../node/testing/scram-server.ts';
import { failure } from '../session/testing/opened.ts';
import { memoryPair, testTls, type MemoryPairOptions, type MemoryServer } from '../transport/pair.ts';
import { ImapClient } from './client.ts';
import type { Auth, ConnectOptions } from './types.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const text = (word: string): string => Buffer.from(word, 'base64').toString();

/** A mechanism on the server: asks with a challenge, gives the tagged answer. The first word may be asked for with ''. */
type Exchange = (ask: (challenge: string) => Promise<string>) => Promise<string>;

const scramOf =
  (hash: 'SHA-1' | 'SHA-256' | 'SHA-512', pass = 'secret'): Exchange =>
  async (ask) => {
    const server = new ScramServer({ hash, pass });
    const signature = server.final(await ask(server.first(await ask(''))));
    if (signature === null) return 'NO [AUTHENTICATIONFAILED] no';
    return (await ask(signature)) === '' ? 'OK in' : 'BAD what?';
  };

const one =
  (answer: string): Exchange =>
  async (ask) => {
    await ask('');
    return answer;
  };

/** Serves sign-ins until the client goes; gives what it has seen: the commands, and the words in clear. */
async function serve(
  server: MemoryServer,
  capabilities: string,
  exchanges: Readonly<Record<string, Exchange | string>>,
): Promise<string[]> {
  const seen: string[] = [];
  const lines = linesOf(server);
  await server.send(`* OK [CAPABILITY IMAP4rev1 SASL-IR ${capabilities}] ready\r\n`);
  for await (const line of lines) {
    const [tag = '', command = '', ...words] = line.split(' ');
    if (command === 'CAPABILITY') {
      await server.send(`* CAPABILITY IMAP4rev1\r\n${tag} OK\r\n`);
      continue;
    }
    seen.push([command, command === 'AUTHENTICATE' ? words[0] : words.join(' ')].join(' '));
    const exchange = exchanges[words[0] ?? ''] ?? exchanges[command] ?? 'OK';
    let initial = words[1];
    const ask = async (challenge: string): Promise<string> => {
      let word = initial;
      initial = undefined;
      if (word === undefined) {
        await server.send(`+ ${base64(challenge)}\r\n`);
        word = (await lines.next()).value ?? '';
      }
      if (word === '*') throw new Error('cancelled');
      seen.push(text(word));
      return text(word);
    };
    const answer = typeof exchange === 'string' ? exchange : await exchange(ask).catch(() => 'BAD cancelled');
    // A client that has been lied to may be gone already.
    await server.send(`${tag} ${answer}\r\n`).catch(() => {});
  }
  return seen;
}

async function* linesOf(server: MemoryServer): AsyncGenerator<string, undefined, undefined> {
  let rest = '';
  for await (const chunk of server.readable as unknown as AsyncIterable<Uint8Array>) {
    rest += Buffer.from(chunk).toString();
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      yield line;
    }
  }
}

const password: Auth = { user: 'joe', pass: 'secret' };
const protectedLine: MemoryPairOptions = { tls: testTls };

interface Attempt {
  readonly auth?: Auth;
  readonly pair?: MemoryPairOptions;
  readonly security?: ConnectOptions['security'];
  readonly exchanges?: Readonly<Record<string, Exchange | string>>;
}

/** Signs in; what the server saw, and the error, where there was one. */
async function attempt(
  capabilities: string,
  more: Attempt = {},
): Promise<{ seen: string[]; error: unknown }> {
  const { auth = password, pair = protectedLine, security, exchanges = {} } = more;
  const { client, server } = memoryPair(pair);
  const serving = serve(server, capabilities, exchanges);
  const connecting = ImapClient.connect({
    transport: () => Promise.resolve(client),
    auth,
    autoIdle: false,
    ...(security && { security }),
  });
  const error = await connecting.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error === null) {
    const connected = await connecting;
    expect(connected.state).toBe('authenticated');
    client.close();
  }
  return { seen: await serving, error };
}

const ways = (seen: readonly string[]): string[] =>
  seen.filter((line) => /^(AUTHENTICATE|LOGIN)/.test(line)).map((line) => line.replace('AUTHENTICATE ', ''));

const everything =
  'AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5 AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-512 AUTH=XOAUTH2 AUTH=OAUTHBEARER';
const able: Readonly<Record<string, Exchange>> = {
  'SCRAM-SHA-512': scramOf('SHA-512'),
  'SCRAM-SHA-256': scramOf('SHA-256'),
  'SCRAM-SHA-1': scramOf('SHA-1'),
  'CRAM-MD5': async (ask) => ((await ask('<1@x>')) === 'joe 4453c3d0fd168792d565c728b4df6739' ? 'OK' : 'NO'),
  PLAIN: one('OK'),
  LOGIN: async (ask) => ((await ask('User')) === 'joe' && (await ask('Pass')) === 'secret' ? 'OK' : 'NO'),
};

describe('with a password', () => {
  it.each<[string, string, MemoryPairOptions, string]>([
    ['everything', everything, protectedLine, 'SCRAM-SHA-512'],
    ['SHA-256 and SHA-1', 'AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256 AUTH=PLAIN', protectedLine, 'SCRAM-SHA-256'],
    ['SHA-1', 'AUTH=SCRAM-SHA-1 AUTH=PLAIN', protectedLine, 'SCRAM-SHA-1'],
    ['channel binding alone', 'AUTH=SCRAM-SHA-256-PLUS AUTH=PLAIN', protectedLine, 'PLAIN'],
    ['CRAM-MD5 on a protected line', 'AUTH=CRAM-MD5 AUTH=PLAIN', protectedLine, 'PLAIN'],
    ['CRAM-MD5 on a plain line', 'AUTH=CRAM-MD5 AUTH=PLAIN', {}, 'CRAM-MD5'],
    ['CRAM-MD5 on a local line', 'AUTH=CRAM-MD5 AUTH=PLAIN', { local: true }, 'PLAIN'],
    ['CRAM-MD5 alone', 'AUTH=CRAM-MD5 LOGINDISABLED', protectedLine, 'CRAM-MD5'],
    ['nothing', '', protectedLine, 'LOGIN joe secret'],
    ['LOGIN', 'AUTH=LOGIN', protectedLine, 'LOGIN joe secret'],
    ['LOGIN, not as a command', 'AUTH=LOGIN LOGINDISABLED', protectedLine, 'LOGIN'],
    ['PLAIN on a plain line that was asked for', 'AUTH=PLAIN', {}, 'PLAIN'],
    ['SCRAM on a plain line', 'AUTH=PLAIN AUTH=SCRAM-SHA-1 AUTH=CRAM-MD5', {}, 'SCRAM-SHA-1'],
  ])('where the server has %s', async (_what, capabilities, pair, way) => {
    const exchanges = way.startsWith('LOGIN joe') ? {} : able;
    const { seen, error } = await attempt(capabilities, { pair, security: 'none', exchanges });
    expect(error).toBeNull();
    expect(ways(seen)).toEqual([way]);
  });

  it.each(['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5', 'PLAIN', 'LOGIN'] as const)(
    '%s because it is insisted on, named by the server or not',
    async (mechanism) => {
      const { seen, error } = await attempt('', { auth: { ...password, mechanism }, exchanges: able });
      expect(error).toBeNull();
      expect(ways(seen)).toEqual([mechanism]);
    },
  );

  it('what SCRAM sends tells nobody the password', async () => {
    const { seen } = await attempt(everything, { exchanges: able });
    expect(seen.join('\n')).toContain('n,,n=joe,r=');
    expect(seen.join('\n')).not.toContain('secret');
  });

  it('a wrong one is tried once', async () => {
    const auth = { user: 'joe', pass: 'wrong' };
    const { seen, error } = await attempt(everything, { auth, exchanges: able });
    expect(ways(seen)).toEqual(['SCRAM-SHA-512']);
    expect(error).toMatchObject({ name: 'ImapCommandError', command: 'AUTHENTICATE SCRAM-SHA-512' });
  });

  it.each<[string, Exchange | string, boolean]>([
    ['BAD at once', 'BAD unknown mechanism', true],
    ['NO at once', 'NO no such mechanism', true],
    ['NO [CANNOT]', 'NO [CANNOT] not for you', true],
    ['NO behind the first word', one('NO no secret of that kind'), true],
    ['NO [AUTHENTICATIONFAILED] at once', 'NO [AUTHENTICATIONFAILED] no', false],
    ['NO [UNAVAILABLE]', 'NO [UNAVAILABLE] later', false],
    [
      'NO behind the proof',
      async (ask) => {
        await ask(new ScramServer({ hash: 'SHA-256', pass: '' }).first(await ask('')));
        return 'NO wrong';
      },
      false,
    ],
    [
      'a million iterations',
      async (ask) => {
        await ask(new ScramServer({ hash: 'SHA-256', pass: '', iterations: 1_000_000 }).first(await ask('')));
        return 'OK';
      },
      false,
    ],
    [
      'a wrong signature',
      async (ask) => {
        await ask(new ScramServer({ hash: 'SHA-256', pass: '' }).first(await ask('')));
        await ask('v=AAAA');
        return 'OK';
      },
      false,
    ],
  ])('SCRAM answered with %s', async (_how, exchange, goesOn) => {
    const { seen, error } = await attempt('AUTH=SCRAM-SHA-256 AUTH=PLAIN', {
      exchanges: { 'SCRAM-SHA-256': exchange, PLAIN: one('OK') },
    });
    expect(ways(seen)).toEqual(goesOn ? ['SCRAM-SHA-256', 'PLAIN'] : ['SCRAM-SHA-256']);
    expect(error === null).toBe(goesOn);
  });

  it('a plain line whose server has a challenge and will not have it answered carries nothing that can be read', async () => {
    const { seen, error } = await attempt('AUTH=SCRAM-SHA-256 AUTH=CRAM-MD5 AUTH=PLAIN', {
      pair: {},
      security: 'opportunistic',
      exchanges: { 'SCRAM-SHA-256': 'BAD what?', 'CRAM-MD5': 'NO no such mechanism' },
    });
    expect(ways(seen)).toEqual(['SCRAM-SHA-256', 'CRAM-MD5']);
    expect(error).toMatchObject({ name: 'ImapCommandError', command: 'AUTHENTICATE CRAM-MD5' });
  });

  it('the last way left is refused with the words of the server', async () => {
    const { seen, error } = await attempt('AUTH=SCRAM-SHA-256 AUTH=PLAIN', {
      exchanges: { 'SCRAM-SHA-256': 'BAD what?', PLAIN: one('NO wrong') },
    });
    expect(ways(seen)).toEqual(['SCRAM-SHA-256', 'PLAIN']);
    expect(error).toMatchObject({ message: 'AUTHENTICATE PLAIN: the server answered NO: wrong' });
  });

  it('one that SCRAM cannot take goes with PLAIN', async () => {
    const auth = { user: 'joe', pass: 'a\tb' };
    const { seen, error } = await attempt('AUTH=SCRAM-SHA-256 AUTH=PLAIN', { auth, exchanges: able });
    expect(error).toBeNull();
    expect(seen).toEqual(['AUTHENTICATE PLAIN', '\0joe\0a\tb']);
  });

  it.each<[string, Exchange]>([
    ['before its first message', one('OK in')],
    [
      'before its last message',
      async (ask) => {
        await ask(new ScramServer({ hash: 'SHA-256', pass: 'secret' }).first(await ask('')));
        return 'OK in';
      },
    ],
    [
      'with its signature beside it',
      async (ask) => {
        const server = new ScramServer({ hash: 'SHA-256', pass: 'secret' });
        const signature = server.final(await ask(server.first(await ask(''))));
        return `OK ${base64(signature!)}`;
      },
    ],
    [
      'behind a complaint',
      async (ask) => {
        await ask(new ScramServer({ hash: 'SHA-256', pass: 'secret' }).first(await ask('')));
        await ask('e=other-error');
        return 'OK in';
      },
    ],
  ])('a server that says OK %s is not trusted', async (_when, exchange) => {
    const { seen, error } = await attempt('AUTH=SCRAM-SHA-256 AUTH=PLAIN', {
      exchanges: { 'SCRAM-SHA-256': exchange },
    });
    expect(ways(seen)).toEqual(['SCRAM-SHA-256']);
    expect(error).toMatchObject({ name: 'ImapConnectionError' });
    expect(String(error)).toContain('has not shown that it knows the password');
  });

  it('what the server complains of is told', async () => {
    const { error } = await attempt('AUTH=SCRAM-SHA-1', {
      exchanges: {
        'SCRAM-SHA-1': async (ask) => {
          await ask(new ScramServer({ hash: 'SHA-1', pass: 'secret' }).first(await ask('')));
          await ask('e=invalid-proof');
          return 'NO [AUTHENTICATIONFAILED] no';
        },
      },
    });
    expect(error).toMatchObject({ message: expect.stringContaining('NO: no (invalid-proof)') });
  });

  it('as many iterations as are allowed', async () => {
    const { error } = await attempt('AUTH=SCRAM-SHA-1', {
      auth: { user: 'joe', pass: 'secret', maxIterations: 15 },
      exchanges: able,
    });
    expect(String(error)).toContain('the server wants 16 iterations; 1 to 15 are allowed');
  });
});

describe('without crypto.subtle', () => {
  const stub = (): void => {
    const { crypto } = globalThis;
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  };

  it('another way is taken', async () => {
    stub();
    const { seen, error } = await attempt(everything, { exchanges: able });
    expect(error).toBeNull();
    expect(ways(seen)).toEqual(['PLAIN']);
  });

  it('SCRAM that is insisted on says why not', async () => {
    stub();
    const pass = vi.fn<() => string>(() => 'secret');
    const auth: Auth = { user: 'joe', pass, mechanism: 'SCRAM-SHA-256' };
    const { seen, error } = await attempt(everything, { auth });
    expect(error).toMatchObject({
      name: 'ImapStateError',
      message: expect.stringContaining('crypto.subtle'),
    });
    expect(seen).toEqual([]);
    expect(pass).not.toHaveBeenCalled();
  });

  it('a server with SCRAM alone says why not', async () => {
    stub();
    const { error } = await attempt('AUTH=SCRAM-SHA-256 LOGINDISABLED');
    expect(error).toMatchObject({ name: 'ImapCapabilityError' });
    expect(String(error)).toContain('it offers SCRAM-SHA-256; SCRAM needs');
  });
});

describe('with an access token', () => {
  const token: Auth = { user: 'joe', accessToken: () => Promise.resolve('ya29.x') };
  const bearer = 'n,a=joe,\x01auth=Bearer ya29.x\x01\x01';
  const xoauth = 'user=joe\x01auth=Bearer ya29.x\x01\x01';

  it.each<[string, string, Auth, string[]]>([
    ['both', 'AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=PLAIN', token, ['AUTHENTICATE OAUTHBEARER', bearer]],
    ['XOAUTH2', 'AUTH=XOAUTH2 AUTH=PLAIN', token, ['AUTHENTICATE XOAUTH2', xoauth]],
    [
      'both, one insisted on',
      everything,
      { ...token, mechanism: 'XOAUTH2' },
      ['AUTHENTICATE XOAUTH2', xoauth],
    ],
  ])('where the server has %s', async (_what, capabilities, auth, seen) => {
    const exchanges = { OAUTHBEARER: one('OK'), XOAUTH2: one('OK') };
    expect(await attempt(capabilities, { auth, exchanges })).toEqual({ seen, error: null });
  });

  it('is not possible where the server takes none', async () => {
    const { seen, error } = await attempt('AUTH=PLAIN', { auth: token });
    expect(error).toMatchObject({ name: 'ImapCapabilityError', capability: 'AUTH=OAUTHBEARER' });
    expect(seen).toEqual([]);
  });

  it.each<[ConnectOptions['security'], MemoryPairOptions, boolean]>([
    ['opportunistic', {}, false],
    ['none', {}, true],
    ['required', { local: true }, true],
  ])('with security %s on a line that is not encrypted', async (security, pair, passes) => {
    const accessToken = vi.fn<() => string>(() => 'tok');
    const { seen, error } = await attempt('AUTH=XOAUTH2', {
      auth: { user: 'joe', accessToken },
      pair,
      security,
      exchanges: { XOAUTH2: one('OK') },
    });
    expect(error === null).toBe(passes);
    expect(accessToken).toHaveBeenCalledTimes(passes ? 1 : 0);
    if (!passes) expect(String(error)).toContain('not sent on an unencrypted line');
    expect(ways(seen)).toEqual(passes ? ['XOAUTH2'] : []);
  });

  it.each<['OAUTHBEARER' | 'XOAUTH2', string]>([
    ['OAUTHBEARER', '\x01'],
    ['XOAUTH2', ''],
  ])('%s refused tells what the server has said', async (mechanism, dummy) => {
    const json = '{"status":"invalid_token","scope":"mail"}';
    const { seen, error } = await attempt('', {
      auth: { ...token, mechanism },
      exchanges: {
        [mechanism]: async (ask) => {
          await ask('');
          await ask(json);
          return 'NO [AUTHENTICATIONFAILED] no';
        },
      },
    });
    expect(seen.at(-1)).toBe(dummy);
    expect(error).toMatchObject({
      message: `AUTHENTICATE ${mechanism}: the server answered NO: no (${json})`,
    });
  });
});

describe('otherwise', () => {
  it.each<[string, Auth, string[]]>([
    ['EXTERNAL', { mechanism: 'EXTERNAL' }, ['AUTHENTICATE EXTERNAL', '']],
    ['EXTERNAL as somebody', { mechanism: 'EXTERNAL', user: 'jö' }, ['AUTHENTICATE EXTERNAL', 'jö']],
    ['ANONYMOUS', { mechanism: 'ANONYMOUS', trace: 'a@b' }, ['AUTHENTICATE ANONYMOUS', 'a@b']],
    [
      'a mechanism of our own',
      {
        mechanism: () => ({ name: 'X-OWN', initial: Buffer.from('me'), respond: (challenge) => challenge }),
      },
      ['AUTHENTICATE X-OWN', 'me', 'echo'],
    ],
  ])('%s', async (_what, auth, seen) => {
    const exchanges: Record<string, Exchange> = {
      EXTERNAL: one('OK'),
      ANONYMOUS: one('OK'),
      'X-OWN': async (ask) => {
        await ask('');
        return (await ask('echo')) === 'echo' ? 'OK' : 'NO';
      },
    };
    expect(await attempt('', { auth, exchanges })).toEqual({ seen, error: null });
  });

  it('login() keeps to the security that connect() was given', async () => {
    const { client, server } = memoryPair();
    const serving = serve(server, 'AUTH=XOAUTH2', { XOAUTH2: one('OK') });
    const connected = await ImapClient.connect({
      transport: () => Promise.resolve(client),
      security: 'none',
      autoIdle: false,
    });
    await connected.login({ user: 'joe', accessToken: 'tok' });
    expect(connected.state).toBe('authenticated');
    client.close();
    expect(ways(await serving)).toEqual(['XOAUTH2']);
  });

  it('a challenge of a mebibyte is refused, and the session goes on', async () => {
    const { client, server } = memoryPair(protectedLine);
    const serving = serve(server, '', {
      PLAIN: async (ask) => {
        await ask('');
        await ask('x'.repeat(1024 * 1024));
        return 'OK';
      },
    });
    const connected = await ImapClient.connect({ transport: () => Promise.resolve(client), autoIdle: false });
    const refused = await failure(connected.login({ ...password, mechanism: 'PLAIN' }));
    expect(String(refused)).toContain('octets; that is no challenge');
    expect(connected.state).toBe('notAuthenticated');
    await connected.login(password);
    client.close();
    expect(ways(await serving)).toEqual(['PLAIN', 'LOGIN joe secret']);
  });
});
