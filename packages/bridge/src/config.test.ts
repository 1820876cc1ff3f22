import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createBridge } from './bridge.ts';
import { USAGE, readCommandLine } from './config.ts';
import type { Invocation } from './config.ts';
import { DEFAULT_LIMITS } from './limits.ts';
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
  file('key.pem', 'KEY');
  const line = [
    ['--listen', '[::1]:0'],
    ['--target', 'work=imaps://imap.example.com:993'],
    ['--target', 'old=imap://192.0.2.1:143'],
    ['--allow', '*.example.com:993'],
    ['--allow-private'],
    ['--command', 'local=["dovecot","--exec-mail","imap"]'],
    ['--origin', 'https://mail.example.com'],
    ['--token', 'secret'],
    ['--token-key', 'key.pem'],
    ['--allow-no-origin'],
    ['--trusted-proxy', '10.0.0.0/8'],
    ['--metrics-from', '10.1.0.0/16'],
    ['--tls-cert', 'cert.pem'],
    ['--tls-key', 'tls.key'],
    ['--ca', 'ca.pem'],
    ['--static', 'page'],
    ['--raw', 'old'],
    ['--workers', '2'],
    ['--log-level', 'warn'],
    ['--drain', '5'],
  ];
  expect(read(...line.flat())).toEqual({
    drainMs: 5000,
    workers: 2,
    logLevel: 'warn',
    where: null,
    options: {
      host: '::1',
      port: 0,
      targets: { work: 'imaps://imap.example.com:993', old: 'imap://192.0.2.1:143' },
      raw: ['old'],
      allow: ['*.example.com:993'],
      allowPrivate: true,
      commands: { local: ['dovecot', '--exec-mail', 'imap'] },
      origins: ['https://mail.example.com'],
      tokens: ['secret'],
      tokenKeys: ['KEY'],
      allowNoOrigin: true,
      trustedProxies: ['10.0.0.0/8'],
      metricsFrom: ['10.1.0.0/16'],
      tls: { certFile: path.join(dir, 'cert.pem'), keyFile: path.join(dir, 'tls.key') },
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
    [['--tls-cert', 'cert.pem'], '--tls-key: is missing; give tls-cert and tls-key together'],
    [['--workers', '0'], '--workers 0: write how many processes, from 1'],
    [['--log-level', 'loud'], '--log-level loud: write info, warn or error'],
    [['--drain', 'soon'], '--drain soon: write seconds'],
    [['--config', 'missing.json'], 'cannot read'],
    [['--config', file('broken.json', '{')], 'broken.json:1: is not JSON: CloseBraceExpected'],
    [['--config', file('array.json', [])], 'array.json:1: write an object'],
    [
      ['--config', file('unknown.json', { targets: {} })],
      'unknown.json:1: targets: is not known; known are listen, path, workers, target',
    ],
    [
      ['--config', file('origin.json', { origin: 1 })],
      'origin.json:1: origin: write a text, or an array of texts',
    ],
    [
      ['--config', file('flag.json', { 'allow-private': 'yes' })],
      'flag.json:1: allow-private: write true or false',
    ],
    [
      ['--config', file('host.json', { target: { x: { port: 1, tls: 'none' } } })],
      'host.json:1: target x host: is missing',
    ],
    [
      ['--config', file('key.json', { target: { x: { host: 'a', port: 1, tls: 'none', hots: 'a' } } })],
      'key.json:1: target x hots: is not known; known are host',
    ],
    [
      ['--config', file('cert.json', { 'client-certificate': { x: { key: 'y' } } })],
      'client-certificate x cert: is missing',
    ],
    [['--config', file('drain.json', { drain: '5' })], 'drain.json:1: drain: write a number'],
  ])('%j', (args, message) => {
    expect(() => read(...args)).toThrow(ConfigError);
    expect(() => read(...args)).toThrow(message);
  });
});

describe('a file is told with the line', () => {
  const lines = (...all: string[]): string => file('lines.json', all.join('\n'));

  test.each<[string, string[], string]>([
    ['a comma too many', ['{', '  "listen": "127.0.0.1:1",', '}'], 'lines.json:3: is not JSON'],
    ['a comment', ['{', '  // here', '  "drain": 1', '}'], 'lines.json:2: is not JSON'],
    ['nothing', [''], 'lines.json:1: is not JSON'],
    [
      'a key of a target',
      [
        '{',
        '  "target": {',
        '    "x": {',
        '      "host": "a",',
        '      "port": "993",',
        '      "tls": "none"',
        '    }',
        '  }',
        '}',
      ],
      'lines.json:5: target x port: write a port from 1 to 65535',
    ],
    [
      'a part that is missing',
      ['{', '  "target": {', '    "x": { "host": "a", "port": 1 }', '  }', '}'],
      'lines.json:3: target x tls: is missing',
    ],
    [
      'a command without a program',
      ['{', '  "command": {', '', '    "x": []', '  }', '}'],
      'lines.json:4: command x: write the program',
    ],
    [
      'one of many',
      ['{', '  "origin": [', '    "https://a.example",', '    5', '  ]', '}'],
      'lines.json:4: origin 1: ',
    ],
    [
      'an unknown limit',
      ['{', '  "limits": {', '    "speed": 1', '  }', '}'],
      'lines.json:3: limits speed: is not known; known are headersMs',
    ],
    [
      'a limit below nothing',
      ['{', '  "limits": { "openMs": -1 }', '}'],
      'lines.json:2: limits openMs: write a number',
    ],
  ])('%s', (_, text, message) => {
    expect(() => read('--config', lines(...text))).toThrow(message);
  });

  test.each<[string, string[], string]>([
    ['a target', ['{', '  "target": {', '    "x": "pop3://a"', '  }', '}'], '3'],
    [
      'a port',
      ['{', '  "origin": [', '    "https://a.example",', '    "https://b.example/x"', '  ]', '}'],
      '4',
    ],
    ['a pattern', ['{', '  "allow": [', '    "a:993",', '    "a:25"', '  ]', '}'], '4'],
    ['a target that is not there', ['{', '  "raw": "x"', '}'], '2'],
    ['who sees the metrics', ['{', '  "metrics-from": [', '    "prometheus.example"', '  ]', '}'], '3'],
    ['a proxy', ['{', '  "trusted-proxy": [', '    "proxy.example"', '  ]', '}'], '3'],
  ])('%s that means nothing', (_, text, line) => {
    const { options, where } = read('--config', lines(...text));
    try {
      createBridge({ ...options, log: () => {} });
      expect.unreachable();
    } catch (error) {
      expect(where!((error as ConfigError).at)).toBe(`${path.join(dir, 'lines.json')}:${line}`);
    }
  });
});

test('the schema knows every key and every limit', () => {
  const schema = JSON.parse(readFileSync(new URL('../config.schema.json', import.meta.url), 'utf8')) as {
    properties: Record<string, { properties?: object }>;
  };
  const keys = Object.keys(schema.properties);
  for (const [, flag = ''] of USAGE.matchAll(/--([a-z-]+)/g)) {
    if (!['config', 'help', 'version'].includes(flag)) expect(keys).toContain(flag);
  }
  expect(Object.keys(schema.properties['limits']?.properties ?? {})).toEqual(Object.keys(DEFAULT_LIMITS));
});

test('the configuration of the Kubernetes manifest is one', () => {
  const manifest = readFileSync(new URL('../../../docs/bridge/kubernetes.yaml', import.meta.url), 'utf8');
  const [, json = ''] = /bridge\.json: \|\n((?: {4}.*\n)+)/.exec(manifest) ?? [];
  file('token-key', 'a secret of more than 32 characters');
  file('manifest.json', json.replace('/secrets/token-key', 'token-key'));
  const { options } = read('--config', 'manifest.json');
  expect(options).toMatchObject({ host: '0.0.0.0', port: 8143, metricsFrom: ['10.0.0.0/8'] });
  expect(() => createBridge(options)).not.toThrow();
});
