import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryPair } from '../transport/pair.ts';
import { ImapConnectionError } from './errors.ts';
import { failure, nextTurn, openSession, settled } from './testing/opened.ts';
import { Session } from './session.ts';

afterEach(() => vi.useRealTimers());

describe('the greeting', () => {
  it.each([
    ['* OK ready', 'notAuthenticated', 'ready'],
    ['* PREAUTH welcome back', 'authenticated', 'welcome back'],
    ['* ok lower case', 'notAuthenticated', 'lower case'],
    ['*  OK   two spaces', 'notAuthenticated', 'two spaces'],
    ['* OK', 'notAuthenticated', ''],
  ])('%s', async (greeting, state, text) => {
    const { session } = await openSession({ greeting });
    expect(session.state).toBe(state);
    expect(session.greeting.text).toBe(text);
  });

  it('tells capabilities where it has them', async () => {
    const { session } = await openSession({ greeting: '* OK [CAPABILITY imap4rev1 Idle] ready' });
    expect([...session.capabilities]).toEqual(['IMAP4REV1', 'IDLE']);
    expect(session.capabilitiesKnown).toBe(true);
  });

  it('leaves them unknown where it has none', async () => {
    const { session } = await openSession();
    expect(session.capabilitiesKnown).toBe(false);
  });

  it.each([
    ['* BYE too many connections', 'the server refused the connection: too many connections', true],
    ['HTTP/1.1 400 Bad Request', 'this is no IMAP server: it said "HTTP/1.1 400 Bad Request"', false],
    ['+OK POP3 ready', 'this is no IMAP server: it said "+OK POP3 ready"', false],
    ['* NO not today', 'this is no IMAP server: it said "* NO not today"', false],
    ['T0 OK ready', 'this is no IMAP server: it said "T0 OK ready"', false],
  ])('%s is refused', async (greeting, message, isBye) => {
    const refused = openSession({ greeting });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({
      name: 'ImapConnectionError',
      bye: isBye ? 'too many connections' : null,
    });
  });

  it('is not followed by anything once it was refused', async () => {
    vi.useFakeTimers();
    const untagged: unknown[] = [];
    const refused = openSession({
      greeting: 'nonsense\r\n* 3 EXISTS\r\n* BYE so long',
      onUntagged: (response) => untagged.push(response),
    });
    await expect(refused).rejects.toThrow('no IMAP server');
    expect(untagged).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is waited for no longer than its limit', async () => {
    vi.useFakeTimers();
    const { client, server } = memoryPair();
    const opening = Session.open({ transport: () => Promise.resolve(client), limits: { greetingMs: 5000 } });
    const refused = failure(opening);
    await vi.advanceTimersByTimeAsync(5000);
    expect(String(await refused)).toContain('memory sent no greeting within 5 s');
    expect(await server.receiveLine()).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['cut', 'the connection is lost: The connection was cut by the test.'],
    ['close', 'the connection is lost: the server closed it'],
  ] as const)('%s before it', async (how, message) => {
    const { client, server } = memoryPair();
    const opening = Session.open({ transport: () => Promise.resolve(client) });
    await server.send('* O');
    if (how === 'cut') server.fail(new Error('The connection was cut by the test.'));
    else server.close();
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toBeInstanceOf(ImapConnectionError);
  });

  it('longer than a line may be is refused', async () => {
    const { client, server } = memoryPair();
    const opening = Session.open({ transport: () => Promise.resolve(client), limits: { line: 1000 } });
    await server.send(`* OK ${'x'.repeat(2000)}\r\n`);
    await expect(opening).rejects.toThrow('more than 1000 bytes');
  });

  it('comes split at every byte', async () => {
    const { client, server } = memoryPair();
    server.split(1);
    const opening = Session.open({ transport: () => Promise.resolve(client) });
    await server.send('* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n');
    expect((await opening).greeting).toMatchObject({ status: 'PREAUTH', text: 'hi' });
  });
});

describe('opening', () => {
  it('says why there is no connection', async () => {
    const cause = new Error('nobody listens there');
    const opening = Session.open({ transport: () => Promise.reject(cause) });
    await expect(opening).rejects.toMatchObject({
      name: 'ImapConnectionError',
      message: 'could not connect: nobody listens there',
      cause,
    });
  });

  it('does not begin under an aborted signal', async () => {
    const transport = vi.fn<() => never>();
    const opening = Session.open({ transport, signal: AbortSignal.abort(new Error('enough')) });
    await expect(opening).rejects.toThrow('enough');
    expect(transport).not.toHaveBeenCalled();
  });

  it('ends with the signal while the greeting is awaited', async () => {
    const { client, server } = memoryPair();
    const abort = new AbortController();
    const opening = Session.open({ transport: () => Promise.resolve(client), signal: abort.signal });
    await nextTurn();
    abort.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    expect(await server.receiveLine()).toBeNull();
  });

  it('ends with a signal that a transport has not looked at', async () => {
    const { client, server } = memoryPair();
    const abort = new AbortController();
    const opening = Session.open({
      transport: async () => {
        await nextTurn();
        abort.abort(new Error('enough'));
        return client;
      },
      signal: abort.signal,
    });
    await server.send('* OK ready\r\n');
    await expect(opening).rejects.toThrow('enough');
    expect(await settled(server.receiveLine())).toBeNull();
  });

  it('no longer hears of the signal once it is open', async () => {
    const abort = new AbortController();
    const { session } = await openSession({ signal: abort.signal });
    abort.abort();
    expect(await settled(session.closed)).toBe('pending');
  });
});
