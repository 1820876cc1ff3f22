// The pool: who gets which connection, what a refusing server makes of it, what is left when one breaks.

import { describe, expect, it, vi } from 'vitest';
import { failure, nextTurn, settled } from '../session/testing/opened.ts';
import type { ImapClient } from './client.ts';
import { ImapPool, type PoolOptions } from './pool.ts';
import { answering, type AnsweringOptions } from './testing/answering.ts';

function open(server: AnsweringOptions = {}, options: Partial<PoolOptions> = {}) {
  const { transport, connections } = answering(server);
  const pool = new ImapPool({ transport, autoIdle: false, ...options });
  return { pool, connections };
}

/** Borrows until it is told to give back; the name of the mailbox that it found selected. */
async function borrow(pool: ImapPool, mailbox: string | null, readOnly = false) {
  let giveBack!: () => void;
  let fail!: (error: unknown) => void;
  let lent!: (client: ImapClient) => void;
  const client = new Promise<ImapClient>((resolve) => (lent = resolve));
  const use = pool.use(
    mailbox,
    async (given) => {
      lent(given);
      await new Promise<void>((resolve, reject) => {
        giveBack = resolve;
        fail = reject;
      });
    },
    { readOnly },
  );
  use.catch((error: unknown) => fail?.(error));
  return { client: await client, use, giveBack, fail };
}

describe('a pool lends', () => {
  it('one connection after another, with the mailbox selected once', async () => {
    const { pool, connections } = open();
    for (let turn = 0; turn < 3; turn++) {
      expect(await pool.use('Archive', async (client) => client.mailbox?.name)).toBe('Archive');
    }
    expect(connections.map(({ heard }) => heard)).toEqual([['SELECT Archive']]);
    await pool.close();
    expect(connections[0]?.heard).toEqual(['SELECT Archive', 'LOGOUT']);
  });

  it('first the one that has the mailbox, then an idle one, then a new one', async () => {
    const { pool, connections } = open();
    const one = await borrow(pool, 'A');
    const two = await borrow(pool, 'B');
    one.giveBack();
    two.giveBack();
    await Promise.all([one.use, two.use]);
    const again = await borrow(pool, 'B');
    expect(again.client).toBe(two.client);
    const other = await borrow(pool, 'C');
    expect(other.client).toBe(one.client);
    const third = await borrow(pool, 'A');
    expect(connections.map(({ heard }) => heard)).toEqual([
      ['SELECT A', 'SELECT C'],
      ['SELECT B'],
      ['SELECT A'],
    ]);
    for (const { giveBack } of [again, other, third]) giveBack();
    await pool.close();
  });

  it('INBOX whatever its case, and opens anew for reading only', async () => {
    const { pool, connections } = open();
    await pool.use('inbox', async () => {});
    await pool.use('INBOX', async () => {});
    await pool.use('INBOX', async (client) => expect(client.mailbox?.readOnly).toBe(true), {
      readOnly: true,
    });
    expect(connections[0]?.heard.map((command) => command.split(' ')[0])).toEqual(['SELECT', 'EXAMINE']);
    await pool.close();
  });

  it('what was left with another mailbox', async () => {
    const { pool, connections } = open();
    await pool.use('A', (client) => client.select('B'));
    await pool.use('B', async () => {});
    await pool.use('A', async () => {});
    expect(connections[0]?.heard).toEqual(['SELECT A', 'SELECT B', 'SELECT A']);
    await pool.close();
  });

  it('in the order in which it was asked, to three at once', async () => {
    const { pool, connections } = open();
    const lent = await Promise.all(['A', 'B', 'C'].map((mailbox) => borrow(pool, mailbox)));
    const order: string[] = [];
    const waiting = ['X', 'A', 'Y'].map((mailbox) => pool.use(mailbox, async () => void order.push(mailbox)));
    await nextTurn();
    expect(connections).toHaveLength(3);
    expect(order).toEqual([]);
    lent[2]?.giveBack();
    await Promise.all(waiting);
    expect(order).toEqual(['X', 'A', 'Y']);
    for (const { giveBack } of lent) giveBack();
    await pool.close();
  });

  it('to others when the work throws, or the mailbox is refused', async () => {
    const { pool, connections } = open({
      answer: (command) => (command === 'SELECT No' ? ['$ NO [NONEXISTENT] no such mailbox'] : undefined),
    });
    await expect(pool.use('A', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    await expect(pool.use('No', async () => {})).rejects.toThrow('no such mailbox');
    expect(await pool.use(null, async (client) => client.state)).toBe('authenticated');
    expect(connections).toHaveLength(1);
    await pool.close();
  });
});

describe('a call that waits', () => {
  it('ends with its signal, and its place goes to the next', async () => {
    const { pool } = open({}, { connections: 1 });
    const first = await borrow(pool, 'A');
    const abort = new AbortController();
    const gone = failure(pool.use('B', async () => {}, { signal: abort.signal }));
    const next = pool.use('C', async () => 'served');
    abort.abort(new Error('enough'));
    expect(String(await gone)).toContain('enough');
    first.giveBack();
    expect(await next).toBe('served');
    await expect(pool.use('D', async () => {}, { signal: abort.signal })).rejects.toThrow('enough');
    await pool.close();
  });

  it('waits no longer than it may, and says what it waited for', async () => {
    const { pool } = open({}, { connections: 1, waitMs: 20 });
    const first = await borrow(pool, 'A');
    const late = await failure(pool.use('B', async () => {}));
    expect(late).toMatchObject({ name: 'TimeoutError' });
    expect(String(late)).toContain('1 are lent');
    first.giveBack();
    await pool.close();
  });

  it('is refused where too many wait', async () => {
    const { pool } = open({}, { connections: 1, waiting: 2 });
    const first = await borrow(pool, 'A');
    const served = [pool.use('B', async () => {}), pool.use('C', async () => {})];
    expect(await failure(pool.use('D', async () => {}))).toMatchObject({ name: 'ImapLimitError' });
    first.giveBack();
    await Promise.all(served);
    await pool.close();
  });
});

describe('a server that refuses a further connection', () => {
  const refusals: readonly [string, AnsweringOptions, Partial<PoolOptions>][] = [
    [
      'with BYE at the greeting',
      {
        greet: ({ number }) =>
          number > 1 ? '* BYE [UNAVAILABLE] too many' : '* PREAUTH [CAPABILITY IMAP4rev1] hi',
      },
      {},
    ],
    [
      'with NO [LIMIT] at the login',
      {
        greet: () => '* OK [CAPABILITY IMAP4rev1] hi',
        answer: (command, { number }) => {
          if (!command.startsWith('LOGIN')) return undefined;
          return number > 1 ? ['$ NO [LIMIT] too many'] : ['$ OK [CAPABILITY IMAP4rev1] in'];
        },
      },
      { auth: { user: 'alice', pass: 'secret' } },
    ],
    [
      'with NO and no code at the login',
      {
        greet: () => '* OK [CAPABILITY IMAP4rev1] hi',
        answer: (command, { number }) => {
          if (!command.startsWith('LOGIN')) return undefined;
          return number > 1 ? ['$ NO not now'] : ['$ OK [CAPABILITY IMAP4rev1] in'];
        },
      },
      { auth: { user: 'alice', pass: 'secret' } },
    ],
  ];

  it.each(refusals)(
    '%s: the pool goes on with what it has, and asks no more',
    async (_how, server, options) => {
      const { pool, connections } = open(server, options);
      const first = await borrow(pool, 'A');
      const others = ['B', 'C', 'D'].map((mailbox) => pool.use(mailbox, async () => mailbox));
      expect(await settled(Promise.race(others))).toBe('pending');
      first.giveBack();
      expect(await Promise.all(others)).toEqual(['B', 'C', 'D']);
      const tried = connections.length;
      expect(tried).toBeLessThanOrEqual(3);
      const again = await borrow(pool, 'E');
      const waits = pool.use('F', async () => 'served');
      await nextTurn();
      again.giveBack();
      expect(await waits).toBe('served');
      expect(connections).toHaveLength(tried);
      expect(pool.clients).toHaveLength(1);
      await pool.close();
    },
  );

  it('at once, tells everybody who waits, and tries the password no more often than there are connections', async () => {
    const { pool, connections } = open(
      {
        greet: () => '* OK [CAPABILITY IMAP4rev1] hi',
        answer: (command) =>
          command.startsWith('LOGIN') ? ['$ NO [AUTHENTICATIONFAILED] wrong password'] : undefined,
      },
      { auth: { user: 'alice', pass: 'guess' } },
    );
    const uses = Array.from({ length: 20 }, () => failure(pool.use('A', async () => {})));
    for (const error of await Promise.all(uses)) expect(String(error)).toContain('wrong password');
    expect(connections.length).toBeLessThanOrEqual(3);
    await pool.close();
  });

  it('is asked again after a while', async () => {
    let most = 1;
    const { pool, connections } = open({
      greet: ({ number }) => (number > most ? '* BYE too many' : '* PREAUTH [CAPABILITY IMAP4rev1] hi'),
    });
    const first = await borrow(pool, 'A');
    const waits = pool.use('B', async () => {});
    await settled(waits);
    expect(connections).toHaveLength(2);
    most = 9;
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 3_600_000);
    const second = await borrow(pool, 'C');
    now.mockRestore();
    expect(second.client).not.toBe(first.client);
    first.giveBack();
    second.giveBack();
    await waits;
    await pool.close();
  });
});

describe('a connection that breaks', () => {
  it('tells its borrower, and is replaced', async () => {
    const { pool, connections } = open({}, { connections: 1 });
    const first = await borrow(pool, 'A');
    const next = pool.use('B', async () => 'served');
    connections[0]?.server.fail();
    const noop = await failure(first.client.noop());
    expect(noop).toMatchObject({ name: 'ImapConnectionError' });
    expect(await next).toBe('served');
    expect(connections).toHaveLength(2);
    first.fail(noop);
    expect(await failure(first.use)).toBe(noop);
    expect(pool.clients).toHaveLength(1);
    await pool.close();
  });

  it('while nobody uses it is replaced before anybody notices', async () => {
    const { pool, connections } = open({
      answer: (command, { number, server }) => {
        if (number > 1 || command !== 'SELECT B') return undefined;
        server.fail();
        return null;
      },
    });
    await pool.use('A', async () => {});
    expect(await pool.use('B', async (client) => client.mailbox?.name)).toBe('B');
    expect(connections.map(({ heard }) => heard)).toEqual([['SELECT A', 'SELECT B'], ['SELECT B']]);
    await pool.close();
  });

  it('when it has just been opened is an error', async () => {
    const { pool, connections } = open({
      answer: (_command, { server }) => {
        server.fail();
        return null;
      },
    });
    expect(await failure(pool.use('A', async () => {}))).toMatchObject({ name: 'ImapConnectionError' });
    expect(connections).toHaveLength(1);
    await pool.close();
  });
});

describe('an idle connection', () => {
  it('is closed after a while, and opened again when it is needed', async () => {
    const { pool, connections } = open({}, { idleMs: 5 });
    await pool.use('A', async () => {});
    await vi.waitFor(() => expect(connections[0]?.heard).toContain('LOGOUT'));
    expect(pool.clients).toHaveLength(0);
    await pool.use('A', async () => {});
    expect(connections).toHaveLength(2);
    await pool.close();
  });
});

describe('a pool that is closed', () => {
  it('logs out of all, rejects who waits, and lends no more', async () => {
    const { pool, connections } = open({}, { connections: 1 });
    const first = await borrow(pool, 'A');
    const waits = failure(pool.use('B', async () => {}));
    await pool.close();
    expect(String(await waits)).toContain('the pool was closed');
    expect(await failure(pool.use('A', async () => {}))).toMatchObject({ name: 'ImapConnectionError' });
    first.giveBack();
    await first.use;
    expect(connections.map(({ heard }) => heard.at(-1))).toEqual(['LOGOUT']);
  });

  it('gives up what it was opening', async () => {
    const { pool } = open(
      { greet: () => '* OK [CAPABILITY IMAP4rev1] hi', answer: () => null },
      {
        auth: { user: 'alice', pass: 'secret' },
      },
    );
    const waits = failure(pool.use('A', async () => {}));
    await nextTurn();
    await pool.close();
    expect(String(await waits)).toContain('the pool was closed');
  });
});

it('tells of the events of every connection', async () => {
  const told: string[] = [];
  const { pool, connections } = open(
    { greet: ({ number }) => `* PREAUTH [ALERT] hello ${number}` },
    { on: { alert: ({ event: { text } }) => told.push(`alert ${text}`) } },
  );
  const off = pool.on('exists', ({ mailbox, event, client }) =>
    told.push(`${mailbox} ${event.count} ${client?.state}`),
  );
  const one = await borrow(pool, 'A');
  const two = await borrow(pool, 'B');
  await connections[1]?.server.send('* 3 EXISTS\r\n');
  await two.client.noop();
  off();
  await connections[0]?.server.send('* 4 EXISTS\r\n');
  await one.client.noop();
  expect(told).toEqual(['alert hello 1', 'alert hello 2', 'B 3 selected']);
  one.giveBack();
  two.giveBack();
  await pool.close();
});

it.each([{ connections: 0 }, { waiting: -1 }, { waitMs: Number.NaN }, { idleMs: 0 }])(
  '%o makes no pool',
  (options) => {
    expect(() => open({}, options)).toThrow(RangeError);
  },
);

describe('many mailboxes', () => {
  const names = Array.from({ length: 50 }, (_, index) => `Box${index}`);

  it('are counted with several commands on their way, and one that is refused is one row', async () => {
    let most = 0;
    let under = 0;
    const { pool } = open({
      answer: async (command) => {
        most = Math.max(most, ++under);
        await nextTurn();
        under -= 1;
        if (command.includes('Box7 ')) return ['$ NO [NOPERM] not yours'];
        const mailbox = command.split(' ')[1] ?? '';
        return [`* STATUS ${mailbox} (MESSAGES ${mailbox.length})`, '$ OK done'];
      },
    });
    const rows = await pool.status(names, ['messages']).toArray();
    expect(rows.map(({ mailbox }) => mailbox).toSorted()).toEqual(names.toSorted());
    for (const row of rows) {
      if (row.mailbox === 'Box7') expect(row.error).toMatchObject({ text: 'not yours' });
      else if (row.error === null) expect(row.status.messages).toBe(row.mailbox.length);
    }
    expect(rows.filter(({ error }) => error !== null)).toHaveLength(1);
    expect(most).toBeGreaterThan(1);
    await pool.close();
  });

  it('are searched on all connections, for reading only, and one that is refused is one row', async () => {
    const { pool, connections } = open({
      answer: (command, { mailbox }) => {
        if (command === 'EXAMINE Box3') return ['$ NO [NOPERM] not yours'];
        if (!command.startsWith('UID SEARCH')) return undefined;
        return mailbox === 'Box4' ? ['$ NO no'] : [`* SEARCH ${mailbox?.slice(3)} 99`, '$ OK done'];
      },
    });
    const rows = await pool.search(names, { text: 'x' }).toArray();
    expect(rows).toHaveLength(50);
    for (const row of rows) {
      const number = Number(row.mailbox.slice(3));
      if (number === 3 || number === 4) expect(row.error).toMatchObject({ name: 'ImapCommandError' });
      else expect(row).toEqual({ mailbox: row.mailbox, uidValidity: 7, uids: [number, 99], error: null });
    }
    expect(connections).toHaveLength(3);
    expect(
      connections.flatMap(({ heard }) => heard).filter((command) => command.startsWith('SELECT')),
    ).toEqual([]);
    await pool.close();
  });

  it('are searched, and what cannot be read of one is no reason to leave out the others', async () => {
    const { pool } = open(
      {
        answer: (command, { mailbox }) => {
          if (!command.startsWith('UID SEARCH')) return undefined;
          if (mailbox === 'Box3') return ['* SEARCH 1 (2', '$ OK done'];
          return [`* SEARCH ${mailbox === 'Box4' ? '1 '.repeat(1000) : '5'}`, '$ OK done'];
        },
      },
      { limits: { collected: 500 } },
    );
    const rows = await pool.search(names, { text: 'x' }).toArray();
    expect(rows).toHaveLength(50);
    const failed = rows.flatMap(({ mailbox, error }) => (error === null ? [] : [`${mailbox} ${error.name}`]));
    expect(failed.toSorted()).toEqual(['Box3 ImapAnswerError', 'Box4 ImapLimitError']);
    await pool.close();
  });

  it('are searched with few commands where the server has MULTISEARCH', async () => {
    const { pool, connections } = open({
      greet: () => '* PREAUTH [CAPABILITY IMAP4rev1 ESEARCH MULTISEARCH] hi',
      answer: (command, { tag }) => {
        if (!command.startsWith('ESEARCH')) return undefined;
        if (command.includes('Box30')) return ['$ NO [NOPERM] not all of these'];
        const correlator = `(TAG "${tag}" MAILBOX Box7 UIDVALIDITY 5)`;
        return [`* ESEARCH ${correlator} UID ALL 2:4,9`, '$ OK done'];
      },
    });
    const rows = await pool.search(names, { text: 'x' }).toArray();
    expect(rows.map(({ mailbox }) => mailbox).toSorted()).toEqual(names.toSorted());
    const row = (name: string) => rows.find(({ mailbox }) => mailbox === name);
    expect(row('Box7')).toEqual({ mailbox: 'Box7', uidValidity: 5, uids: [2, 3, 4, 9], error: null });
    expect(row('Box8')).toEqual({ mailbox: 'Box8', uidValidity: null, uids: [], error: null });
    // Those whose command was refused are asked one by one.
    expect(row('Box30')).toEqual({ mailbox: 'Box30', uidValidity: 7, uids: [], error: null });
    const sent = connections.flatMap(({ heard }) => heard);
    expect(sent.filter((command) => command.startsWith('ESEARCH'))).toHaveLength(3);
    expect(sent.filter((command) => command.startsWith('EXAMINE'))).toHaveLength(20);
    await pool.close();
  });

  it('are searched no further when the loop is left, and the connections are free again', async () => {
    const { pool, connections } = open();
    for await (const { mailbox } of pool.search(names, {})) {
      expect(mailbox).toBe('Box0');
      break;
    }
    expect(connections.flatMap(({ heard }) => heard).length).toBeLessThan(15);
    expect(await pool.use('A', async () => 'free')).toBe('free');
    await pool.close();
  });

  it('are searched until the signal aborts', async () => {
    const abort = new AbortController();
    const { pool, connections } = open({
      answer: (command) => (command.startsWith('UID SEARCH') ? null : undefined),
    });
    const rows = failure(pool.search(names, {}, { signal: abort.signal }).toArray());
    expect(await settled(rows)).toBe('pending');
    abort.abort(new Error('enough'));
    expect(String(await rows)).toContain('enough');
    for (const { server } of connections) server.fail(); // they would wait for their answer before LOGOUT
    await pool.close();
  });

  it('survive a connection that breaks', async () => {
    const { pool } = open({
      answer: (command, { number, server, heard }) => {
        if (number !== 1 || heard.length < 6) return undefined;
        server.fail();
        return null;
      },
    });
    expect(await pool.search(names, {}).toArray()).toHaveLength(50);
    await pool.close();
  });

  it('are not asked at all where signing in fails', async () => {
    const { pool } = open(
      {
        greet: () => '* OK [CAPABILITY IMAP4rev1] hi',
        answer: (command) => (command.startsWith('LOGIN') ? ['$ NO wrong password'] : undefined),
      },
      { auth: { user: 'alice', pass: 'guess' } },
    );
    await expect(pool.search(names, {}).toArray()).rejects.toThrow('wrong password');
    await expect(pool.status(names, ['messages']).toArray()).rejects.toThrow('wrong password');
    await pool.close();
  });
});

describe('a download', () => {
  const server: AnsweringOptions = {
    answer: (command) => {
      const [, from = ''] = /^UID FETCH 4 \(.*BODY\.PEEK\[1\]<(\d+)\.\d+>\)$/.exec(command) ?? [];
      if (from === '') return undefined;
      const text = from === '0' ? 'hello' : '';
      return [`* 1 FETCH (UID 4 BODY[1]<${from}> {${text.length}}\r\n${text})`, '$ OK done'];
    },
  };

  it('holds a connection from its first octet to its last', async () => {
    const { pool, connections } = open(server, { connections: 1 });
    const stream = pool.download('A', 4, '1', { uidValidity: 7 });
    expect(await pool.use('B', async () => 'free')).toBe('free');
    const reader = stream.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('hello');
    const waits = pool.use('B', async () => 'free');
    expect(await settled(waits)).toBe('pending');
    expect((await reader.read()).done).toBe(true);
    expect(await waits).toBe('free');
    expect(connections[0]?.heard.filter((command) => command.startsWith('EXAMINE'))).toEqual(['EXAMINE A']);
    await pool.close();
  });

  it.each<[string, (pool: ImapPool) => Promise<unknown>]>([
    ['is cancelled', (pool) => pool.download('A', 4, '1').cancel()],
    [
      'is cancelled while it waits',
      async (pool) => {
        const reader = pool.download('A', 4, '1').getReader();
        void reader.read();
        await reader.cancel();
      },
    ],
    [
      'is cancelled in the middle',
      async (pool) => {
        const reader = pool.download('A', 4, '1').getReader();
        await reader.read();
        await reader.cancel();
      },
    ],
    [
      'is aborted',
      async (pool) => {
        const abort = new AbortController();
        const reader = pool.download('A', 4, '1', { signal: abort.signal }).getReader();
        const first = failure(reader.read());
        abort.abort(new Error('enough'));
        expect(String(await first)).toContain('enough');
      },
    ],
    [
      'is of a mailbox that was made anew',
      async (pool) => {
        const reader = pool.download('A', 4, '1', { uidValidity: 6 }).getReader();
        expect(await failure(reader.read())).toMatchObject({ name: 'ImapStateError' });
      },
    ],
    [
      'is of a message that is gone',
      async (pool) => {
        expect(await failure(pool.download('A', 5, '1').getReader().read())).toBeInstanceOf(RangeError);
      },
    ],
  ])('that %s gives its connection back', async (_what, leave) => {
    const { pool } = open(server, { connections: 1 });
    await leave(pool);
    expect(await pool.use('B', async () => 'free')).toBe('free');
    expect(pool.clients).toHaveLength(1);
    await pool.close();
  });
});
