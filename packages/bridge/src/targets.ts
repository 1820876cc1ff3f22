// What the configuration says can be reached, read once and checked: targets, allowed hosts, commands, certificates.

import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { hostAndPort, readHost } from './address.ts';
import { ConfigError } from './options.ts';
import type { BridgeOptions, Command, Target } from './options.ts';
import { readHostPattern } from './policy.ts';
import { isLiteral } from './routes.ts';
import type { HeldCertificate, Routes, ServerRoute } from './routes.ts';

const SCHEMES: Readonly<Record<string, Pick<Target, 'tls' | 'port'>>> = {
  'imaps:': { tls: 'implicit', port: 993 },
  'imap:': { tls: 'none', port: 143 },
};

/**
 * Reads `imaps://HOST:PORT` or `imap://HOST:PORT`.
 *
 * @throws ConfigError where it is anything else
 */
export function readTargetUrl(text: string, name: string): Target {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = SCHEMES[url?.protocol ?? ''];
  const isBare =
    url !== null && /^\/?$/.test(url.pathname) && url.username + url.password + url.search + url.hash === '';
  if (url === null || scheme === undefined || url.hostname === '' || !isBare) {
    throw new ConfigError(
      `target ${name}: write imaps://HOST:PORT or imap://HOST:PORT, without user, path or query`,
      ['target', name],
    );
  }
  return { host: url.hostname, port: url.port === '' ? scheme.port : Number(url.port), tls: scheme.tls };
}

/**
 * Authorities to trust, checked: Node leaves out what it cannot read, and would then trust less than it was told to.
 *
 * @throws ConfigError where a text is not one certificate or more, PEM
 */
function readCa(who: string, value: string | readonly string[] | undefined): readonly string[] {
  const texts = typeof value === 'string' ? [value] : (value ?? []);
  for (const text of texts) {
    const found = text.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? [''];
    try {
      // Its constructor is what complains.
      for (const pem of found) void new X509Certificate(pem);
    } catch (error) {
      throw new ConfigError(`${who}: not a certificate (PEM): ${(error as Error).message}`);
    }
  }
  return texts;
}

/** A context holds its whole store of certificates: made once for each configuration, not for each connection. */
function createContext(who: string, options: SecureContextOptions): SecureContext {
  try {
    return tls.createSecureContext(options);
  } catch (error) {
    throw new ConfigError(
      `${who}: the certificates cannot be used: ${(error as Error).message}; PEM is expected`,
    );
  }
}

/**
 * Everything that can be reached.
 *
 * @throws ConfigError where an option cannot be used
 */
export function readRoutes(options: BridgeOptions): Routes {
  const ca = readCa('ca', options.ca);
  // Given alone, `ca` would take the place of the system's.
  const trusted: SecureContextOptions = ca.length === 0 ? {} : { ca: [...tls.rootCertificates, ...ca] };
  const context = createContext('ca', trusted);

  const clientCertificate = (name: string, wantedBy: string): SecureContextOptions => {
    const held = Object.hasOwn(options.clientCertificates ?? {}, name)
      ? options.clientCertificates?.[name]
      : undefined;
    if (held === undefined)
      throw new ConfigError(`${wantedBy}: no client certificate is named ${name}`, wantedBy.split(' '));
    const { cert, key, passphrase } = held;
    return { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
  };

  const readTarget = (name: string, given: Target | string): ServerRoute => {
    const target = typeof given === 'string' ? readTargetUrl(given, name) : given;
    const { port, servername } = target;
    const host = readHost(target.host);
    const verifyName = servername === undefined ? host : readHost(servername);
    if (target.host === '' || host === null)
      throw new ConfigError(`target ${name}: ${target.host} is no host`, ['target', name]);
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new ConfigError(`target ${name}: ${port} is no port`, ['target', name, 'port']);
    if (target.tls !== 'none' && target.tls !== 'implicit') {
      throw new ConfigError(`target ${name}: tls is ${String(target.tls)}; write none or implicit`, [
        'target',
        name,
        'tls',
      ]);
    }
    if (verifyName === null || servername === '')
      throw new ConfigError(`target ${name}: ${servername} is no server name`, [
        'target',
        name,
        'servername',
      ]);
    const own = readCa(`target ${name}: ca`, target.ca);
    const isSpecial =
      own.length > 0 || target.clientCertificate !== undefined || target.minVersion !== undefined;
    return {
      kind: 'server',
      who: hostAndPort(host, port),
      host,
      port,
      tls: target.tls,
      servername: verifyName,
      servernameFromPage: target.servernameFromPage ?? false,
      trust: {
        context: isSpecial
          ? createContext(`target ${name}`, {
              ...(own.length === 0 ? trusted : { ca: [...own] }),
              ...(target.clientCertificate === undefined
                ? {}
                : clientCertificate(target.clientCertificate, `target ${name}`)),
              ...(target.minVersion === undefined ? {} : { minVersion: target.minVersion }),
            })
          : context,
        verify: target.verify ?? true,
      },
      // Whoever writes an address into a configuration means it.
      allowSpecial: options.allowPrivate === true || isLiteral(host),
    };
  };

  const readCommand = (name: string, given: Command | readonly string[]): Command => {
    const command: Command = typeof given === 'object' && 'argv' in given ? given : { argv: given };
    const isArgv = Array.isArray(command.argv) && command.argv.length > 0;
    if (
      !isArgv ||
      !command.argv.every((part) => typeof part === 'string' && !part.includes('\0')) ||
      command.argv[0] === ''
    ) {
      throw new ConfigError(`command ${name}: write the program and its arguments as an array of strings`, [
        'command',
        name,
      ]);
    }
    return command;
  };

  const readCertificate = (name: string): HeldCertificate => ({
    trust: {
      context: createContext(`client certificate ${name}`, { ...trusted, ...clientCertificate(name, name) }),
      verify: true,
    },
    hosts: (options.clientCertificates?.[name]?.for ?? []).map((text) =>
      readHostPattern(text, `client certificate ${name}: for`),
    ),
  });

  const map = <In, Out>(
    record: Readonly<Record<string, In>> | undefined,
    read: (name: string, value: In) => Out,
  ) => new Map(Object.entries(record ?? {}).map(([name, value]) => [name, read(name, value)]));

  return {
    targets: map(options.targets, readTarget),
    allow: (options.allow ?? []).map((text) => readHostPattern(text, 'allow')),
    allowPrivate: options.allowPrivate ?? false,
    commands: map(options.commands, readCommand),
    certificates: map(options.clientCertificates, readCertificate),
    trust: { context, verify: true },
  };
}
