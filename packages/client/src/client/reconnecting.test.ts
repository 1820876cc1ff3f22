import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, settled } from '../session/testing/opened.ts';
import { ImapCommandError, ImapConnectionError } from '../session/errors.ts';
import { TransportError } from '../transport/byte-stream.ts';
import { testTls } from '../transport/pair.ts';
import { ImapClient } from './client.ts';
import { reconnecting, type ReconnectOptions } from './reconnecting.ts';
import { MailServer } from './testing/mail-server.ts';
import type { ClientEvents, ConnectOptions, MailboxResync } from './types.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

interface Kept {
  readonly client: ImapClient;
  readonly told: string[];
  readonly resyncs: MailboxResync[];
  readonly attempts: ClientEvents['reconnecting'][];
}

async function open(
  server: MailServer,
  {
    reconnect = {},
    ...options
  }: Partial<Omit<ConnectOptions, 'reconnect'>> & { readonly reconnect?: ReconnectOptions } = {},
  mailbox: string | null = 'INBOX',
): Promise<Kept> {
  const told: string[] = [];
  const resyncs: MailboxResync[] = [];
  const attempts: ClientEvents['reconnecting'][] = [];
  const client = await ImapClient.connect({
    transport: server.transport,
    auth: { user: 'joe', pass: 'secret' },
    autoIdle: false,
    reconnect: reconnecting(reconnect),
    on: {
      reconnecting: (event) => {
        attempts.push(event);
        told.push(`reconnecting ${event.attempt} in ${event.delayMs}`);
      },
      reconnected: () => told.push('reconnected'),
      resync: (event) => {
        resyncs.push(event);
        told.push('resync');
      },
      close: ({ error }) => told.push(`close ${error?.message}`),
    },
    ...options,
  });
  if (mailbox !== null) await client.select(mailbox);
  return { client, told, resyncs, attempts };
}

/** A server with five messages. */
function mailServer(capabilities = ''): MailServer {
  const server = new MailServer();
  server.capabilities += ` ${capabilities}`;
  server.inbox.add(5);
  return server;
}

/** Dies once, at the first command that matches. */
function dieAt(server: MailServer, pattern: RegExp, death: 'before' | 'after' | 'inAnswer', times = 1): void {
  let left = times;
  server.fate = (command) => {
    if (left === 0 || !pattern.test(command)) return null;
    left -= 1;
    return death;
  };
}

describe('a lost connection', () => {
  it('is followed by another: signed in, the mailbox selected, and told', async () => {
    const server = mailServer();
    const { client, told, resyncs } = await open(server);
    server.cut();
    await pass(0);
    expect(client.state).toBe('reconnecting');
    expect(client.mailbox?.name).toBe('INBOX');
    await pass(249);
    expect(server.attempts).toBe(1);
    await pass(1);
    expect(client.state).toBe('selected');
    expect(told).toEqual(['reconnecting 1 in 250', 'reconnected', 'resync']);
    expect(server.last.heard).toEqual([
      'CAPABILITY',
      'LOGIN joe secret',
      'CAPABILITY',
      'SELECT INBOX',
      'UID SEARCH ALL',
      'UID FETCH 1:5 (UID FLAGS)',
    ]);
    expect(resyncs[0]).toMatchObject({ mailbox: 'INBOX', vanished: [], added: [], how: 'compare' });
    expect(await settled(client.closed)).toBe('pending');
    await client.logout();
    expect(await client.closed).toBeNull();
    expect(told.at(-1)).toBe('close undefined');
  });

  it('without `reconnect` is the end', async () => {
    const server = mailServer();
    const { client, told } = await open(server, {});
    const plain = await ImapClient.connect({ transport: server.transport, auth: { user: 'joe', pass: 'x' } });
    server.cut();
    expect(await plain.closed).toBeInstanceOf(ImapConnectionError);
    expect(plain.state).toBe('logout');
    await client.logout();
    expect(told).toEqual(['close undefined']);
  });

  it('is followed by longer and longer waits, half of each by chance, which a page that wakes cuts short', async () => {
    const server = mailServer();
    const { told, client, attempts } = await open(server, { reconnect: { longestMs: 2000 } });
    server.refuse = new TransportError('unreachable', 'connect', 'no way');
    server.cut();
    await pass(20_000);
    expect(told.slice(0, 5)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `reconnecting ${n} in ${[250, 500, 1000, 1000, 1000][n - 1]}`),
    );
    expect(attempts[1]?.error.message).toContain('no way');
    vi.mocked(Math.random).mockReturnValue(0.999999);
    await pass(1000);
    expect(attempts.at(-1)!.delayMs).toBe(2000);
    server.refuse = null;
    attempts.at(-1)!.now();
    await pass(0);
    expect(client.state).toBe('selected');
  });

  it.each(['online', 'pageshow'])('is followed at once when the page hears of %s', async (type) => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const server = mailServer();
    const { client } = await open(server);
    server.cut();
    await pass(0);
    page.dispatchEvent(new Event(type));
    await pass(0);
    expect(client.state).toBe('selected');
    vi.unstubAllGlobals();
  });

  it('that is lost again and again at once is waited for longer and longer', async () => {
    const server = mailServer();
    const { told, client } = await open(server);
    for (const ms of [250, 500, 1000]) {
      server.cut();
      await pass(0);
      expect(told.at(-1)).toMatch(new RegExp(`in ${ms}$`));
      await pass(ms);
      expect(client.state).toBe('selected');
    }
    await pass(31_000);
    server.cut();
    await pass(0);
    expect(told.at(-1)).toBe('reconnecting 1 in 250');
  });

  it('of a client that only examined a mailbox is examined again; one without a mailbox selects none', async () => {
    const server = mailServer();
    const { client } = await open(server, {}, null);
    server.cut();
    await pass(250);
    expect(server.last.heard).not.toContain('SELECT INBOX');
    expect(client.state).toBe('authenticated');
    await client.select('INBOX', { readOnly: true });
    server.cut();
    await pass(500);
    expect(server.last.heard).toContain('EXAMINE INBOX');
    expect(client.mailbox?.readOnly).toBe(true);
  });

  it('is followed by the mailbox that was meant, where no name reaches it', async () => {
    const server = mailServer();
    server.mailboxes.set('A&B', server.inbox);
    const { client } = await open(server, {}, null);
    const raw = new TextEncoder().encode('A&B');
    expect(await client.select({ name: 'A&B', raw })).toMatchObject({ name: 'A&B', raw });
    server.cut();
    await pass(250);
    expect(server.last.heard).toContain('SELECT A&B');
    expect(client.mailbox).toMatchObject({ name: 'A&B', raw });
  });

  it('asks anew for a secret that is a function, and again where that failed', async () => {
    const server = mailServer();
    let asked = 0;
    const secret = vi.fn<() => Promise<string>>(async () => {
      asked += 1;
      if (asked === 2) throw new TypeError('fetch failed');
      return `token${asked}`;
    });
    const { client } = await open(server, { auth: { user: 'joe', pass: secret } });
    server.cut();
    await pass(1000);
    expect(client.state).toBe('selected');
    expect(server.passwords).toEqual(['token1', 'token3']);
  });

  it('signs in again as `login` has', async () => {
    const server = mailServer();
    const client = await ImapClient.connect({
      transport: server.transport,
      autoIdle: false,
      reconnect: reconnecting(),
    });
    await client.login({ user: 'ann', pass: 'hers' });
    server.cut();
    await pass(250);
    expect(server.passwords).toEqual(['hers', 'hers']);
    expect(client.state).toBe('authenticated');
  });
});

describe('it gives up', () => {
  it.each(['NO wrong', 'NO [AUTHENTICATIONFAILED] wrong', 'NO [EXPIRED] old'])(
    'where the server answers %s',
    async (login) => {
      const server = mailServer();
      const { client, told } = await open(server);
      server.login = login;
      server.cut();
      await pass(0);
      const noop = failure(client.noop());
      await pass(250);
      expect(await client.closed).toBeInstanceOf(ImapCommandError);
      expect(await noop).toMatchObject({
        name: 'ImapConnectionError',
        sent: 'nothing',
        cause: { name: 'ImapCommandError' },
      });
      expect(client.state).toBe('logout');
      expect(client.mailbox).toBeNull();
      await pass(100_000);
      expect(server.attempts).toBe(2);
      expect(told.at(-1)).toMatch(/^close .*(wrong|old)/);
      expect(await failure(client.noop())).toBeInstanceOf(ImapConnectionError);
    },
  );

  it.each(['NO [UNAVAILABLE] later', 'NO [LIMIT] too many', 'NO [INUSE] busy'])(
    'but not where it answers %s',
    async (login) => {
      const server = mailServer();
      const { client } = await open(server);
      server.login = login;
      server.cut();
      await pass(700);
      expect(client.state).toBe('reconnecting');
      server.login = 'OK in';
      await pass(1000);
      expect(client.state).toBe('selected');
    },
  );

  it.each<[string, Error]>([
    ['where the bridge does not let us', new TransportError('policy', 'policy', 'not allowed')],
    [
      'where the certificate cannot be trusted',
      new TransportError('tls', 'tls', 'expired', {
        tls: { ...testTls, authorizationError: 'CERT_HAS_EXPIRED' },
      }),
    ],
    ['where the token has no right form', new RangeError('a token that cannot be sent')],
  ])('%s', async (_why, error) => {
    const server = mailServer();
    const { client } = await open(server);
    server.refuse = error;
    server.cut();
    await pass(250);
    expect(await client.closed).toMatchObject({ name: 'ImapConnectionError', cause: error });
    await pass(60_000);
    expect(server.attempts).toBe(2);
  });

  it('where STARTTLS is suddenly missing, before any secret is sent', async () => {
    const server = mailServer('STARTTLS');
    server.pair = {};
    const { client } = await open(server, { security: 'opportunistic' });
    expect(client.info.tls).not.toBeNull();
    server.capabilities = server.capabilities.replace('STARTTLS', '');
    server.cut();
    await pass(250);
    expect(await client.closed).toMatchObject({ name: 'ImapCapabilityError', capability: 'STARTTLS' });
    expect(server.passwords).toHaveLength(1);
  });

  it('where the certificate is no longer verified', async () => {
    const server = mailServer();
    server.pair = { tls: testTls };
    const { client } = await open(server);
    server.pair = { tls: { ...testTls, verified: false } };
    server.cut();
    await pass(250);
    expect(await client.closed).toMatchObject({ message: expect.stringContaining('no longer verified') });
  });

  it('after so many attempts, or so long', async () => {
    const server = mailServer();
    const { client } = await open(server, { reconnect: { attempts: 3 } });
    const other = await open(server, { reconnect: { outageMs: 5000 } });
    server.refuse = new TransportError('unreachable', 'connect', 'no way');
    for (const connection of server.connections) connection.server.cut();
    await pass(2000);
    expect(await client.closed).toMatchObject({
      message: expect.stringMatching(/gave up after 3 attempts .*no way/),
    });
    expect(await settled(other.client.closed)).toBe('pending');
    await pass(8000);
    expect(await other.client.closed).toMatchObject({ message: expect.stringMatching(/gave up/) });
  });

  it('at logout, at once and without an error', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.refuse = new TransportError('unreachable', 'connect', 'no way');
    server.cut();
    await pass(1000);
    const noop = failure(client.noop());
    await client.logout();
    expect(await client.closed).toBeNull();
    expect(await noop).toMatchObject({ sent: 'nothing' });
    const { attempts } = server;
    await pass(60_000);
    expect(server.attempts).toBe(attempts);
  });

  it('at logout in the middle of an attempt, which is closed', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.greeting = '* OK slow';
    server.fate = (command) => (command.startsWith('LOGIN') ? [] : null);
    server.cut();
    await pass(250);
    expect(server.last.heard.at(-1)).toContain('LOGIN');
    await client.logout();
    expect(await client.closed).toBeNull();
    expect(await server.last.server.receiveLine().catch(() => null)).toBeNull();
  });

  it('never at first: the first connection has to succeed', async () => {
    const server = mailServer();
    server.refuse = new TransportError('unreachable', 'connect', 'no way');
    await expect(open(server)).rejects.toBeInstanceOf(ImapConnectionError);
    server.refuse = null;
    server.attempts = 0;
    dieAt(server, /^LOGIN/, 'after');
    await expect(open(server)).rejects.toMatchObject({ name: 'ImapConnectionError', sent: 'all' });
    await pass(60_000);
    expect(server.attempts).toBe(1);
  });
});

describe('calls', () => {
  it('that were not sent wait, in their order, and are sent once', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.cut();
    await pass(0);
    const appended = client.append('INBOX', 'a message');
    const stored = client.store(2, { add: ['\\Seen'] });
    await pass(250);
    await Promise.all([appended, stored]);
    expect(server.last.heard.slice(-2)).toEqual([
      'APPEND INBOX {9+}a message',
      'UID STORE 2 +FLAGS (\\Seen)',
    ]);
    expect(server.count('APPEND')).toBe(1);
  });

  it.each(['before', 'after', 'inAnswer'] as const)(
    'that do no harm twice are sent again: the line is cut %s',
    async (death) => {
      const server = mailServer();
      const { client } = await open(server);
      const calls = {
        'UID SEARCH ALL': () => client.search({}),
        'UID STORE': () => client.store('1:2', { add: ['\\Seen'] }),
        'UID FETCH': async () => (await client.fetch('1:3', { flags: true }).toArray()).map(({ uid }) => uid),
        LIST: async () => (await client.list().toArray()).length,
        NOOP: () => client.noop(),
      };
      const expected: Record<string, unknown> = {
        'UID SEARCH ALL': [1, 2, 3, 4, 5],
        'UID FETCH': [1, 2, 3],
        LIST: 1,
      };
      for (const [name, call] of Object.entries(calls)) {
        dieAt(server, new RegExp(`^${name}`), death);
        const answer = call();
        await pass(31_000);
        const result = await answer;
        expect(result, name).toEqual(name in expected ? expected[name] : result);
        await pass(31_000);
      }
      expect(server.inbox.messages.filter(({ flags }) => flags.has('\\Seen'))).toHaveLength(2);
    },
  );

  it.each(['before', 'after', 'inAnswer'] as const)(
    'that may do harm twice are not: the line is cut %s',
    async (death) => {
      const server = mailServer();
      const { client } = await open(server);
      dieAt(server, /^APPEND/, death);
      const appended = failure(client.append('INBOX', 'a message'));
      await pass(300);
      expect(await appended).toMatchObject({
        name: 'ImapConnectionError',
        sent: 'all',
        message: expect.stringContaining('APPEND got no answer'),
      });
      expect(server.count('APPEND')).toBe(death === 'before' ? 0 : 1);
      expect(client.state).toBe('selected');
      for (const call of [() => client.copy(1, 'INBOX'), () => client.expunge(), () => client.create('x')]) {
        dieAt(server, /^(UID COPY|EXPUNGE|CREATE)/, death);
        const lost = failure(call());
        await pass(31_000);
        expect(await lost).toMatchObject({ sent: 'all' });
        await pass(31_000);
      }
    },
  );

  it('whose literal was cut off are sent whole: the server had no use for a part', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.last.server.cut({ sent: 70_000 });
    const appended = client.append('INBOX', 'x'.repeat(200_000));
    await pass(250);
    await appended;
    expect(server.count('APPEND')).toBe(1);
    expect(server.inbox.messages).toHaveLength(6);
  });

  it('whose literal came out of a stream cannot be, and are told', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.last.server.cut({ sent: 70_000 });
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(10_000).fill(120)),
    });
    const appended = failure(client.append('INBOX', { size: 200_000, stream }));
    await pass(250);
    expect(await appended).toMatchObject({ name: 'ImapConnectionError', sent: 'part' });
    expect(server.count('APPEND')).toBe(0);
  });

  it('by sequence number are never sent on another connection', async () => {
    const server = mailServer();
    const { client } = await open(server);
    dieAt(server, /^FETCH/, 'after');
    const sent = failure(client.fetch(1, { flags: true }, { uid: false }).toArray());
    await pass(0);
    const waiting = failure(client.store(1, { add: ['x'] }, { uid: false }));
    await pass(250);
    expect(await sent).toMatchObject({ sent: 'all' });
    expect(await waiting).toMatchObject({ sent: 'nothing', message: expect.stringContaining('use UIDs') });
    expect(server.last.heard.join()).not.toMatch(/,(FETCH|STORE)/);
  });

  it('that speak of a saved result are never sent on another connection, nor is a conditional change repeated', async () => {
    const server = mailServer('SEARCHRES CONDSTORE');
    const { client } = await open(server);
    dieAt(server, /^UID STORE/, 'after');
    const stored = failure(client.store(1, { add: ['x'] }, { unchangedSince: 1n }));
    await pass(0);
    const fetched = failure(client.fetch('$', { flags: true }).toArray());
    await pass(250);
    expect(await stored).toMatchObject({ sent: 'all' });
    expect(await fetched).toMatchObject({
      sent: 'nothing',
      message: expect.stringContaining('saved results'),
    });
    expect(server.last.heard.join()).not.toMatch(/STORE|\$/);
  });

  it('wait so long and no longer', async () => {
    const server = mailServer();
    const { client } = await open(server, { reconnect: { callMs: 5000 } });
    server.refuse = new TransportError('unreachable', 'connect', 'no way');
    server.cut();
    const noop = failure(client.noop());
    await pass(0);
    const list = failure(client.list().toArray());
    await pass(5000);
    const error = {
      name: 'ImapConnectionError',
      message: expect.stringMatching(/no connection .*no way.* within 5 s/),
    };
    expect(await noop).toMatchObject(error);
    expect(await list).toMatchObject({ ...error, sent: 'nothing' });
    server.refuse = null;
    await pass(30_000);
    expect(client.state).toBe('selected');
    expect(server.last.heard).not.toContain('NOOP');
  });

  it('that are aborted meanwhile are withdrawn', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.cut();
    await pass(0);
    const stop = new AbortController();
    const noop = failure(client.noop({ signal: stop.signal }));
    stop.abort();
    expect(await noop).toMatchObject({ name: 'AbortError' });
    expect(await failure(client.noop({ signal: stop.signal }))).toMatchObject({ name: 'AbortError' });
    await pass(250);
    expect(server.last.heard).not.toContain('NOOP');
  });

  it('that kill the connection each time are given up', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.fate = (command) => (command.startsWith('LIST') ? 'after' : null);
    const list = failure(client.list().toArray());
    await pass(60_000);
    expect(await list).toMatchObject({ name: 'ImapConnectionError', sent: 'all' });
    expect(server.count('LIST')).toBe(3);
    expect(client.state).toBe('selected');
  });

  it('to another mailbox, and those behind them, follow the mailbox that was open', async () => {
    const server = mailServer();
    server.mailboxes.set('Other', server.inbox);
    const { client } = await open(server);
    server.cut();
    await pass(0);
    const selected = client.select('Other');
    const rows = client.fetch('1:*', { flags: true }, { uid: false }).toArray();
    rows.catch(() => {});
    await pass(250);
    expect((await selected).name).toBe('Other');
    expect(server.last.heard.slice(-2)).toEqual(['SELECT Other', 'FETCH 1:* (UID FLAGS)']);
  });

  it('during SELECT: it is sent again, and its answer is that of the new connection', async () => {
    const server = mailServer();
    server.mailboxes.set('Other', server.inbox);
    const { client } = await open(server);
    dieAt(server, /^SELECT Other/, 'inAnswer');
    const selected = client.select('Other');
    await pass(250);
    expect(await selected).toMatchObject({ name: 'Other', exists: 5, uidValidity: 7 });
    expect(client.mailbox?.name).toBe('Other');
  });
});

describe('rows and streams', () => {
  it('go on behind what was given', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.fate = (command, { server: line }) => {
      if (command !== 'UID FETCH 1:* (UID FLAGS)') return null;
      server.fate = () => null;
      void line
        .send('* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 FLAGS ())\r\n* 3 FETCH (UID 3 FL')
        .then(() => line.cut());
      return [];
    };
    const uids: (number | undefined)[] = [];
    const loop = (async () => {
      for await (const { uid } of client.fetch('1:*', { flags: true })) uids.push(uid);
    })();
    await pass(0);
    expect(uids).toEqual([1, 2]);
    await pass(250);
    await loop;
    expect(uids).toEqual([1, 2, 3, 4, 5]);
    expect(server.last.heard.at(-1)).toBe('UID FETCH 3:* (UID FLAGS)');
  });

  it('end where only the last word of the server was missing', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.fate = (command, { server: line }) => {
      if (command !== 'UID FETCH 1 (UID FLAGS)') return null;
      void line.send('* 1 FETCH (UID 1 FLAGS ())\r\n').then(() => line.cut());
      return [];
    };
    const uids: (number | undefined)[] = [];
    const loop = (async () => {
      for await (const { uid } of client.fetch(1, { flags: true })) uids.push(uid);
    })();
    await pass(250);
    await loop;
    expect(uids).toEqual([1]);
  });

  it('that were left early are not asked for again', async () => {
    const server = mailServer();
    const { client } = await open(server);
    server.fate = (command, { server: line }) => {
      if (command !== 'UID FETCH 1:* (UID FLAGS)') return null;
      void line.send('* 1 FETCH (UID 1 FLAGS ())\r\n');
      return [];
    };
    for await (const { uid } of client.fetch('1:*', { flags: true })) {
      expect(uid).toBe(1);
      break;
    }
    server.cut();
    await pass(250);
    expect(client.state).toBe('selected');
    expect(server.last.heard).not.toContain('UID FETCH 1:* (UID FLAGS)');
  });

  it('a download goes on at its offset', async () => {
    const server = mailServer();
    const body = Array.from({ length: 100_000 }, (_, index) => `line ${index}`).join('\n');
    server.inbox.add(1, body);
    const { client } = await open(server);
    const pieces: Uint8Array[] = [];
    dieAt(server, /<524288\./, 'inAnswer');
    const reading = (async () => {
      for await (const piece of client.download(6, '')) pieces.push(piece);
    })();
    await pass(250);
    await reading;
    expect(new TextDecoder().decode(await new Blob(pieces as BlobPart[]).arrayBuffer())).toBe(body);
    expect(server.connections).toHaveLength(2);
    expect(server.last.heard.join()).not.toContain('<0.');
  });

  it('a loop over events goes on, and is told what changed meanwhile', async () => {
    const server = mailServer();
    const { client } = await open(server, { autoIdle: true });
    const events: string[] = [];
    const stop = new AbortController();
    const loop = (async () => {
      for await (const { type } of client.idle({ signal: stop.signal })) events.push(type);
    })();
    await pass(1000);
    expect(server.last.heard.at(-1)).toBe('IDLE');
    server.cut();
    await pass(2000);
    expect(server.last.heard.at(-1)).toBe('IDLE');
    await server.last.server.send('* 6 EXISTS\r\n');
    await pass(0);
    expect(events).toEqual(['resync', 'exists']);
    stop.abort();
    await loop;
  });
});

describe.each<[MailboxResync['how'], string]>([
  ['qresync', 'CONDSTORE QRESYNC'],
  ['condstore', 'CONDSTORE ESEARCH'],
  ['compare', ''],
])('what changed is told by %s', (how, capabilities) => {
  it('messages that went, came and changed', async () => {
    const server = mailServer(capabilities);
    const { client, resyncs } = await open(server);
    server.cut();
    server.inbox.expunge(2);
    server.inbox.expunge(3);
    server.inbox.flag(4, '\\Flagged');
    server.inbox.add(2);
    await pass(250);
    expect(resyncs).toEqual([
      expect.objectContaining({
        mailbox: 'INBOX',
        error: null,
        uidValidityChanged: false,
        added: [[6, 7]],
        unchecked: [],
        how,
      }),
    ]);
    const [{ vanished, changed }] = resyncs as [MailboxResync];
    expect(vanished.flatMap(([first, last]) => (first === last ? [first] : [first, last]))).toEqual([2, 3]);
    expect(changed.find(({ uid }) => uid === 4)?.flags).toEqual(['\\Flagged']);
    expect(changed.map(({ uid }) => uid)).toEqual(how === 'compare' ? [1, 4, 5] : [4]);
    expect(client.mailbox).toMatchObject({ exists: 5, uidNext: 8 });
    const fetched = await client.fetch('1:*', { flags: true }).toArray();
    expect(fetched.map(({ uid }) => uid)).toEqual([1, 4, 5, 6, 7]);
  });

  it('a mailbox that was made anew; what was meant for the old one is not sent', async () => {
    const server = mailServer(capabilities);
    const { client, resyncs } = await open(server);
    dieAt(server, /^UID STORE/, 'before');
    const stored = failure(client.store(1, { add: ['\\Deleted'] }));
    await pass(0);
    const search = failure(client.search({}));
    const list = client.list().toArray();
    server.inbox.recreate();
    server.inbox.add(3);
    await pass(250);
    expect(resyncs[0]).toMatchObject({ uidValidityChanged: true, vanished: [], changed: [], added: [] });
    expect(await stored).toMatchObject({
      name: 'ImapConnectionError',
      sent: 'all',
      message: expect.stringContaining('UIDVALIDITY'),
    });
    expect(await search).toMatchObject({ sent: 'nothing' });
    expect(await list).toHaveLength(1);
    expect(server.count('UID STORE')).toBe(0);
    expect(client.mailbox).toMatchObject({ uidValidity: 8, exists: 3 });
  });

  it('a mailbox that is gone', async () => {
    const server = mailServer(capabilities);
    const { client, resyncs } = await open(server);
    server.cut();
    await pass(0);
    const search = failure(client.search({}));
    server.mailboxes.delete('INBOX');
    await pass(250);
    expect(resyncs[0]).toMatchObject({ mailbox: 'INBOX', error: { name: 'ImapCommandError' }, vanished: [] });
    expect(await search).toMatchObject({ message: expect.stringContaining('cannot be opened any more') });
    expect(client.mailbox).toBeNull();
    expect(client.state).toBe('authenticated');
  });

  it.each(['SELECT', 'UID SEARCH', 'UID FETCH', 'LOGIN', 'CAPABILITY', 'ENABLE'])(
    'all of it, where the line is cut again during %s',
    async (step) => {
      for (const death of ['before', 'after', 'inAnswer'] as const) {
        const server = mailServer(capabilities);
        const { client, resyncs } = await open(server);
        server.cut();
        server.inbox.expunge(2);
        server.inbox.add(1);
        dieAt(server, new RegExp(`^${step}`), death, 2);
        await pass(0);
        const search = client.search({});
        await pass(5000);
        expect(await search).toEqual([1, 3, 4, 5, 6]);
        expect(client.state).toBe('selected');
        // Without it the server's answer to the call itself is what is cut off.
        expect(resyncs).toHaveLength(how === 'qresync' && step === 'UID SEARCH' ? 3 : 1);
        expect(resyncs[0]).toMatchObject({ vanished: [[2, 2]], added: [[6, 6]], how });
      }
    },
  );
});

describe('what is remembered', () => {
  it('is enough where the server has forgotten QRESYNC, or chokes on it', async () => {
    const server = mailServer('CONDSTORE QRESYNC');
    const { client, resyncs } = await open(server);
    server.capabilities = server.capabilities.replace('QRESYNC', '');
    server.inbox.expunge(1);
    server.cut();
    await pass(250);
    expect(resyncs[0]).toMatchObject({ vanished: [[1, 1]], how: 'condstore' });
    expect(client.state).toBe('selected');
  });

  it('is kept up to date by what the server tells', async () => {
    const server = mailServer();
    const { resyncs } = await open(server);
    server.inbox.expunge(2);
    server.inbox.add(1);
    await server.last.server.send('* 2 EXPUNGE\r\n* 5 EXISTS\r\n');
    await pass(0);
    server.cut();
    await pass(250);
    expect(resyncs[0]).toMatchObject({ vanished: [], added: [] });
  });

  it('is asked for where SELECT does not tell: which UID is the next', async () => {
    const server = mailServer();
    server.namesUidNext = false;
    const { client, resyncs } = await open(server);
    await pass(0);
    expect(client.mailbox?.uidNext).toBe(6);
    for (const uid of [6, 7]) {
      server.inbox.add(1);
      server.cut();
      await pass(1000);
      expect(resyncs.pop()).toMatchObject({ vanished: [], added: [[uid, uid]] });
      expect(client.mailbox?.uidNext).toBe(uid + 1);
    }
  });

  it('leaves flags of old messages unchecked where there are too many', async () => {
    const server = mailServer();
    const { resyncs } = await open(server, { reconnect: { compare: 2 } });
    server.cut();
    await pass(250);
    expect(resyncs[0]).toMatchObject({ unchecked: [[1, 3]] });
    expect(resyncs[0]?.changed.map(({ uid }) => uid)).toEqual([4, 5]);
  });

  it('QRESYNC is not enabled where that is not wanted', async () => {
    const server = mailServer('CONDSTORE QRESYNC');
    const { resyncs } = await open(server, { reconnect: { qresync: false } });
    server.cut();
    await pass(250);
    expect(resyncs[0]).toMatchObject({ how: 'condstore' });
    expect(server.count('ENABLE')).toBe(0);
  });
});

describe('a drain', () => {
  it('is answered by another connection before the first one ends, without a word to anybody', async () => {
    const server = mailServer();
    const { client, told } = await open(server);
    const errors: unknown[] = [];
    const first = server.last;
    server.fate = (command) => (command === 'NOOP' ? [] : null);
    const busy = client.noop();
    await pass(0);
    first.server.drain(30_000);
    await pass(0);
    expect(server.connections).toHaveLength(2);
    const search = client.search({});
    search.catch((error: unknown) => errors.push(error));
    await pass(100);
    // The first one is still busy: nothing new is sent there, and it is not cut off.
    expect(first.heard.at(-1)).toBe('NOOP');
    expect(server.last.heard).not.toContain('SELECT INBOX');
    server.fate = () => null;
    void busy;
    first.server.cut();
    await pass(0);
    expect(await search).toEqual([1, 2, 3, 4, 5]);
    await busy;
    expect(errors).toEqual([]);
    expect(told).toEqual(['reconnected', 'resync']);
  });

  it('of a quiet connection, idling or not, replaces it at once', async () => {
    const server = mailServer();
    const { client, told } = await open(server, { autoIdle: true });
    await pass(1000);
    const first = server.last;
    expect(first.heard.at(-1)).toBe('IDLE');
    first.server.drain(30_000);
    await pass(0);
    expect(client.state).toBe('selected');
    expect(server.connections).toHaveLength(2);
    expect(told).toEqual(['reconnected', 'resync']);
    await pass(1000);
    expect(server.last.heard.at(-1)).toBe('IDLE');
    await client.logout();
    expect(await client.closed).toBeNull();
  });

  it('whose new connection fails is tried again while the old one works', async () => {
    const server = mailServer();
    const { client, told } = await open(server);
    server.refuse = new TransportError('unreachable', 'connect', 'restarting');
    server.last.server.drain(30_000);
    await pass(400);
    await client.noop();
    expect(client.state).toBe('selected');
    server.refuse = null;
    await pass(5000);
    expect(server.connections).toHaveLength(2);
    expect(told).toEqual(['reconnected', 'resync']);
  });

  it.each(['logout', 'cut'] as const)('is over when the client is, once (%s)', async (end) => {
    const server = mailServer();
    const { client, told } = await open(server);
    const first = server.last;
    // Nothing is answered on the new connection from here on.
    server.fate = (command, connection) => (connection !== first && command.startsWith('SELECT') ? [] : null);
    first.server.drain(30_000);
    await pass(0);
    expect(client.state).toBe('reconnecting');
    if (end === 'cut') first.server.cut();
    await client.logout();
    await pass(100_000);
    expect(told).toEqual(['close undefined']);
    expect(client.state).toBe('logout');
  });

  it('behind which nobody is let in any more ends the connection that still worked', async () => {
    const server = mailServer();
    const { client, told } = await open(server);
    const first = server.last;
    dieAt(server, /^SELECT/, 'before');
    first.server.drain(300_000);
    server.login = 'OK in';
    await pass(0);
    server.login = 'NO [AUTHENTICATIONFAILED] no';
    await pass(5000);
    expect(client.state).toBe('logout');
    expect(told.at(-1)).toMatch(/^close LOGIN: the server answered NO/);
    expect(told.filter((one) => one.startsWith('close'))).toHaveLength(1);
    await expect(client.noop()).rejects.toThrow(ImapConnectionError);
  });

  it('does not stop a loop whose body makes calls', async () => {
    const server = mailServer();
    server.inbox.add(50);
    let tag = '';
    const { client, told } = await open(server, {
      onLine: (direction, line) => {
        if (direction === 'C') tag = line.slice(0, line.indexOf(' '));
      },
    });
    const first = server.last;
    const body = 'x'.repeat(20_000);
    const sendRows = async (fetchTag: string): Promise<void> => {
      for (const [index, { uid }] of server.inbox.messages.entries())
        await first.server.send(`* ${index + 1} FETCH (UID ${uid} BODY[] {${body.length}}\r\n${body})\r\n`);
      await first.server.send(`${fetchTag} OK done\r\n`);
    };
    server.fate = (command) => {
      if (!command.startsWith('UID FETCH 1:*')) return null;
      void sendRows(tag);
      return [];
    };
    const rows = client.fetch('1:*', { sections: [''] })[Symbol.asyncIterator]();
    await rows.next();
    first.server.drain(30_000);
    await pass(0);
    expect(server.connections).toHaveLength(2);
    // More waits to be read than the session reads ahead: this call is what makes it go on.
    const noop = client.noop();
    await pass(0);
    expect(await settled(noop)).toBeUndefined();
    expect(told).toEqual(['reconnected', 'resync']);
    let left = 0;
    for (let row = await rows.next(); row.done !== true; row = await rows.next()) left += 1;
    expect(left).toBe(54);
  });
});

describe('while ENABLE is not answered', () => {
  const withoutEnable = (times = Infinity) => {
    const server = mailServer('CONDSTORE QRESYNC');
    let left = 0;
    server.fate = (command) => (command.startsWith('ENABLE') && left-- > 0 ? [] : null);
    return { server, hush: () => void (left = times) };
  };

  it('a client that is closed stays closed, whatever is answered then', async () => {
    const { server, hush } = withoutEnable();
    let tag = '';
    const { client, told } = await open(server, {
      onLine: (direction, line) => {
        if (direction === 'C') tag = line.slice(0, line.indexOf(' '));
      },
    });
    hush();
    server.cut();
    await pass(250);
    expect(server.last.heard.at(-1)).toBe('ENABLE QRESYNC');
    await client.logout();
    await server.last.server.send(`* ENABLED QRESYNC\r\n${tag} OK done\r\n`).catch(() => {});
    await pass(200_000);
    expect(told).toEqual(['reconnecting 1 in 250', 'close undefined']);
    expect(client.state).toBe('logout');
    expect(server.connections).toHaveLength(2);
  });

  it('the attempt takes no longer than it may', async () => {
    const { server, hush } = withoutEnable(1);
    const { told } = await open(server, { reconnect: { attemptMs: 5000 } });
    hush();
    server.cut();
    await pass(6000);
    expect(told).toEqual(['reconnecting 1 in 250', 'reconnecting 2 in 500', 'reconnected', 'resync']);
  });

  it('connecting can be aborted', async () => {
    const { server, hush } = withoutEnable();
    hush();
    const giveUp = new AbortController();
    const client = failure(open(server, { signal: giveUp.signal }));
    await pass(0);
    expect(server.last.heard.at(-1)).toBe('ENABLE QRESYNC');
    giveUp.abort();
    expect(await client).toMatchObject({ name: 'AbortError' });
  });
});

it('a call behind BYE is made on the next connection, once', async () => {
  const server = mailServer();
  const { client } = await open(server);
  const first = server.last;
  await first.server.send('* BYE restarting\r\n');
  await pass(0);
  const append = client.append('INBOX', 'hello');
  await pass(0);
  expect(first.heard.at(-1)).toBe('SELECT INBOX');
  first.server.close();
  await pass(1000);
  await append;
  expect(server.count('APPEND')).toBe(1);
  expect(first.heard.at(-1)).toBe('SELECT INBOX');
});

it('waits without limit where that is asked for', async () => {
  const server = mailServer();
  const limits = { silenceMs: Infinity, greetingMs: Infinity };
  const reconnect = { callMs: Infinity, attemptMs: Infinity };
  const { client } = await open(server, { reconnect, limits });
  server.refuse = new TransportError('unreachable', 'connect', 'no way');
  server.cut();
  await pass(0);
  const noop = client.noop();
  await pass(600_000);
  expect(await settled(noop)).toBe('pending');
  server.refuse = null;
  await pass(40_000);
  await noop;
});

it.each([
  ['UID SEARCH', ['* SEARCH 1 2 "3', '$ OK done']],
  ['UID SEARCH', ['$ BAD no']],
  ['UID FETCH', ['$ NO Some of the requested messages no longer exist']],
])(
  'a server that does not tell by %s what is in the mailbox (%j) is no reason to end',
  async (name, lines) => {
    const server = mailServer();
    const { client, resyncs } = await open(server);
    server.fate = (command) => (command.startsWith(name) ? lines : null);
    server.cut();
    await pass(1000);
    expect(client.state).toBe('selected');
    expect(resyncs).toEqual([
      {
        mailbox: 'INBOX',
        error: null,
        uidValidityChanged: false,
        vanished: [],
        changed: [],
        added: [],
        unchecked: [[1, 5]],
        how: 'compare',
      },
    ]);
  },
);
