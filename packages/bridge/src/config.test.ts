import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createBridge } from './bridge.ts';
import { USAGE, readCommandLine } from './config.ts';
import type { Invocation } from './config.ts';
import { ConfigError } from './options.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  writeFileSync(path.join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

const read = (...args: string[]): Invocation => readCommandLine(args, dir) as Invocation;

test('every option of the command line', () => {
  file('ca.pem', 'PEM');
  const line = [
    ['--listen', '[::1]:0'],
    ['--target', 'work=imaps://imap.example.com:993'],
    ['--target', 'old=imap://192.0.2.1:143'],
    ['--allow', '*.example.com:993'],
    ['--allow-private'],
    ['--command', 'local=["dovecot","--exec-mail","imap"]'],
    ['--origin', 'https://mail.example.com'],
    ['--token', 'secret'],
    ['--allow-no-origin'],
    ['--ca', 'ca.pem'],
    ['--static', 'page'],
    ['--drain', '5'],
  ];
  expect(read(...line.flat())).toEqual({
    drainMs: 5000,
    options: {
      host: '::1',
      port: 0,
      targets: { work: 'imaps://imap.example.com:993', old: 'imap://192.0.2.1:143' },
      allow: ['*.example.com:993'],
      allowPrivate: true,
      commands: { local: ['dovecot', '--exec-mail', 'imap'] },
      origins: ['https://mail.example.com'],
      tokens: ['secret'],
      allowNoOrigin: true,
      ca: ['PEM'],
      clientCertificates: {},
      staticDir: path.join(dir, 'page'),
      limits: {},
    },
  });
  for (const [option] of line) expect(USAGE).toContain(option);
});

test('a file says the same and more, and the line adds to it', () => {
  file('ca.pem', 'PEM');
  file('me.pem', 'CERT');
  file('me.key', 'KEY');
  const config = file('bridge.json', {
    $schema: './bridge.schema.json',
    listen: '0.0.0.0:8143',
    target: {
      work: 'imaps://imap.example.com',
      inside: {
        host: 'imap.internal',
        port: 993,
        tls: 'implicit',
        ca: 'ca.pem',
        verify: true,
        clientCertificate: 'me',
      },
    },
    allow: ['*:993'],
    'allow-private': false,
    command: { local: { argv: ['imap'], cwd: 'run', env: { USER: 'me' }, uid: 1000 }, short: ['imap'] },
    origin: 'https://a.example',
    token: ['one'],
    'client-certificate': { me: { cert: 'me.pem', key: 'me.key', for: ['imap.example.com:993'] } },
    limits: { connections: 10 },
    path: '/socket',
    drain: 1.5,
  });
  const { options, drainMs } = read(
    '--config',
    config,
    '--listen',
    '127.0.0.1:1',
    '--origin',
    'https://b.example',
    '--target',
    'x=imap://x',
  );
  expect(drainMs).toBe(1500);
  expect(options).toMatchObject({
    host: '127.0.0.1',
    port: 1,
    path: '/socket',
    targets: {
      work: 'imaps://imap.example.com',
      inside: { host: 'imap.internal', ca: ['PEM'], verify: true, clientCertificate: 'me' },
      x: 'imap://x',
    },
    allow: ['*:993'],
    allowPrivate: false,
    commands: {
      local: { argv: ['imap'], cwd: path.join(dir, 'run'), env: { USER: 'me' }, uid: 1000 },
      short: ['imap'],
    },
    origins: ['https://a.example', 'https://b.example'],
    tokens: ['one'],
    clientCertificates: { me: { cert: 'CERT', key: 'KEY', for: ['imap.example.com:993'] } },
    limits: { connections: 10 },
  });
});

test('without options it listens on loopback and reaches nothing', () => {
  const { options } = read();
  expect(options).toMatchObject({
    host: '127.0.0.1',
    port: 8143,
    targets: {},
    allow: [],
    commands: {},
    origins: [],
  });
  expect(() => createBridge({ ...options, log: () => {} })).not.toThrow();
});

test('help and version', () => {
  expect(readCommandLine(['--help'])).toBe('help');
  expect(readCommandLine(['-h'])).toBe('help');
  expect(readCommandLine(['--version'])).toBe('version');
});

describe('what is wrong, and what to write', () => {
  test.each([
    [['--bogus'], "Unknown option '--bogus'; --help lists the options"],
    [['extra'], "Unexpected argument 'extra'"],
    [['--listen'], "'--listen <value>' argument missing"],
    [['--listen', '8143'], '--listen 8143: write HOST:PORT'],
    [['--listen', '127.0.0.1:99999'], 'write HOST:PORT'],
    [['--target', 'imaps://imap.example.com'], '--target imaps://imap.example.com: write NAME=…'],
    [['--command', 'x=ls -l'], `--command x: write the program and its arguments as JSON: '["argv","…"]'`],
    [['--command', 'x={"argv":["a"],"shell":true}'], '--command x: shell is not known; known are argv, cwd'],
    [['--ca', 'missing.pem'], `--ca: cannot read ${path.join(dir, 'missing.pem')}: ENOENT`],
    [['--drain', 'soon'], '--drain soon: write seconds'],
    [['--config', 'missing.json'], 'cannot read'],
    [['--config', file('broken.json', '{')], 'broken.json: is not JSON'],
    [['--config', file('array.json', [])], 'array.json: write an object'],
    [['--config', file('unknown.json', { targets: {} })], 'targets is not known; known are listen, target'],
    [
      ['--config', file('origin.json', { origin: 1 })],
      'origin.json: origin: write a text, or an array of texts',
    ],
    [
      ['--config', file('flag.json', { 'allow-private': 'yes' })],
      'flag.json: allow-private: write true or false',
    ],
    [
      ['--config', file('host.json', { target: { x: { port: 1, tls: 'none' } } })],
      'host.json: target x host: is missing',
    ],
    [
      ['--config', file('key.json', { target: { x: { hots: 'a' } } })],
      'key.json: target x: hots is not known',
    ],
    [
      ['--config', file('cert.json', { 'client-certificate': { x: { key: 'y' } } })],
      'client-certificate x cert: is missing',
    ],
    [['--config', file('drain.json', { drain: '5' })], 'drain.json: drain: write a number'],
  ])('%j', (args, message) => {
    expect(() => read(...args)).toThrow(ConfigError);
    expect(() => read(...args)).toThrow(message);
  });
});
