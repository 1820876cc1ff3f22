// The program itself, as somebody runs it: a process of its own, compiled, against an account in memory.

import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Account, type AccountOptions } from '../imaplib/testing/account.ts';
import { readOptions, UsageError } from './selftest/options.ts';
import { askPassword, type Terminal } from './selftest/password.ts';
import { splitCommand } from './selftest/split-command.ts';
import { listen } from './testing/listen.ts';

const program = fileURLToPath(new URL('../../dist/node/imaplib-selftest.js', import.meta.url));
const secret = 'not for logs';

function run(args: readonly string[], env: Record<string, string> = { IMAPLIB_PASSWORD: secret }) {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, exited };
}

async function serve(options: AccountOptions = {}) {
  const account = new Account(options);
  account.add('INBOX', 'Subject: hello\r\n\r\n');
  const { port, server } = await listen(() => account.session());
  onTestFinished(() => void server.close());
  const before = account.snapshot();
  return { account, before, args: ['--plain', '--port', String(port), '--user', 'ana', '127.0.0.1'] };
}

test('all tests OK: ends with 0, and nothing is left behind', async () => {
  const { account, before, args } = await serve();
  const { code, stdout, stderr } = await run(args).exited;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('All tests OK.');
  expect(account.snapshot()).toEqual(before);
});

test('-d5 shows every line on stderr, the password nowhere', async () => {
  const { args } = await serve();
  const { code, stdout, stderr } = await run(['-d5', ...args]).exited;
  expect(code).toBe(0);
  expect(stderr).toMatch(/^ {2}\d\d:\d\d\.\d\d > b'[A-P]{4}\d+ LOGIN ana \*\*\*'$/m);
  expect(stdout + stderr).not.toContain(secret);
});

test('--prefix says where', async () => {
  const { account, args } = await serve();
  expect((await run(['--prefix', 'mine', ...args]).exited).code).toBe(0);
  expect(account.heard).toContain('CREATE "mine/xxx 1"');
});

test('tests failed: ends with 1, says why and how to see more', async () => {
  const { account, before, args } = await serve({
    fault: (line) => (line.startsWith('RENAME') ? 'NO' : undefined),
  });
  const { code, stdout } = await run(args).exited;
  expect(code).toBe(1);
  expect(stdout).toContain('\nTests failed.\nthe server refused rename: as the test wants it');
  expect(stdout).toMatch(/If you would like to see debugging output,\ntry: imaplib-selftest -d5/);
  expect(account.snapshot()).toEqual(before);
});

test('interrupted: cleans up first, and ends with 130', async () => {
  let interrupt = (): void => {};
  const { account, before, args } = await serve({
    fault: (line) => {
      if (line.startsWith('SEARCH')) interrupt();
      return undefined;
    },
  });
  const { child, exited } = run(args);
  interrupt = () => child.kill('SIGINT');
  expect((await exited).code).toBe(130);
  expect(account.snapshot()).toEqual(before);
});

test('nobody there: ends with 1 and says what to look at', async () => {
  const { port, server } = await listen(() => new Account().session());
  server.close();
  await once(server, 'close');
  const { code, stdout } = await run(['--plain', '--port', String(port), '127.0.0.1']).exited;
  expect(code).toBe(1);
  expect(stdout).toContain('nothing listens there');
  expect(stdout).toContain('Check host, port and TLS');
});

test('-s speaks with a command', async () => {
  const source = "process.stdout.write('* BYE not today\\r\\n')";
  const { code, stdout } = await run(['-s', `'${process.execPath}' -e "${source.replaceAll('\\', '\\\\')}"`])
    .exited;
  expect(code).toBe(1);
  expect(stdout).toContain('not today');
});

test.each([
  [['--help'], 0, /^Usage: imaplib-selftest/],
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
])('%j', async (args, code, text) => {
  const ended = await run(args).exited;
  expect(ended.code).toBe(code);
  expect(ended.stdout).toMatch(text);
});

test('without a terminal and without IMAPLIB_PASSWORD it ends with 2 and says so', async () => {
  const { account, args } = await serve();
  const { code, stderr } = await run(args, {}).exited;
  expect(code).toBe(2);
  expect(stderr).toContain('set IMAPLIB_PASSWORD');
  expect(account.heard).toEqual([]);
});

describe('options', () => {
  test('TLS, verified, is the default; a port follows from it', () => {
    expect(readOptions(['imap.example.com'])).toMatchObject({
      security: 'tls',
      port: 993,
      host: 'imap.example.com',
    });
    expect(readOptions(['--starttls', 'imap.example.com'])).toMatchObject({
      security: 'starttls',
      port: 143,
    });
    expect(readOptions(['--plain', '--port', '1143'])).toMatchObject({
      security: 'plain',
      port: 1143,
      host: '',
    });
    expect(readOptions(['-d5', '-s', "a 'b c'"])).toMatchObject({ debug: 5, command: ['a', 'b c'] });
  });

  test.each<[readonly string[], RegExp]>([
    [['--nonsense'], /nonsense/],
    [['a', 'b'], /one HOST is enough/],
    [['--tls', '--plain', 'a'], /choose one/],
    [['--port', '0', 'a'], /from 1 to 65535/],
    [['--port', 'x', 'a'], /from 1 to 65535/],
    [['-d', '6', 'a'], /from 0 to 5/],
    [['--ca', '/nowhere', 'a'], /cannot be read/],
    [['--ca', program, 'a'], /no certificate in PEM/],
    [['-s', 'imap', 'a'], /takes the place of HOST/],
    [['-s', "imap 'x"], /does not end/],
    [['-s', ' '], /no command/],
  ])('%j is refused', (args, reason) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(reason);
  });
});

test.each<[string, readonly string[]]>([
  ['imap -c file', ['imap', '-c', 'file']],
  ['  a   b  ', ['a', 'b']],
  [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
  [String.raw`a\ b "c \" d" 'e \ f'`, ['a b', 'c " d', String.raw`e \ f`]],
  [`x='1 2'"3 4"`, ['x=1 23 4']],
  [`a '' ""`, ['a', '', '']],
  ['$HOME | * > x', ['$HOME', '|', '*', '>', 'x']],
])('the words of %j', (text, words) => {
  expect(splitCommand(text)).toEqual(words);
});

describe('the password', () => {
  function terminal() {
    const events = new EventEmitter();
    const modes: boolean[] = [];
    const fake = Object.assign(events, {
      setRawMode: (raw: boolean) => modes.push(raw),
      resume: () => {},
      pause: () => {},
    });
    const shown: string[] = [];
    const asked = askPassword('Password: ', fake as unknown as Terminal, (text) => void shown.push(text));
    const type = (text: string) => events.emit('data', Buffer.from(text));
    return { asked, type, shown, modes, events };
  }

  test.each<[string, string]>([
    ['secret\r', 'secret'],
    ['secret\nmore', 'secret'],
    ['sex\u007fcret\r', 'secret'],
    ['wrong\u0015right\r', 'right'],
    ['\u007f\bé☃\r', 'é☃'],
  ])('%j', async (typed, expected) => {
    const { asked, type, shown, modes } = terminal();
    type(typed);
    expect(await asked).toBe(expected);
    expect(shown.join('')).toBe('Password: \n');
    expect(modes).toEqual([true, false]);
  });

  test('comes in any pieces', async () => {
    const { asked, type, events } = terminal();
    for (const octet of Buffer.from('é☃')) events.emit('data', Buffer.from([octet]));
    type('\r');
    expect(await asked).toBe('é☃');
  });

  test.each(['\u0003', 'half\u0004'])('%j gives up', async (typed) => {
    const { asked, type, modes } = terminal();
    type(typed);
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(modes).toEqual([true, false]);
  });
});
