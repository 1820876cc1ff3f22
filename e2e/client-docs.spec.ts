// The examples of docs/client, each with a user of its own, in Chromium against Dovecot: what they log is what the
// comments say.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDovecot, type Dovecot } from '@imaplib/demo/server';
import * as commands from '@imaplib/client/commands';
import * as Client from '@imaplib/client';
import { tcp, type TcpOptions } from '@imaplib/client/node';
import { expect, message, note, test } from './fixtures.ts';
import { startModules } from './imaplib-page.ts';

const folder = fileURLToPath(new URL('../docs/client', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
const textOf = (file: string): string => readFileSync(`${folder}/${file}`, 'utf8');
const examplesOf = (file: string): string[] =>
  [...textOf(file).matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code);

/** The one that is about Node. */
const [, inNode = ''] = /^```js node\n([^]*?)^```$/m.exec(textOf('connecting.md')) ?? [];

const examples = files.flatMap((file) => examplesOf(file).map((code) => ({ file, code })));
const users = examples.map((_, index) => `user${index}`);

const inbox = {
  path: 'INBOX',
  messages: [
    message(note('Lunch'), { flags: ['\\Seen'], date: new Date('2026-11-20T10:00:00Z') }),
    message(
      note('Re: Lunch', 'Hello.', 'Ben <ben@example.com>').replace(
        'Date:',
        'References: <Lunch@example.com>\nDate:',
      ),
      { date: new Date('2026-11-21T10:00:00Z') },
    ),
    message(note('Invoice').replace('Date: Fri, 20', 'Date: Sun, 22'), {
      flags: ['\\Flagged'],
      date: new Date('2026-11-22T10:00:00Z'),
    }),
  ],
};

const acl = `
protocol imap {
  mail_plugins = $mail_plugins acl imap_acl
}
plugin {
  acl = vfile
}`;

/** Runs in the page: an example, and what it has logged. */
async function runExample({ code, user }: { code: string; user: string }): Promise<string[]> {
  const load = async (name: string): Promise<Record<string, unknown>> =>
    (await import(`${name.replace('@imaplib/client', '')}/index.js`)) as Record<string, unknown>;
  const names: Record<string, unknown> = {};
  for (const [, list = '', from = ''] of code.matchAll(/^import \{ (.*) \} from '(.*)';$/gm)) {
    const module = await load(from);
    for (const name of list.split(', ')) {
      if (module[name] === undefined) throw new Error(`${from} has no ${name}`);
      names[name] = module[name];
    }
  }
  const shown = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
    return typeof value === 'bigint' ? `${value}n` : String(value);
  };
  const logged: string[] = [];
  names['console'] = {
    log: (...values: readonly unknown[]) => void logged.push(values.map(shown).join(' ')),
  };
  names['prompt'] = () => 'secret';
  let client: Client.ImapClient | null = null;
  if (!/^const client /m.test(code)) {
    const { bridge, ImapClient } = (await load('@imaplib/client')) as unknown as typeof Client;
    client = await ImapClient.connect({
      transport: bridge({ url: '/imap', target: 'work' }),
      auth: { user, pass: 'secret' },
    });
    await client.select('INBOX');
    names['client'] = client;
  }
  const body = code.replaceAll(/^import .*;$/gm, '').replaceAll("'ana'", `'${user}'`);
  // oxlint-disable-next-line no-implied-eval, no-new-func -- this is what the test is for
  const run = new Function(...Object.keys(names), `return (async () => {${body}\n})()`) as (
    ...values: readonly unknown[]
  ) => Promise<void>;
  await run(...Object.values(names));
  await client?.logout();
  return logged;
}

/** What the comments say: behind each call that logs, or in lines of their own at the end, as a console would show it. */
function expectedOf(code: string): string[] {
  const printed = [...code.matchAll(/^\/\/ (.*)$/gm)].map(([, line = '']) => line);
  if (printed.length > 0) return printed;
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment = '']) =>
    comment
      .replaceAll(', ', '\0')
      .replaceAll(/\[[^\]]*\]/g, (list) => list.replaceAll('\0', ', '))
      .replaceAll('\0', ' ')
      .replaceAll(/'([^']*)'/g, '$1')
      .replaceAll(String.raw`\r\n`, '\r\n'),
  );
}

test.describe('docs/client', () => {
  let dovecot: Dovecot;
  let site: Awaited<ReturnType<typeof startModules>>;

  test.beforeAll(async () => {
    dovecot = await startDovecot({
      users: Object.fromEntries(users.map((user) => [user, 'secret'])),
      mailboxes: Object.fromEntries(users.map((user) => [user, [inbox]])),
      extra: acl,
    });
    site = await startModules(dovecot, {}, { work: dovecot.port });
  });

  test.afterAll(async () => {
    await site.close();
    await dovecot.stop();
  });

  test('connecting.md: the example for Node', async () => {
    const { tlsPort: port, ca } = dovecot;
    const names = {
      ImapClient: Client.ImapClient,
      tcp: (options: TcpOptions) => tcp({ ...options, host: 'localhost', port, ca: readFileSync(ca) }),
    };
    const logged: string[] = [];
    const console = { log: (value: unknown): void => void logged.push(String(value)) };
    const body = inNode.replaceAll(/^import .*;$/gm, '').replace("'ana'", `'${users[0] ?? ''}'`);
    // oxlint-disable-next-line no-implied-eval, no-new-func -- this is what the test is for
    const run = new Function(...Object.keys(names), 'console', `return (async () => {${body}\n})()`) as (
      ...values: readonly unknown[]
    ) => Promise<void>;
    await run(...Object.values(names), console);
    expect(logged).toEqual(expectedOf(inNode));
    expect(logged).toHaveLength(1);
  });

  for (const file of files) {
    const mine = examples.flatMap((example, index) =>
      example.file === file ? [{ code: example.code, user: users[index] ?? '' }] : [],
    );
    if (mine.length === 0) continue;
    test(`${file}: ${mine.length} examples`, async ({ page }) => {
      test.setTimeout(60_000);
      await page.goto(site.url);
      for (const { code, user } of mine) {
        const failed = (reason: Error): string[] => [String(reason)];
        const logged = await page.evaluate(runExample, { code, user }).catch(failed);
        expect.soft(logged, code).toEqual(expectedOf(code));
      }
    });
  }
});

test('what the README and the pages of docs/client link to is there', () => {
  const readme = fileURLToPath(new URL('../README.md', import.meta.url));
  let links = 0;
  for (const file of [readme, ...files.map((name) => `${folder}/${name}`)]) {
    for (const [, target = '', heading] of readFileSync(file, 'utf8').matchAll(
      /\]\(([^):#]+)(?:#([^)]+))?\)/g,
    )) {
      links += 1;
      const path = join(dirname(file), target);
      expect(existsSync(path), `${file}: ${target}`).toBe(true);
      if (heading === undefined) continue;
      const headings = [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
        text
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(headings, `${file}: ${target}`).toContain(heading);
    }
  }
  expect(links).toBeGreaterThan(20);
});

/** What the first column of a page's tables names. */
const rowsOf = (file: string): string[] =>
  [...textOf(file).matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );

test('docs/client: every error, event and limit has its row', () => {
  const errors = Object.keys(Client).filter((name) => name.endsWith('Error'));
  expect(errors.length).toBeGreaterThan(7);
  expect(rowsOf('errors.md')).toEqual(expect.arrayContaining(errors));
  const limits: Record<keyof Client.SessionLimits, true> = {
    line: true,
    literal: true,
    discard: true,
    depth: true,
    tokens: true,
    collected: true,
    maxQueued: true,
    greetingMs: true,
    silenceMs: true,
    byeMs: true,
  };
  expect(rowsOf('errors.md')).toEqual(expect.arrayContaining(Object.keys(limits)));
  const events: Record<keyof Client.ClientEvents, true> = {
    exists: true,
    expunge: true,
    vanished: true,
    fetch: true,
    searchUpdate: true,
    progress: true,
    alert: true,
    status: true,
    mailbox: true,
    overflow: true,
    untagged: true,
    warning: true,
    drain: true,
    reconnecting: true,
    reconnected: true,
    resync: true,
    close: true,
  };
  expect(rowsOf('live.md')).toEqual(expect.arrayContaining(Object.keys(events)));
});

test('docs/client: what the tables of imports name is there', () => {
  const row = /^\| `@imaplib\/client` \| (.*) \|$/m.exec(textOf('README.md'))?.[1] ?? '';
  const named = [...row.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(10);
  expect(Object.keys(Client)).toEqual(expect.arrayContaining(named));
});

test('docs/client: every command is named', () => {
  const all = files.map(textOf).join('\n');
  const names = Object.keys(commands);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(all))).toEqual([]);
  expect(names.length).toBeGreaterThan(50);
});
