import { afterEach, describe, expect, it, vi } from 'vitest';
import { failure, nextTurn, settled } from '../session/testing/opened.ts';
import { openClient } from './testing/opened.ts';

afterEach(() => vi.useRealTimers());

const row = (sequence: number, size: number): string =>
  `* ${sequence} FETCH (UID ${sequence} BODY[] {${size}}\r\n${'x'.repeat(size)})\r\n`;

describe('the selected mailbox', () => {
  it('is what the server said', async () => {
    const { client } = await openClient();
    expect(client.mailbox).toEqual({
      name: 'INBOX',
      readOnly: false,
      exists: 3,
      recent: 0,
      flags: ['\\Seen', '\\Deleted'],
      permanentFlags: ['\\Seen', '\\*'],
      uidValidity: 7,
      uidNext: 10,
      firstUnseen: 2,
      highestModSeq: 5_000_000_000n,
    });
  });

  it('changes as the server tells, and tells of it', async () => {
    const { client, script, told } = await openClient();
    await script.play(`
      S: * 5 EXISTS
      S: * 5 EXISTS
      S: * 2 EXPUNGE
      S: * 1 RECENT
      S: * 1 FETCH (FLAGS (\\Seen))
      S: * OK [ALERT] read this
      S: * OK [READ-ONLY] somebody else writes now
    `);
    await nextTurn();
    expect(client.mailbox).toMatchObject({ exists: 4, recent: 1, readOnly: true });
    await script.say('* OK [READ-WRITE] and no longer\r\n');
    await nextTurn();
    expect(client.mailbox?.readOnly).toBe(false);
    expect(told).toEqual([
      'exists 5 3',
      'expunge 2',
      'fetch {"sequence":1,"sections":[],"other":{},"unparsed":{},"flags":["\\\\Seen"]}',
      'alert read this',
    ]);
  });

  it('words of a refusal that answers nothing are told as they came', async () => {
    const { client, script, told } = await openClient();
    const heard: string[] = [];
    client.on('untagged', ({ response }) => heard.push(new TextDecoder().decode(response.bytes)));
    const lines = ['* NO [WEBALERT https://x.org/a] Web login required.', '* BAD what?'];
    await script.say(`${lines.join('\r\n')}\r\n* OK Still here\r\n* NO [ALERT] full\r\n`);
    await nextTurn();
    expect(heard).toEqual(lines);
    expect(told).toEqual(['alert full']);
  });

  it.each(['* EXISTS', '* EXPUNGE', '* FETCH (FLAGS ())', '* FLAGS (', 'rubbish'])(
    'is not changed by %j, which is warned of',
    async (line) => {
      const { client, script, told } = await openClient();
      const before = client.mailbox;
      await script.say(`${line}\r\n`);
      await nextTurn();
      expect(client.mailbox).toEqual(before);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/^warning .* /);
      expect(told[0]).toContain(line);
    },
  );

  it('is none after a refused SELECT, CLOSE, UNSELECT, or the end', async () => {
    const refused = await openClient();
    const select = failure(refused.client.select('x'));
    await refused.script.play('C: $ SELECT x\nS: $ NO no such mailbox');
    expect(await select).toMatchObject({ name: 'ImapCommandError' });
    expect(refused.client.mailbox).toBeNull();
    expect(refused.client.state).toBe('authenticated');

    for (const name of ['close', 'unselect'] as const) {
      const { client, script } = await openClient();
      const left = client[name]();
      await script.play(`C: $ ${name.toUpperCase()}\nS: $ OK`);
      await left;
      expect(client.mailbox).toBeNull();
    }

    const { client, server } = await openClient();
    server.close();
    await client.closed;
    await nextTurn();
    expect(client.mailbox).toBeNull();
  });

  it('is the one that the server has selected, also where the call was aborted', async () => {
    const { client, script } = await openClient();
    const abort = new AbortController();
    const gone = failure(client.select('x', { signal: abort.signal }));
    await script.play('C: $ SELECT x');
    abort.abort();
    await gone;
    expect(client.mailbox?.name).toBe('INBOX');
    await script.play('S: * 1 EXISTS\nS: $ OK');
    await nextTurn();
    expect(client.mailbox).toMatchObject({ name: 'x', exists: 1 });
    const closed = failure(client.close({ signal: AbortSignal.abort() }));
    await closed;
    expect(client.mailbox?.name).toBe('x');
  });

  it('is read only where it was examined', async () => {
    const { client, script } = await openClient({ selected: false });
    const selecting = client.select('x', { readOnly: true });
    await script.play('C: $ EXAMINE x\nS: * 1 EXISTS\nS: $ OK');
    expect(await selecting).toMatchObject({ name: 'x', readOnly: true, exists: 1, uidValidity: 0 });
  });
});

describe('calls inside a running loop', () => {
  it('work', async () => {
    const { client, script } = await openClient();
    const seen: number[] = [];
    const loop = (async () => {
      for await (const message of client.fetch('1:*', { flags: true })) {
        await client.store(message.uid!, { add: ['\\Seen'] });
        seen.push(message.uid!);
      }
    })();
    await script.play(`
      C: $ UID FETCH 1:* (UID FLAGS)
      S: * 1 FETCH (UID 5 FLAGS ())
      C: $ UID STORE 5 +FLAGS (\\Seen)
      S: * 2 FETCH (UID 6 FLAGS ())
      S: $1 OK
    `);
    await script.silence();
    // The first tag is that of SELECT.
    await script.play('S: $2 OK');
    await script.silence();
    await script.play(`
      S: * 1 FETCH (UID 5 FLAGS (\\Seen))
      S: $3 OK
      C: $ UID STORE 6 +FLAGS (\\Seen)
      S: $ OK
    `);
    await loop;
    expect(seen).toEqual([5, 6]);
  });

  it('work where the loop has stopped the reading', async () => {
    const { client, script } = await openClient();
    const loop = (async () => {
      const sizes: number[] = [];
      for await (const message of client.fetch('1:3', { sections: [''] })) {
        sizes.push(message.sections[0]?.bytes?.length ?? 0);
        if (sizes.length === 1) await client.noop();
      }
      return sizes;
    })();
    await script.play('C: $ UID FETCH 1:3 (UID BODY.PEEK[])');
    for (let count = 1; count <= 3; count++) void script.say(row(count, 300_000));
    await script.play('C: $ NOOP\nS: $2 OK\nS: $3 OK');
    expect(await loop).toEqual([300_000, 300_000, 300_000]);
  });

  it('may be another loop', async () => {
    const { client, script } = await openClient();
    const loop = (async () => {
      const names: string[] = [];
      for await (const outer of client.list('*')) {
        for await (const inner of client.list(`${outer.name}/*`)) names.push(inner.name);
      }
      return names;
    })();
    await script.play(`
      C: $ LIST "" *
      S: * LIST () "/" a
      C: $ LIST "" a/*
      S: * LIST () "/" b
      S: $2 OK
      S: * LIST () "/" a/x
      S: $3 OK
      C: $ LIST "" b/*
      S: $ OK
    `);
    expect(await loop).toEqual(['a/x']);
  });

  it('hear of changes in the order in which they came, whatever the loop has read', async () => {
    const { client, script, told } = await openClient();
    const rows = client.fetch('1:*', { envelope: true })[Symbol.asyncIterator]();
    const first = rows.next();
    await script.play(`
      C: $ UID FETCH 1:* (UID ENVELOPE)
      S: * 1 FETCH (UID 5 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))
      S: * 3 FETCH (UID 7 FLAGS ())
      S: * 1 EXPUNGE
      S: * 2 FETCH (FLAGS ())
      S: $ OK
    `);
    expect((await first).value).toMatchObject({ uid: 5 });
    expect(told.map((event) => event.slice(0, 22))).toEqual([
      'fetch {"sequence":3,"s',
      'expunge 1',
      'fetch {"sequence":2,"s',
    ]);
    expect(await rows.next()).toMatchObject({ done: true });
  });

  it('in a loop that was left early run once the rest is drained', async () => {
    const { client, script, told } = await openClient();
    const left = (async () => {
      for await (const message of client.fetch('1:*', {})) return message.uid;
      return null;
    })();
    await script.play('C: $ UID FETCH 1:* (UID)\nS: * 1 FETCH (UID 5)');
    expect(await left).toBe(5);
    const noop = client.noop();
    await script.play('C: $ NOOP\nS: * 2 FETCH (UID 6)\nS: * 3 FETCH (UID 7)\nS: $2 OK\nS: $3 OK');
    await noop;
    expect(told).toEqual([]);
  });
});

describe('a slow loop', () => {
  it('stops the reading while it is alone', async () => {
    const { client, script } = await openClient();
    const rows = client.fetch('1:*', { sections: [''] })[Symbol.asyncIterator]();
    const first = rows.next();
    await script.play('C: $ UID FETCH 1:* (UID BODY.PEEK[])');
    let sent = 0;
    const sending = (async () => {
      for (let count = 1; count <= 40; count++, sent++) await script.say(row(count, 100_000));
    })();
    await first;
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    // What the loop holds, what the pair holds, and what is in between.
    expect(sent).toBeLessThan(20);
    for (let count = 2; count <= 40; count++) expect((await rows.next()).value).toMatchObject({ uid: count });
    await sending;
    await script.play('S: $ OK');
    expect(await rows.next()).toMatchObject({ done: true });
  });

  it('fails alone where it falls too far behind while another call waits', async () => {
    const { client, script } = await openClient({ limits: { maxQueued: 500_000 } });
    const rows = client.fetch('1:*', { sections: [''] })[Symbol.asyncIterator]();
    const first = rows.next();
    await script.play('C: $ UID FETCH 1:* (UID BODY.PEEK[])');
    await script.say(row(1, 10));
    await first;
    const noop = client.noop();
    await script.play('C: $ NOOP');
    for (let count = 2; count <= 20; count++) void script.say(row(count, 100_000));
    await script.play('S: $2 OK\nS: $3 OK');
    await noop;
    expect(await failure(rows.next())).toMatchObject({ name: 'ImapLimitError', limit: 'maxQueued' });
    expect(await settled(client.closed)).toBe('pending');
  });
});

describe('aborted', () => {
  it.each([
    ['search', (client: Client, signal: AbortSignal) => client.search({}, { signal }), 'UID SEARCH ALL'],
    ['list', (client: Client, signal: AbortSignal) => client.list('*', { signal }).toArray(), 'LIST "" *'],
    [
      'store',
      (client: Client, signal: AbortSignal) => client.store(1, { add: [] }, { signal }),
      'UID STORE 1 +FLAGS ()',
    ],
  ] as const)('%s: the connection is of use as before', async (_name, call, sent) => {
    const { client, script } = await openClient();
    const beforehand = failure(call(client, AbortSignal.abort(new Error('enough'))));
    expect(await beforehand).toMatchObject({ message: 'enough' });
    const abort = new AbortController();
    const gone = failure(call(client, abort.signal));
    await script.play(`C: $ ${sent}`);
    abort.abort(new Error('enough'));
    expect(await gone).toMatchObject({ message: 'enough' });
    const noop = client.noop();
    await script.play('C: $ NOOP\nS: $2 OK\nS: $3 OK');
    await noop;
    expect(await settled(client.closed)).toBe('pending');
  });

  it('append inside its literal: the connection closes', async () => {
    const { client, script, told } = await openClient();
    const abort = new AbortController();
    const stream = new ReadableStream<Uint8Array>();
    const gone = failure(client.append('x', { size: 5, stream }, { signal: abort.signal }));
    await script.play('C: $ APPEND x {5+}');
    abort.abort(new Error('enough'));
    expect(await gone).toMatchObject({ message: 'enough' });
    await script.end();
    await client.closed;
    await nextTurn();
    expect(told).toEqual(['close APPEND was aborted inside a literal']);
  });
});

describe('append', () => {
  it('of a string tells how far it is, in octets', async () => {
    const { client, script } = await openClient();
    const told: string[] = [];
    const done = client.append('x', 'jö', {
      flags: ['\\Seen'],
      onProgress: ({ transferred, total }) => told.push(`${transferred}/${total}`),
    });
    await script.play('C: $ APPEND x (\\Seen) {3+}\nC: jö\nS: $ OK [APPENDUID 7 11] done');
    expect(await done).toEqual({ uidValidity: 7, uid: 11 });
    expect(told).toEqual(['3/3']);
  });
});

describe('logout', () => {
  it('says good-bye and closes', async () => {
    const { client, script, server, told } = await openClient();
    const done = client.logout();
    await script.play('C: $ LOGOUT\nS: * BYE so long\nS: $ OK');
    await done;
    expect(await client.closed).toBeNull();
    await script.end();
    await nextTurn();
    expect(told).toEqual(['close null']);
    await client.logout();
    server.close();
  });

  it.each([
    ['refused', 'S: $ BAD never heard of it'],
    ['answered with BYE alone', 'S: * BYE so long'],
  ])('%s closes', async (_how, answer) => {
    const { client, script, server } = await openClient();
    const done = client.logout();
    await script.play(`C: $ LOGOUT\n${answer}`);
    server.close();
    await done;
    expect(await client.closed).toBeNull();
  });

  it('not answered closes after a while', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(new DOMException('late', 'TimeoutError')), ms);
      return abort.signal;
    });
    const { client, script } = await openClient();
    vi.useFakeTimers();
    const done = client.logout();
    await script.play('C: $ LOGOUT');
    await vi.advanceTimersByTimeAsync(3000);
    await done;
    expect(await client.closed).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
    vi.restoreAllMocks();
  });

  it('of a connection that is gone does nothing', async () => {
    const { client, server } = await openClient();
    server.fail();
    await client.closed;
    expect(await client.logout()).toBeUndefined();
  });
});

describe('the end of the connection', () => {
  it('is told once, and rejects every call', async () => {
    const { client, server, script, told } = await openClient();
    const calls = [client.noop(), client.list().toArray(), client.select('x'), client.noop()].map(failure);
    await script.play('C: $ NOOP\nC: $ LIST "" *');
    server.close();
    for (const error of await Promise.all(calls))
      expect(error).toMatchObject({ name: 'ImapConnectionError' });
    expect(await failure(client.noop())).toMatchObject({ name: 'ImapConnectionError' });
    await nextTurn();
    expect(told).toEqual(['close the connection is lost: the server closed it']);
  });

  it('ends loops over events with its reason', async () => {
    const { client, server } = await openClient();
    const loop = (async () => {
      for await (const event of client.idle()) void event;
    })();
    const failed = failure(loop);
    await nextTurn();
    server.close();
    expect(await failed).toMatchObject({ name: 'ImapConnectionError' });
  });

  it.each(['cut', 'closed in order', 'closed by us'])(
    '(%s) in the middle of everything leaves no promise and no timer behind',
    async (how) => {
      const unhandled = vi.fn<(reason: unknown) => void>();
      process.on('unhandledRejection', unhandled);
      vi.useFakeTimers();
      const { client, server, script } = await openClient({ autoIdle: true });
      await vi.advanceTimersByTimeAsync(1000);
      await script.play('C: $ IDLE\nS: + idling');
      const reader = client.download(1, '').getReader();
      const outcomes = [
        reader.read(),
        client.fetch('1:*', { flags: true }).toArray(),
        client.move('1', 'x'),
        client.append('x', 'hello'),
        (async () => {
          for await (const event of client.idle()) void event;
        })(),
      ].map((call) => call.then(() => null, String));
      await script.play('C: DONE\nS: $ OK');
      await nextTurn();
      const loggedOut = how === 'closed by us' ? client.logout() : null;
      if (how === 'cut') server.fail();
      else server.close();
      await loggedOut;
      await client.closed;
      for (const outcome of await Promise.all(outcomes.slice(0, 4)))
        expect(outcome).toContain('ImapConnectionError');
      await outcomes[4];
      await nextTurn();
      await nextTurn();
      process.off('unhandledRejection', unhandled);
      expect(unhandled).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('by a drain is announced', async () => {
    const { server, told } = await openClient();
    server.drain(30_000);
    expect(told).toEqual(['drain 30000']);
  });
});

type Client = Awaited<ReturnType<typeof openClient>>['client'];
