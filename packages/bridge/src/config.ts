// The command line and the configuration file: the same keys, read into the options of a bridge and checked.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readHost } from './address.ts';
import { readConfigFile } from './config-file.ts';
import type { LogLevel } from './log.ts';
import { ConfigError } from './options.ts';
import type { BridgeOptions, ClientCertificate, Command, ListenTls, Target } from './options.ts';

/** What `--help` prints. */
export const USAGE = `Usage: imaplib-bridge [OPTION]...
Moves bytes between WebSockets of web pages and the servers and commands named here. Refuses everything else.

  --listen HOST:PORT              where to listen (127.0.0.1:8143; port 0 picks one)
  --target NAME=imaps://HOST:PORT a server that pages reach by name; imap:// for plain and STARTTLS; repeatable
  --allow HOSTPATTERN:PORT        hosts that pages may name themselves: imap.example.com:993, *.example.com:993,
                                  *:993; repeatable
  --allow-private                 names and allowed hosts may lead to private and loopback addresses
  --command NAME='["argv","…"]'   a command that pages may start by name; repeatable
  --origin ORIGIN                 pages that may connect: https://mail.example.com; repeatable
  --raw NAME                      a target that plain WebSocket clients reach too, as websockify serves it, at
                                  /imap/NAME; repeatable
  --token TOKEN                   each connection must bring one of these; repeatable
  --token-key FILE                a key of whoever signs short-lived tokens: a public key (PEM), or a secret of 32
                                  characters and more; repeatable
  --allow-no-origin               programs without an Origin may connect; needs a token
  --ca FILE                       certificates (PEM) to trust beside the system's; repeatable
  --trusted-proxy NETWORK         proxies in front, whose X-Forwarded-For is believed: 10.0.0.0/8; repeatable
  --metrics-from NETWORK          who may ask for /metrics, in place of this machine alone; repeatable
  --tls-cert FILE, --tls-key FILE listen with TLS; read again on SIGHUP and when they change
  --static DIR                    serve a built page; on loopback its own origin is allowed
  --workers N                     processes that share the port and the counts (1)
  --log-level LEVEL               info, warn or error (info)
  --drain SECONDS                 how long SIGTERM waits for pages to go (30)
  --config FILE                   JSON with the same keys, and more; its schema is config.schema.json
  --help, --version
`;

/** What the program is told to do. */
export interface Invocation {
  readonly options: BridgeOptions;
  readonly drainMs: number | undefined;
  readonly workers: number;
  readonly logLevel: LogLevel;
  /** Where a key stands in the configuration file, and before it; null where there is no file. */
  readonly where: ((at: readonly string[]) => string) | null;
}

/** What one source of values says. */
interface Given {
  readonly options: BridgeOptions;
  readonly drainMs: number | undefined;
  readonly workers: number | undefined;
  readonly logLevel: LogLevel | undefined;
}

type Values = Readonly<Record<string, unknown>>;

const FLAGS = {
  listen: { type: 'string' },
  target: { type: 'string', multiple: true },
  raw: { type: 'string', multiple: true },
  allow: { type: 'string', multiple: true },
  'allow-private': { type: 'boolean' },
  command: { type: 'string', multiple: true },
  origin: { type: 'string', multiple: true },
  token: { type: 'string', multiple: true },
  'token-key': { type: 'string', multiple: true },
  'allow-no-origin': { type: 'boolean' },
  'trusted-proxy': { type: 'string', multiple: true },
  'metrics-from': { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  ca: { type: 'string', multiple: true },
  static: { type: 'string' },
  workers: { type: 'string' },
  'log-level': { type: 'string' },
  drain: { type: 'string' },
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const fail = (where: string, problem: string): never => {
  throw new ConfigError(`${where}: ${problem}`);
};

function readText(file: string, where: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return fail(where, `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`);
  }
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Typed readers of one source of values, which name the key in what they complain about. */
class Source {
  readonly #values: Values;
  /** `--` on the command line, the file's name and a space in a file. */
  readonly #prefix: string;
  /** What relative file names are relative to. */
  readonly #dir: string;

  constructor(values: Values, prefix: string, dir: string) {
    this.#values = values;
    this.#prefix = prefix;
    this.#dir = dir;
  }

  where(key: string): string {
    return `${this.#prefix}${key}`;
  }

  text(key: string): string | undefined {
    const value = this.#values[key];
    if (value === undefined || typeof value === 'string') return value;
    return fail(this.where(key), 'write a text');
  }

  flag(key: string): boolean | undefined {
    const value = this.#values[key];
    if (value === undefined || typeof value === 'boolean') return value;
    return fail(this.where(key), 'write true or false');
  }

  texts(key: string): string[] {
    const value = this.#values[key] ?? [];
    const all: unknown[] = Array.isArray(value) ? value : [value];
    return all.every((one) => typeof one === 'string')
      ? all
      : fail(this.where(key), 'write a text, or an array of texts');
  }

  path(key: string): string | undefined {
    const value = this.text(key);
    return value === undefined ? undefined : this.resolve(value);
  }

  resolve(file: string): string {
    return path.resolve(this.#dir, file);
  }

  record(key: string): Values {
    const value = this.#values[key] ?? {};
    return isRecord(value) ? value : fail(this.where(key), 'write an object');
  }

  /** `NAME=VALUE` texts, or an object by name. */
  named(key: string): [string, unknown][] {
    const value = this.#values[key];
    if (isRecord(value)) return Object.entries(value);
    return this.texts(key).map((text) => {
      const [, name, rest] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
      if (name === undefined || rest === undefined) return fail(`${this.where(key)} ${text}`, 'write NAME=…');
      return [name, rest];
    });
  }

  /** A part of a record, its keys checked. */
  part(key: string, name: string, value: unknown, known: readonly string[]): Source {
    const where = `${this.where(key)} ${name}`;
    if (!isRecord(value)) return fail(where, 'write an object');
    for (const one of Object.keys(value)) {
      if (!known.includes(one)) fail(where, `${one} is not known; known are ${known.join(', ')}`);
    }
    return new Source(value, `${where} `, this.#dir);
  }

  number(key: string): number | undefined {
    const value = this.#values[key];
    if (value === undefined || typeof value === 'number') return value;
    return fail(this.where(key), 'write a number');
  }
}

function readListen(text: string, where: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const name = host === '*' ? '::' : readHost(host);
  if (host === '' || name === null || Number(port) > 65535) {
    fail(`${where} ${text}`, 'write HOST:PORT, as in 127.0.0.1:8143 or [::1]:8143');
  }
  return { host: name!, port: Number(port) };
}

function readTargets(source: Source): Record<string, Target | string> {
  const known = [
    'host',
    'port',
    'tls',
    'servername',
    'servernameFromPage',
    'ca',
    'verify',
    'clientCertificate',
    'minVersion',
  ];
  const read = (name: string, value: unknown): Target | string => {
    if (typeof value === 'string') return value;
    const target = source.part('target', name, value, known);
    const need = <T>(key: string, got: T | undefined): T => got ?? fail(target.where(key), 'is missing');
    return {
      host: need('host', target.text('host')),
      port: need('port', target.number('port')),
      // Checked with the rest of the target.
      tls: need('tls', target.text('tls')) as Target['tls'],
      servername: target.text('servername'),
      servernameFromPage: target.flag('servernameFromPage'),
      ca: target.texts('ca').map((file) => readText(target.resolve(file), target.where('ca'))),
      verify: target.flag('verify'),
      clientCertificate: target.text('clientCertificate'),
      minVersion: target.text('minVersion') as Target['minVersion'],
    };
  };
  return Object.fromEntries(source.named('target').map(([name, value]) => [name, read(name, value)]));
}

function readCommands(source: Source): Record<string, Command | readonly string[]> {
  const read = (name: string, value: unknown): Command | readonly string[] => {
    let given = value;
    if (typeof value === 'string') {
      try {
        given = JSON.parse(value) as unknown;
      } catch {
        fail(source.where(`command ${name}`), `write the program and its arguments as JSON: '["argv","…"]'`);
      }
    }
    // Its parts are checked with the other options.
    if (Array.isArray(given)) return given as string[];
    const command = source.part('command', name, given, ['argv', 'cwd', 'env', 'uid', 'gid']);
    const env = command.record('env');
    if (!Object.values(env).every((one) => typeof one === 'string'))
      fail(command.where('env'), 'write texts');
    return {
      argv: command.texts('argv'),
      cwd: command.path('cwd'),
      env: env as Record<string, string>,
      uid: command.number('uid'),
      gid: command.number('gid'),
    };
  };
  return Object.fromEntries(source.named('command').map(([name, value]) => [name, read(name, value)]));
}

function readCertificates(source: Source): Record<string, ClientCertificate> {
  const read = (name: string, value: unknown): ClientCertificate => {
    const part = source.part('client-certificate', name, value, ['cert', 'key', 'passphrase', 'for']);
    const pem = (key: string): string => {
      const file = part.path(key);
      return file === undefined ? fail(part.where(key), 'is missing') : readText(file, part.where(key));
    };
    return {
      cert: pem('cert'),
      key: pem('key'),
      passphrase: part.text('passphrase'),
      for: part.texts('for'),
    };
  };
  return Object.fromEntries(
    Object.entries(source.record('client-certificate')).map(([name, value]) => [name, read(name, value)]),
  );
}

function readTls(source: Source): ListenTls | undefined {
  const [certFile, keyFile] = [source.path('tls-cert'), source.path('tls-key')];
  if (certFile === undefined && keyFile === undefined) return undefined;
  const need = (key: string): never =>
    fail(source.where(key), 'is missing; give tls-cert and tls-key together');
  return { certFile: certFile ?? need('tls-cert'), keyFile: keyFile ?? need('tls-key') };
}

/** An empty list says nothing. */
const listed = (all: string[]): string[] | undefined => (all.length === 0 ? undefined : all);

const LEVELS: readonly LogLevel[] = ['info', 'warn', 'error'];

function readSource(source: Source): Given {
  const listen = source.text('listen');
  const drain = source.number('drain');
  const level = source.text('log-level');
  const logLevel = LEVELS.find((one) => one === level);
  if (level !== undefined && logLevel === undefined)
    fail(`${source.where('log-level')} ${level}`, 'write info, warn or error');
  return {
    workers: source.number('workers'),
    logLevel,
    options: {
      ...(listen === undefined ? {} : readListen(listen, source.where('listen'))),
      path: source.text('path'),
      targets: readTargets(source),
      raw: source.texts('raw'),
      allow: source.texts('allow'),
      allowPrivate: source.flag('allow-private'),
      commands: readCommands(source),
      ca: source.texts('ca').map((file) => readText(source.resolve(file), source.where('ca'))),
      clientCertificates: readCertificates(source),
      origins: source.texts('origin'),
      tokens: source.texts('token'),
      tokenKeys: source
        .texts('token-key')
        .map((file) => readText(source.resolve(file), source.where('token-key'))),
      allowNoOrigin: source.flag('allow-no-origin'),
      trustedProxies: source.texts('trusted-proxy'),
      metricsFrom: listed(source.texts('metrics-from')),
      tls: readTls(source),
      staticDir: source.path('static'),
      // Checked with the other options.
      limits: source.record('limits'),
    },
    drainMs: drain === undefined ? undefined : drain * 1000,
  };
}

/** The line adds to the file's lists and names, and takes the place of its single values. */
function merge(file: Given, line: Given): Given {
  const [a, b] = [file.options, line.options];
  const join = (one: unknown, other: unknown): string[] => [...(one as string[]), ...(other as string[])];
  return {
    options: {
      host: b.host ?? a.host,
      port: b.port ?? a.port,
      path: a.path,
      targets: { ...a.targets, ...b.targets },
      raw: join(a.raw, b.raw),
      allow: join(a.allow, b.allow),
      allowPrivate: b.allowPrivate ?? a.allowPrivate,
      commands: { ...a.commands, ...b.commands },
      ca: join(a.ca, b.ca),
      clientCertificates: a.clientCertificates,
      origins: join(a.origins, b.origins),
      tokens: join(a.tokens, b.tokens),
      tokenKeys: join(a.tokenKeys, b.tokenKeys),
      allowNoOrigin: b.allowNoOrigin ?? a.allowNoOrigin,
      trustedProxies: join(a.trustedProxies, b.trustedProxies),
      metricsFrom: listed(join(a.metricsFrom ?? [], b.metricsFrom ?? [])),
      tls: b.tls ?? a.tls,
      staticDir: b.staticDir ?? a.staticDir,
      limits: a.limits,
    },
    drainMs: line.drainMs ?? file.drainMs,
    workers: line.workers ?? file.workers,
    logLevel: line.logLevel ?? file.logLevel,
  };
}

/** Where the program listens unless told otherwise. */
const LISTEN = { host: '127.0.0.1', port: 8143 };

/**
 * Reads a command line.
 *
 * @returns `help` or `version` where that is asked for
 * @throws ConfigError with one sentence on what is wrong and what to write
 */
export function readCommandLine(
  args: readonly string[],
  cwd = process.cwd(),
): Invocation | 'help' | 'version' {
  let values: Values;
  try {
    ({ values } = parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: false }));
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ');
    throw new ConfigError(`${sentence}; --help lists the options`);
  }
  if (values['help'] === true) return 'help';
  if (values['version'] === true) return 'version';
  const { config, drain, workers, ...rest } = values as Values &
    Record<'config' | 'drain' | 'workers', string>;
  if (drain !== undefined && !/^\d+$/.test(drain)) fail(`--drain ${drain}`, 'write seconds');
  if (workers !== undefined && !/^[1-9]\d{0,2}$/.test(workers))
    fail(`--workers ${workers}`, 'write how many processes, from 1');
  const numbers = {
    ...(drain === undefined ? {} : { drain: Number(drain) }),
    ...(workers === undefined ? {} : { workers: Number(workers) }),
  };
  const line = readSource(new Source({ ...rest, ...numbers }, '--', cwd));
  const configFile = config === undefined ? null : path.resolve(cwd, config);
  const file = configFile === null ? null : readConfigFile(configFile);
  const said = readSource(
    file === null
      ? new Source({}, '', cwd)
      : new Source(file.values, `${configFile}: `, path.dirname(configFile!)),
  );
  const { options, drainMs, ...more } = merge(said, line);
  return {
    options: { ...LISTEN, ...dropUndefined(options) },
    drainMs,
    workers: more.workers ?? 1,
    logLevel: more.logLevel ?? 'info',
    where: file?.where ?? null,
  };
}

function dropUndefined(options: BridgeOptions): BridgeOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
