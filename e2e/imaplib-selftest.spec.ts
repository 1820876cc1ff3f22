// The self-test against Dovecot: as a program in a shell, over each kind of connection, and in Chromium over a bridge.
// Its wire log is a page of the documentation.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startDovecot, type Dovecot } from '@imaplib/demo/server';
import type * as Imaplib from '@imaplib/client/imaplib';
import { expect, message, note, test } from './fixtures.ts';
import type { Credentials } from './imaplib-calls.ts';
import { startModules } from './imaplib-page.ts';

const program = fileURLToPath(new URL('../packages/client/dist/node/imaplib-selftest.js', import.meta.url));
const functions = fileURLToPath(new URL('../docs/imaplib/functions.md', import.meta.url));
const wireLog = fileURLToPath(new URL('../docs/imaplib/wire-log.md', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

const selftest = ({ password }: Credentials, ...args: readonly string[]): Promise<Ended> =>
  run(process.execPath, [program, ...args], { IMAPLIB_PASSWORD: password });

/** All mailboxes, subscriptions and messages, as the server lists them. */
async function everything(dovecot: Dovecot, { user }: Credentials): Promise<string> {
  const [file = '', ...args] = dovecot.preauthCommand(user);
  const script = [
    ...['a LIST "" *', 'a LSUB "" *', 'a EXAMINE INBOX', 'a FETCH 1:* (UID FLAGS RFC822.SIZE)', 'a LOGOUT'],
  ];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(script.map((line) => `${line}\r\n`).join(''));
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk;
  return output
    .split('\r\n')
    .filter((line) => /^\* (?:LIST|LSUB|\d+ FETCH)/.test(line))
    .join('\n')
    .replaceAll(/ ?\\(?:Recent|Marked|UnMarked)/g, '');
}

test.beforeEach(({ account }) =>
  account.fill([
    { path: 'INBOX', messages: [message(note('Mine'), { flags: ['\\Deleted'] }), message(note('New'))] },
  ]),
);

test.describe('in a shell', () => {
  const ways: readonly (readonly [name: string, args: (dovecot: Dovecot) => string[]])[] = [
    ['TLS', ({ ca, tlsPort }) => ['--ca', ca, '--port', String(tlsPort), 'localhost']],
    ['STARTTLS', ({ ca, port }) => ['--starttls', '--ca', ca, '--port', String(port), 'localhost']],
    ['no TLS', ({ port }) => ['--plain', '--port', String(port), '127.0.0.1']],
    [
      'a prefix of two levels',
      ({ port }) => ['--prefix', 'a/b', '--plain', '--port', String(port), '127.0.0.1'],
    ],
  ];
  for (const [name, args] of ways) {
    test(`${name}: all tests OK, nothing left behind`, async ({ dovecot, account }) => {
      const before = await everything(dovecot, account);
      const { code, stdout } = await selftest(account, '--user', account.user, ...args(dovecot));
      expect(stdout).toMatch(/\nAll tests OK\.\n$/);
      expect(code).toBe(0);
      expect(stdout).not.toContain(account.password);
      expect(await everything(dovecot, account)).toBe(before);
    });
  }

  test('a command on its standard input and output, signed in already', async ({ dovecot, account }) => {
    const before = await everything(dovecot, account);
    const command = dovecot.preauthCommand(account.user).map((word) => `'${word}'`);
    const { code, stdout } = await run(process.execPath, [program, '-s', command.join(' ')]);
    expect(stdout).toMatch(/\nAll tests OK\.\n$/);
    expect(code).toBe(0);
    expect(await everything(dovecot, account)).toBe(before);
  });

  test('a certificate that nobody vouches for is not accepted', async ({ dovecot, account }) => {
    const { code, stdout } = await selftest(account, '--port', String(dovecot.tlsPort), 'localhost');
    expect(code).toBe(1);
    expect(stdout).toMatch(/its certificate is not accepted/);
  });

  test('a wrong password', async ({ dovecot, account }) => {
    const args = ['--plain', '--port', String(dovecot.port), '--user', account.user, '127.0.0.1'];
    const { code, stdout, stderr } = await selftest({ ...account, password: 'wrong secret' }, '-d5', ...args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/Tests failed\.\n\[AUTHENTICATIONFAILED\]/);
    expect(stdout + stderr).not.toContain('wrong secret');
  });

  test('asks for the password on a terminal, and does not show it', async ({ dovecot, account }) => {
    const terminal = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen = b''
while b'IMAP password for' not in seen or not seen.endswith(b': '):
    seen += os.read(fd, 1024)
os.write(fd, sys.argv[1].encode() + b'\\r')
while True:
    try:
        chunk = os.read(fd, 1024)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
print(seen.decode(), end='')
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
    const args = ['--plain', '--port', String(dovecot.port), '--user', account.user, '127.0.0.1'];
    const { code, stdout } = await run('python3', [
      ...['-c', terminal, account.password, process.execPath, program, ...args],
    ]);
    expect(stdout).toMatch(new RegExp(`^IMAP password for ${account.user} on 127\\.0\\.0\\.1: \\r?\\n`));
    expect(stdout).toMatch(/All tests OK\.\s*$/);
    expect(stdout).not.toContain(account.password);
    expect(code).toBe(0);
  });
});

test('below INBOX, where the server wants everything there', async () => {
  const account = { user: 'ana', password: 'secret' };
  const dovecot = await startDovecot({
    users: { [account.user]: account.password },
    extra: 'namespace inbox {\n  prefix = INBOX.\n  separator = .\n}',
  });
  try {
    const before = await everything(dovecot, account);
    const args = ['--plain', '--port', String(dovecot.port), '--user', account.user, '127.0.0.1'];
    const { code, stdout } = await selftest(account, ...args);
    expect(stdout).toMatch(/^create \("INBOX\.imaplib-selftest-[0-9a-f]+\.xxx 1"\)$/m);
    expect(code).toBe(0);
    expect(await everything(dovecot, account)).toBe(before);
  } finally {
    await dovecot.stop();
  }
});

test('13: in Chromium over a bridge: all tests OK, nothing left behind', async ({
  page,
  dovecot,
  account,
}) => {
  const before = await everything(dovecot, account);
  const site = await startModules(dovecot);
  await page.goto(site.url);
  const { ok, lines } = await page.evaluate(
    async ({ user, password }) => {
      const address = '/imaplib/index.js';
      const imaplib = (await import(address)) as typeof Imaplib;
      const heard: string[] = [];
      const connect = () => new imaplib.IMAP4_SSL('', 993, { bridge: { url: '/imap', target: 'tls' } });
      const result = await imaplib.selftest({
        connect,
        user,
        password,
        onLine: (line) => void heard.push(line),
      });
      return { ok: result.ok, lines: heard };
    },
    { user: account.user, password: account.password },
  );
  expect(lines.join('\n')).toMatch(/All tests OK\.$/);
  expect(ok).toBe(true);
  expect(await everything(dovecot, account)).toBe(before);
  await site.close();
});

test('its usage stands in the documentation', async () => {
  const { stdout } = await run(process.execPath, [program, '--help']);
  expect(readFileSync(functions, 'utf8')).toContain(`\`\`\`text\n${stdout}\`\`\``);
});

test('the wire log in the documentation is what goes over the wire', async () => {
  const dovecot = await startDovecot({ users: { user: 'not for logs' } });
  try {
    const { code, stderr } = await run(
      process.execPath,
      [
        ...[program, '-d4', '--prefix', 'selftest', '--user', 'user'],
        ...['--ca', dovecot.ca, '--port', String(dovecot.tlsPort), 'localhost'],
      ],
      { IMAPLIB_PASSWORD: 'not for logs' },
    );
    expect(code).toBe(0);
    expect(stderr).not.toContain('not for logs');
    const log = constant(stderr);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(wireLog, wirePage(log));
    expect(wirePage(log)).toBe(readFileSync(wireLog, 'utf8'));
  } finally {
    await dovecot.stop();
  }
});

/** The log without what is another one each time: clock, tags, dates, durations, random names. */
function constant(log: string): string {
  const tag = /> b'([A-P]{4})\d+ /.exec(log)?.[1] ?? '';
  return log
    .split('\n')
    .filter((line) => / [<>] b/.test(line))
    .map((line) => line.replace(/^ {2}\d\d:\d\d\.\d\d /, ''))
    .join('\n')
    .replaceAll(tag, 'BAAA')
    .replaceAll(/ \(\d+\.\d+ \+ [\d. +]+ secs\)/g, '')
    .replaceAll(/\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '20-Nov-2026 10:00:00 +0000')
    .replaceAll(/\b1[7-9]\d{8}\b/g, '1700000000')
    .replaceAll(/[0-9a-f]{12}@imaplib-selftest/g, '0123456789ab@imaplib-selftest');
}

function wirePage(log: string): string {
  return `# The wire log of the self-test

What \`imaplib-selftest -d4 --prefix selftest localhost\` and a Dovecot say to each other. The password is masked, as
in every log. Generated by the end-to-end tests; clock, tags, dates, UIDVALIDITY and random names are made constant.

\`\`\`text
${log}
\`\`\`
`;
}
