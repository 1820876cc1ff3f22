#!/usr/bin/env node
// `imaplib-selftest`: the self-test from a shell, over TCP or a command, without a bridge. Ends with 0 when all tests
// are OK, with 1 when not, with 2 when it does not understand what it is told, with 130 when it is interrupted.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import process from 'node:process';
import { IMAP4, IMAP4_SSL, IMAP4_stream, selftest } from '../imaplib/index.ts';
import { readOptions, USAGE, UsageError, type Options } from './selftest/options.ts';
import { askPassword } from './selftest/password.ts';
import { spawn } from './spawn.ts';
import { tcp } from './tcp.ts';

function connect({ host, port, security, ca, debug, command }: Options): IMAP4 {
  if (command !== null) return new IMAP4_stream(command.join(' '), { debug, transport: spawn(command) });
  const isTls = security === 'tls';
  const transport = tcp({ host, port, tls: isTls ? 'implicit' : 'none', ca });
  return isTls
    ? new IMAP4_SSL(host, port, { debug, transport })
    : new IMAP4(host, port, { debug, transport });
}

/** Asked once, when it is needed; signing in again does not ask again. */
function passwordOf({ user, host, command }: Options): () => Promise<string> {
  const where = command?.join(' ') ?? (host === '' ? 'localhost' : host);
  let answer: Promise<string> | undefined;
  return () =>
    (answer ??= (async () => {
      const given = process.env['IMAPLIB_PASSWORD'];
      if (given !== undefined) return given;
      if (!process.stdin.isTTY) {
        throw new UsageError('there is no terminal to ask for the password: set IMAPLIB_PASSWORD');
      }
      return askPassword(`IMAP password for ${user} on ${where}: `, process.stdin, (text) =>
        process.stderr.write(text),
      );
    })());
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options === 'version') {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    process.stdout.write(`${(JSON.parse(manifest) as { version: string }).version}\n`);
    return 0;
  }
  if (options.security === 'plain' && !isLoopback(options.host)) {
    process.stderr.write(
      `Warning: without TLS everybody on the way to ${options.host} can read the password.\n`,
    );
  }
  const password = passwordOf(options);
  // A command may have signed in already; a server may hang up while somebody types.
  if (options.command === null) await password();
  // Asked once it cleans up, asked again it goes at once.
  const interrupted = new AbortController();
  const stop = (): void => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort(new DOMException('interrupted', 'AbortError'));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const { ok, error } = await selftest({
    connect: () => connect(options),
    user: options.user,
    password,
    starttls: options.security === 'starttls',
    prefix: options.prefix,
    signal: interrupted.signal,
    onLine: (line) => process.stdout.write(`${line}\n`),
  });
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (ok) return 0;
  if (error instanceof UsageError) throw error;
  if (interrupted.signal.aborted) return 130;
  if (options.debug === 0) {
    process.stdout.write('If you would like to see debugging output,\ntry: imaplib-selftest -d5 …\n');
  }
  return 1;
}

function isLoopback(host: string): boolean {
  return (
    host === '' || host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`imaplib-selftest: ${error.message}\nSee imaplib-selftest --help\n`);
    process.exitCode = 2;
  } else if (error instanceof DOMException && error.name === 'AbortError') {
    process.exitCode = 130;
  } else {
    throw error;
  }
}
