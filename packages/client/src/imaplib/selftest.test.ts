// The self-test against an account in memory: its steps and their log, and that it leaves nothing behind, whatever
// happens at whichever of its commands.

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { IMAP4, selftest, type SelftestOptions } from './index.ts';
import { Account, type AccountOptions, type Fault } from './testing/account.ts';

const password = 'cor"rect horse';

/** An account with mail of its own, some of it deleted but not expunged, one message like that of the self-test. */
function someAccount(options: AccountOptions = {}): Account {
  const account = new Account(options);
  account.add('INBOX', 'Subject: hello\r\n\r\n', ['\\Seen']);
  account.add('INBOX', 'Subject: IMAP4 test\r\n\r\n');
  account.add('INBOX', 'Subject: going\r\n\r\n', ['\\Deleted']);
  account.mailboxes.set(`${options.prefix ?? ''}tmp`, []);
  account.subscribed.add(`${options.prefix ?? ''}tmp`);
  return account;
}

async function run(account: Account, more: Partial<SelftestOptions> = {}) {
  const lines: string[] = [];
  const result = await selftest({
    connect: () => new IMAP4('', 143, { transport: account.connect }),
    user: 'user',
    password,
    onLine: (line) => lines.push(line),
    ...more,
  });
  return { result, lines };
}

test('13: the test section of the module: its steps in its order, all OK', async () => {
  const account = someAccount();
  const before = account.snapshot();
  const { result, lines } = await run(account, { prefix: 'mine' });
  expect(lines.at(-1)).toBe('All tests OK.');
  expect(result).toMatchObject({ ok: true, error: null, hint: null, left: null });
  const begin = result.steps.findIndex(({ command }) => command === 'create');
  const end = result.steps.findLastIndex(({ command }) => command === 'recent');
  expect(result.steps.slice(begin, end + 1).map(({ command }) => command)).toEqual([
    ...['create', 'rename', 'CREATE', 'append', 'list', 'select', 'search', 'fetch', 'store', 'namespace'],
    ...['expunge', 'recent', 'close', 'list', 'delete', 'delete'],
    ...['select', 'response', 'uid', 'uid', 'response', 'append', 'recent'],
  ]);
  expect(result.steps.at(-1)?.command).toBe('logout');
  expect(account.snapshot()).toEqual(before);
});

test('each command is logged as it was called, with its answer', async () => {
  const { lines } = await run(someAccount(), { prefix: 'mine' });
  expect(lines).toContain('login ("user", "***")');
  expect(lines).toContain('create ("mine/xxx 1")');
  expect(lines).toContain('create => OK ["done"]');
  expect(lines).toContain('rename ("mine/xxx 1", "mine/yyy")');
  expect(lines).toContain('search (null, "SUBJECT", "test")');
  expect(lines.find((line) => line.startsWith('fetch =>'))).toMatch(
    /^fetch => OK \[\["1 \(FLAGS \(\) RFC822 \{(\d+)\}", <\1 bytes>\], "\)"\]$/,
  );
});

test('the last message of INBOX stays unseen, and its text is not all fetched', async () => {
  const account = someAccount();
  await run(account);
  const fetches = account.heard.filter((line) => line.startsWith('UID FETCH'));
  expect(fetches).toEqual([
    'UID FETCH 3 (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER] BODY.PEEK[TEXT]<0.1024>)',
  ]);
});

describe('where the mailboxes go', () => {
  test.each([
    ['below the namespace', { prefix: 'INBOX.', delimiter: '.' }, 'mine', 'INBOX.mine.xxx 1'],
    [
      'a prefix that has the namespace',
      { prefix: 'INBOX.', delimiter: '.' },
      'INBOX.mine',
      'INBOX.mine.xxx 1',
    ],
    ['a prefix that ends in the delimiter', {}, 'mine/', 'mine/xxx 1'],
    ['levels that are not there yet', {}, 'a/b/c', 'a/b/c/xxx 1'],
    ['no hierarchy', { delimiter: null }, 'mine', 'mine-xxx 1'],
    ['no NAMESPACE', { capabilities: 'IMAP4rev1', delimiter: '.' }, 'mine', 'mine.xxx 1'],
    ['IMAP4 of 1994', { capabilities: 'IMAP4' }, 'mine', 'mine/xxx 1'],
  ] as const)('%s', async (_, options, prefix, created) => {
    const account = someAccount(options);
    const before = account.snapshot();
    const { result } = await run(account, { prefix });
    expect(result.error).toBeNull();
    expect(account.heard).toContain(`CREATE "${created}"`);
    expect(account.snapshot()).toEqual(before);
  });

  test('never where there is something already', async () => {
    const account = someAccount();
    const { result, lines } = await run(account, { prefix: 'tmp' });
    expect(result.error).toBeInstanceOf(RangeError);
    expect(lines).toContain('there is "tmp" already: choose a prefix that no mailbox has');
    expect(account.heard.some((line) => /^(?:CREATE|DELETE)/.test(line))).toBe(false);
  });

  test.each(['', 'a*', 'a%', 'a"b', 'a\r\nb'])('not below %j', async (prefix) => {
    const account = someAccount();
    const { result } = await run(account, { prefix });
    expect(result.error).toBeInstanceOf(RangeError);
    expect(account.heard.some((line) => line.startsWith('CREATE'))).toBe(false);
  });

  test('a random name when none is given', async () => {
    const { result } = await run(someAccount());
    expect(result.steps.find(({ command }) => command === 'create')?.args[0]).toMatch(
      /^imaplib-selftest-[0-9a-f]{12}\/xxx 1$/,
    );
  });
});

describe('nothing is left behind', () => {
  test('where the server subscribes what is created', async () => {
    const account = someAccount({ subscribes: true });
    const before = account.snapshot();
    const { result } = await run(account);
    expect(result.ok).toBe(true);
    expect(account.snapshot()).toEqual(before);
  });

  test('nor anything else removed where the server cannot expunge by UID', async () => {
    const account = someAccount({ capabilities: 'IMAP4rev1' });
    const before = account.snapshot();
    const { result } = await run(account);
    expect(result.ok).toBe(true);
    expect(account.heard.some((line) => line.startsWith('UID EXPUNGE'))).toBe(false);
    expect(account.snapshot()).toEqual(before);
  });

  const faults: readonly Fault[] = ['NO', 'BAD', 'BYE', 'cut', 'cut behind'];
  for (const capabilities of ['IMAP4rev1 NAMESPACE UIDPLUS', 'IMAP4rev1']) {
    test.each(faults)(`${capabilities}: whichever command is answered by: %s`, async (fault) => {
      const counting = someAccount({ capabilities });
      await run(counting, { prefix: 'mine' });
      const logout = counting.heard.length - 1;
      for (let at = 0; at < logout; at++) {
        let count = 0;
        const account = someAccount({
          capabilities,
          subscribes: true,
          fault: () => (count++ === at ? fault : undefined),
        });
        const before = account.snapshot();
        const { result, lines } = await run(account, { prefix: 'mine' });
        const where = `${fault} at ${account.heard[at]}`;
        expect(account.snapshot(), where).toEqual(before);
        expect(result.left, where).toBeNull();
        expect(result.ok, where).toBe(false);
        expect(lines, where).toContain('Tests failed.');
        expect(lines.join('\n'), where).not.toMatch(/cor\\*"rect/);
        expect(`${result.error?.stack} ${result.hint}`, where).not.toMatch(/cor\\*"rect/);
      }
    });
  }

  test('whenever it is aborted', async () => {
    const counting = someAccount();
    await run(counting);
    for (let at = 0; at < counting.heard.length - 1; at++) {
      const abort = new AbortController();
      let count = 0;
      const account = someAccount({
        fault: () => {
          if (count++ === at) abort.abort();
          return undefined;
        },
      });
      const before = account.snapshot();
      const { result } = await run(account, { signal: abort.signal });
      expect(account.snapshot(), `at ${account.heard[at]}`).toEqual(before);
      expect(result).toMatchObject({ ok: false, left: null, error: { name: 'AbortError' } });
    }
  });

  test('nor where it is aborted while the server says nothing: another connection cleans up', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const abort = new AbortController();
    const account = someAccount({
      fault: (line) => {
        if (!line.startsWith('SEARCH') || abort.signal.aborted) return undefined;
        abort.abort();
        return 'stall';
      },
    });
    const before = account.snapshot();
    const running = run(account, { signal: abort.signal });
    await vi.advanceTimersByTimeAsync(10_000);
    const { result } = await running;
    expect(result).toMatchObject({ ok: false, left: null, error: { name: 'AbortError' } });
    expect(account.heard.filter((line) => line.startsWith('LOGIN'))).toHaveLength(2);
    expect(account.snapshot()).toEqual(before);
  });

  test('and where that cannot be, it says what', async () => {
    const account = someAccount({ fault: (line) => (line.startsWith('DELETE') ? 'NO' : undefined) });
    const { result, lines } = await run(account, { prefix: 'mine' });
    expect(result).toMatchObject({ ok: false, left: 'all mailboxes that begin with mine' });
    expect(lines.at(-1)).toBe(
      'all mailboxes that begin with mine could not be taken away: please delete it by hand.',
    );
  });

  test('nor waited for without end: where nothing answers any more, it says what is left', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const abort = new AbortController();
    let isDead = false;
    const account = someAccount({
      fault: (line) => {
        isDead ||= line.startsWith('SEARCH');
        if (isDead) abort.abort();
        return isDead ? 'stall' : undefined;
      },
    });
    const running = run(account, { prefix: 'mine', signal: abort.signal });
    await vi.advanceTimersByTimeAsync(80_000);
    const { result } = await running;
    expect(result).toMatchObject({
      ok: false,
      left: 'all mailboxes that begin with mine',
      error: { name: 'AbortError' },
    });
    expect(result.steps.at(-1)?.error).toMatchObject({ name: 'TimeoutError' });
  });

  test('nor begun where it is aborted before', async () => {
    const account = someAccount();
    const { result } = await run(account, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ ok: false, error: { name: 'AbortError' } });
    expect(account.heard).toEqual([]);
  });
});

describe('signing in', () => {
  test('is left out where the server has done it', async () => {
    const account = someAccount({ greeting: '* PREAUTH welcome' });
    const asked = vi.fn<() => string>(() => password);
    const { result } = await run(account, { password: asked });
    expect(result.ok).toBe(true);
    expect(asked).not.toHaveBeenCalled();
    expect(account.heard.some((line) => line.startsWith('LOGIN'))).toBe(false);
  });

  test('a refusal, with a hint and without the password that the server repeats', async () => {
    const account = someAccount({ fault: (line) => (line.startsWith('LOGIN') ? 'BAD' : undefined) });
    const { result, lines } = await run(account);
    expect(result.error?.message).toContain('LOGIN user "***"');
    expect(lines.slice(-3)).toEqual([
      'Tests failed.',
      result.error?.message,
      'Check user and password. Some providers want a password that is made for one program only.',
    ]);
  });

  test('a connection that cannot be made', async () => {
    const { result } = await run(new Account(), {
      connect: () => {
        throw new RangeError('no such port');
      },
    });
    expect(result).toMatchObject({ ok: false, error: { message: 'no such port' }, left: null });
  });
});
