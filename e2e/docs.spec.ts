// The examples of the documentation, run in Chromium against Dovecot: each with a fresh user, and what it logs compared
// with the comment behind: `console.log(value); // expected`.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { startDovecot, type Dovecot, type SeedFolder } from '@imaplib/demo/server';
import { IMAP4 } from '@imaplib/client/imaplib';
import type * as Imaplib from '@imaplib/client/imaplib';
import type * as Client from '@imaplib/client';
import { crlf, expect, test } from './fixtures.ts';
import { startModules } from './imaplib-page.ts';

const folder = fileURLToPath(new URL('../docs/imaplib', import.meta.url));
const tests = new URL('../packages/client/src/imaplib/', import.meta.url);
const password = 'secret';

interface Example {
  /** The heading that it stands under. */
  readonly name: string;
  readonly code: string;
  /** Behind `js` in the fence: `other` for a server with commands that Dovecot has not. */
  readonly where: string;
}

function examplesOf(page: string): Example[] {
  const text = readFileSync(`${folder}/${page}`, 'utf8');
  let name = '';
  return [...text.matchAll(/^#+ (.*)$|^```js *(.*)\n([^]*?)^```$/gm)].flatMap(
    ([, heading, where = '', code]) => {
      if (heading !== undefined) name = heading.replaceAll('`', '').replace(/[(,].*/, '');
      return code === undefined ? [] : [{ name, where, code }];
    },
  );
}

const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
const examples = new Map(pages.map((page) => [page, examplesOf(page)]));
const users = Array.from(examples.values())
  .flat()
  .map((_, index) => `user${index}`);

/** What every user has: see the README of the documentation. */
const inbox: SeedFolder = {
  path: 'INBOX',
  messages: [
    ['Ana <ana@example.com>', 'Lunch', ['\\Seen'], ''],
    ['Ben <ben@example.com>', 'Re: Lunch', [], 'References: <1@example.com>\n'],
    ['Ana <ana@example.com>', 'Invoice', ['\\Flagged'], ''],
  ].map(([from, subject, flags, more], index) => ({
    raw: new TextEncoder().encode(
      crlf(
        `From: ${String(from)}\nSubject: ${String(subject)}\nDate: Fri, ${20 + index} Nov 2026 10:00:00 +0000\nMessage-ID: <${index + 1}@example.com>\n${String(more)}\nHello.\n`,
      ),
    ),
    flags: flags as string[],
    date: new Date(Date.UTC(2026, 10, 20 + index, 10)),
  })),
};

const acl = `
protocol imap {
  mail_plugins = $mail_plugins acl imap_acl
}
plugin {
  acl = vfile
}`;

/** Answers of a server with commands that Dovecot has not. */
const answers: Record<string, string> = {
  CAPABILITY: '* CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT',
  SELECT: '* 3 EXISTS',
  ENABLE: '* ENABLED UTF8=ACCEPT',
  PARTIAL: '* 1 FETCH (RFC822 {5}\r\nFrom:)',
  GETANNOTATION: '* ANNOTATION INBOX /comment (value.priv "mine")',
  SETQUOTA: '* QUOTA "User quota" (STORAGE 0 512)',
};

async function otherServer(): Promise<Server> {
  const server = createServer((socket) => {
    let unread = '';
    socket.on('error', () => {});
    socket.write('* OK another server\r\n');
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      unread += chunk;
      for (let end = unread.indexOf('\r\n'); end >= 0; end = unread.indexOf('\r\n')) {
        const [tag = '', name = ''] = unread.slice(0, end).split(' ');
        unread = unread.slice(end + 2);
        const untagged = answers[name];
        socket.write(`${untagged === undefined ? '' : `${untagged}\r\n`}${tag} OK ${name} completed\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Runs in the page: an example, and what it has logged. */
async function runExample({
  code,
  target,
  user,
}: {
  code: string;
  target: string;
  user: string;
}): Promise<string[]> {
  const load = async (address: string): Promise<unknown> => import(address);
  const imaplib = (await load('/imaplib/index.js')) as typeof Imaplib;
  const { bridge } = (await load('/index.js')) as typeof Client;
  imaplib.IMAP4.defaultTransport = (server) => {
    if ('command' in server) return bridge({ url: '/imap', command: server.command });
    return bridge({ url: '/imap', target: target !== '' ? target : server.tls === 'none' ? 'plain' : 'tls' });
  };
  const logged: string[] = [];
  const written = (value: unknown): string =>
    JSON.stringify(value, (_, item: unknown) =>
      item instanceof Uint8Array ? `Uint8Array(${item.length})` : item === undefined ? 'undefined' : item,
    );
  const log = (value: unknown): void => void logged.push(written(value));
  const needsConnection = /\bM\b/.test(code) && !/\b(?:const|using) M\b/.test(code);
  const begin = needsConnection
    ? `const M = new IMAP4_SSL('imap.example.com'); await M.login('user', 'secret'); await M.select();`
    : '';
  const end = needsConnection ? `if (M.state !== 'LOGOUT') await M.logout();` : '';
  const body = `${begin}\n${code.replaceAll(/^import .*$/gm, '')}\n${end}`;
  const source = `const { ${Object.keys(imaplib).join(', ')} } = imaplib;
    ${body.replaceAll(/'user'(?=, '(?:secret|wrong)'|,\s+password)/g, `'${user}'`)}`;
  // oxlint-disable-next-line no-implied-eval, no-new-func -- this is what the test is for
  const run = new Function('imaplib', 'console', `return (async () => {${source}\n})()`) as (
    ...args: unknown[]
  ) => Promise<void>;
  await run(imaplib, { log, error: log });
  return logged;
}

/** What the comments say, as JSON; `…` stands for anything. */
function expectedOf(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\);(?: |\n\s*)\/\/ (.*(?:\n\s*\/\/ .*)*)$/gm)].map(
    ([, comment = '']) => {
      // oxlint-disable-next-line no-implied-eval, no-new-func -- a literal of our own documentation
      const value: unknown = new Function('Uint8Array', `return (${comment.replaceAll(/\n\s*\/\/ /g, ' ')})`)(
        (size: number) => `Uint8Array(${size})`,
      );
      return JSON.stringify(value);
    },
  );
}

const unlike = (text: string, user: string): string =>
  text.replaceAll(/ \(\d+\.\d+ \+ [\d. +]+ secs\)/g, '').replaceAll(new RegExp(`\\b${user}\\b`, 'g'), 'user');

function matches(actual: string, expected: string): boolean {
  const parts = expected.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(actual);
}

test('14: every method has an example', () => {
  const commands = Object.getOwnPropertyNames(Object.getPrototypeOf(IMAP4.prototype));
  const all = examplesOf('IMAP4.md')
    .map(({ code }) => code)
    .join('\n');
  expect(commands.filter((name) => !all.includes(`.${name}(`))).toEqual(['constructor']);
  expect(commands.length).toBeGreaterThan(45);
});

test('every row that names a test names one that is there', () => {
  const rows = readFileSync(`${folder}/README.md`, 'utf8').matchAll(/^\|.*\| ([^|]*) \|$/gm);
  const named = Array.from(rows).flatMap(([, cell = '']) => {
    let file = '';
    return [...cell.matchAll(/`(\w+)`: |\*([^*]+)\*/g)].flatMap(([, inFile, name]) => {
      file = inFile ?? file;
      return name === undefined ? [] : [{ file, name }];
    });
  });
  expect(named.length).toBeGreaterThan(40);
  const missing = named.filter(({ file, name }) => {
    const source = readFileSync(fileURLToPath(new URL(`${file}.test.ts`, tests)), 'utf8').replaceAll(
      '\\',
      '',
    );
    return !name.split('…').every((part) => source.includes(part.trim()));
  });
  expect(missing).toEqual([]);
});

test.describe('docs/imaplib', () => {
  let dovecot: Dovecot;
  let other: Server;
  let site: Awaited<ReturnType<typeof startModules>>;

  test.beforeAll(async () => {
    dovecot = await startDovecot({
      users: Object.fromEntries([...users, 'local', 'python'].map((user) => [user, password])),
      mailboxes: Object.fromEntries([...users, 'local', 'python'].map((user) => [user, [inbox]])),
      extra: acl,
    });
    other = await otherServer();
    site = await startModules(
      dovecot,
      { dovecot: dovecot.preauthCommand('local') },
      {
        other: (other.address() as AddressInfo).port,
      },
    );
  });

  test.afterAll(async () => {
    await site.close();
    other.close();
    await dovecot.stop();
  });

  test('porting.md: the script in Python prints the same', async () => {
    const text = readFileSync(`${folder}/porting.md`, 'utf8');
    const [, script = ''] = /^```python\n([^]*?)^```$/m.exec(text) ?? [];
    const [after] = examples.get('porting.md') ?? [];
    const begin = `
import imaplib, ssl, sys
class Redirected(imaplib.IMAP4_SSL):
    def __init__(self, host):
        super().__init__('localhost', ${dovecot.tlsPort}, ssl_context=ssl.create_default_context(cafile=sys.argv[1]))
imaplib.IMAP4_SSL = Redirected
`;
    const python = execFileSync('python3', ['-c', begin + script.replace("'user'", "'python'"), dovecot.ca], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    const printed = python.trimEnd().split('\n');
    expect(printed.map((line) => JSON.stringify(line))).toEqual(expectedOf(after?.code ?? ''));
  });

  let next = 0;
  for (const [file, list] of examples) {
    if (list.length === 0) continue;
    const mine = list.map((example) => ({ ...example, user: users[next++] ?? '' }));
    test(`${file}: ${list.length} examples`, async ({ page }) => {
      test.setTimeout(60_000);
      await page.goto(site.url);
      for (const { name, code, where, user } of mine) {
        const failed = (reason: Error): string[] => [String(reason)];
        const logged = await page.evaluate(runExample, { code, target: where, user }).catch(failed);
        const expected = expectedOf(code);
        const actual = logged.map((line) => unlike(line, user));
        const isSame =
          actual.length === expected.length && expected.every((text, at) => matches(actual[at] ?? '', text));
        if (!isSame) expect.soft(actual, name).toEqual(expected);
      }
    });
  }
});
