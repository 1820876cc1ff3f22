// The command line of `imaplib-selftest`.

import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { IMAP4_PORT, IMAP4_SSL_PORT } from '../../imaplib/commands.ts';
import { splitCommand } from './split-command.ts';

export const USAGE = `Usage: imaplib-selftest [options] [HOST]
       imaplib-selftest [options] -s COMMAND

Runs the test section of imaplib against a server: creates, renames, fills, reads and deletes mailboxes of its own,
and leaves nothing behind. HOST is this machine when it is left out. The password is asked for, or taken from the
environment variable IMAPLIB_PASSWORD.

  --tls              TLS from the first byte, port 993 (this is the default)
  --starttls         TLS by STARTTLS, port 143
  --plain            no TLS, port 143: the password goes out in the clear
  --port N           another port
  --ca FILE          certificate authorities to trust, in PEM, instead of the usual ones
  --user NAME        who signs in; your name on this machine when it is left out
  --prefix NAME      the mailbox to work below; nothing may begin with it yet (imaplib-selftest- and a random number)
  -s, --stream COMMAND
                     speak with a command on its standard input and output instead of a server. It is split at
                     spaces and started without a shell; quotes and backslashes keep spaces together
  -d, --debug LEVEL  0 to 5: what is written to stderr on the way, 4 and 5 with every line (passwords masked)
  -h, --help         this text
  --version          the version

Ends with 0 and "All tests OK.", with 1 and "Tests failed.", or with 2 where the options make no sense.
`;

/** What is to be tested. */
export interface Options {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'plain';
  readonly ca: string | undefined;
  readonly user: string;
  readonly prefix: string | undefined;
  readonly debug: number;
  /** The command to speak with instead of a server. */
  readonly command: readonly string[] | null;
}

/** The command line makes no sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError that says what is wrong */
export function readOptions(argv: readonly string[]): Options | 'help' | 'version' {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  const [host = '', ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one HOST is enough, not also ${more.join(' ')}`);
  const chosen = (['tls', 'starttls', 'plain'] as const).filter((name) => values[name] === true);
  const [security = 'tls'] = chosen;
  if (chosen.length > 1) throw new UsageError(`choose one of --${chosen.join(' and --')}`);
  if (values.stream !== undefined && (host !== '' || chosen.length > 0 || values.port !== undefined)) {
    throw new UsageError('-s COMMAND takes the place of HOST, --port, --tls, --starttls and --plain');
  }
  return {
    host,
    port: number(
      '--port',
      values.port ?? String(security === 'tls' ? IMAP4_SSL_PORT : IMAP4_PORT),
      1,
      65_535,
    ),
    security,
    ca: values.ca === undefined ? undefined : pem(values.ca),
    user: values.user ?? userInfo().username,
    prefix: values.prefix,
    debug: number('-d', values.debug ?? '0', 0, 5),
    command: values.stream === undefined ? null : commandOf(values.stream),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        tls: { type: 'boolean' },
        starttls: { type: 'boolean' },
        plain: { type: 'boolean' },
        port: { type: 'string' },
        ca: { type: 'string' },
        user: { type: 'string' },
        prefix: { type: 'string' },
        stream: { type: 'string', short: 's' },
        debug: { type: 'string', short: 'd' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(message.split('. ')[0] ?? message, { cause });
  }
}

function number(name: string, value: string, least: number, most: number): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) < least || Number(value) > most) {
    throw new UsageError(`${name} ${value}: give a number from ${least} to ${most}`);
  }
  return Number(value);
}

function pem(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--ca ${path} cannot be read: ${why}`, { cause });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UsageError(`--ca ${path} holds no certificate in PEM`);
  }
  return text;
}

function commandOf(text: string): readonly string[] {
  try {
    return splitCommand(text);
  } catch (cause) {
    throw new UsageError(`-s ${text}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
