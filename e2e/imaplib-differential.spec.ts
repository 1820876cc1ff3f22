// The same calls by CPython's imaplib and by ours, each for a user of its own on one Dovecot: what they give is
// compared value by value. What differs and why stands in one table.

import { spawn as spawnProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  IMAP4,
  IMAP4_SSL,
  IMAP4_stream,
  Int2AP,
  Internaldate2tuple,
  ParseFlags,
  Time2Internaldate,
} from '@imaplib/client/imaplib';
import { differences, incidental, isAlike } from './imaplib-differences.ts';
import { spawn, tcp } from '@imaplib/client/node';
import { startDovecot, type Dovecot } from '@imaplib/demo/server';
import { expect, test } from './fixtures.ts';
import {
  connections,
  describe,
  type Call,
  type Credentials,
  type Kind,
  type Value,
} from './imaplib-calls.ts';

const script = fileURLToPath(new URL('imaplib-script.py', import.meta.url));

/** What one call gave, and the state of the connection behind it. */
interface Outcome {
  readonly result: unknown;
  readonly state: string;
}

/** A server as one of the users sees it. */
interface Seen {
  readonly server: Dovecot;
  readonly account: Credentials;
}

/** Python's own words for what the platform calls otherwise. */
const errors: Record<string, string> = { RangeError: 'ValueError' };

async function ours({ server, account }: Seen): Promise<Outcome[][]> {
  const ca = readFileSync(server.ca);
  const host = 'localhost';
  const clear = tcp({ host, port: server.port, tls: 'none', ca });
  const make: Record<Kind, () => IMAP4> = {
    IMAP4: () => new IMAP4(host, server.port, { transport: clear }),
    STARTTLS: () => new IMAP4(host, server.port, { transport: clear }),
    IMAP4_SSL: () =>
      new IMAP4_SSL(host, server.tlsPort, {
        transport: tcp({ host, port: server.tlsPort, tls: 'implicit', ca }),
      }),
    IMAP4_stream: () =>
      new IMAP4_stream('dovecot', { transport: spawn(server.preauthCommand(account.user)) }),
  };
  const results: Outcome[][] = [];
  for (const { kind, calls } of connections(account)) {
    const M = make[kind]();
    await M.ready;
    if (kind === 'STARTTLS') await M.starttls();
    const outcomes: Outcome[] = [];
    for (const call of calls) outcomes.push(await perform(M, call));
    results.push(outcomes);
  }
  return results;
}

const utilities: Record<string, unknown> = { Int2AP, Internaldate2tuple, ParseFlags, Time2Internaldate };

async function perform(M: IMAP4, { call, args = [], module = false }: Call): Promise<Outcome> {
  let result: unknown;
  try {
    const owner = module ? utilities : (M as unknown as Record<string, unknown>);
    const member = owner[call];
    const given = typeof member === 'function' ? Reflect.apply(member, owner, args.map(argument)) : member;
    result = plain(await given);
  } catch (reason) {
    const { name, message: text } = reason as Error;
    result = { raises: errors[name] ?? name, message: text };
  }
  return { result, state: M.state };
}

function argument(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('bytes' in value) return Buffer.from(value.bytes, 'latin1');
  const left = [...value.answers];
  return () => left.shift() ?? null;
}

function plain(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const [line, literal] = value as unknown[];
  if (value.length === 2 && literal instanceof Uint8Array) {
    return { line, literal: Buffer.from(literal).toString('latin1') };
  }
  return value.map(plain);
}

async function pythons({ server, account }: Seen): Promise<{ version: number[]; results: Outcome[][] }> {
  const quoted = server.preauthCommand(account.user).map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const request = {
    server: {
      host: 'localhost',
      port: server.port,
      tlsPort: server.tlsPort,
      ca: server.ca,
      command: quoted.join(' '),
    },
    connections: connections(account),
  };
  const python = spawnProcess('python3', ['-W', 'ignore', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'UTC' },
  });
  python.stdin.end(JSON.stringify(request));
  let [output, complaints] = ['', ''];
  python.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  for await (const chunk of python.stdout.setEncoding('utf8')) output += chunk;
  if (output === '') throw new Error(`Python did not get to the end: ${complaints}`);
  return JSON.parse(output) as { version: number[]; results: Outcome[][] };
}

const acl = `
protocol imap {
  mail_plugins = $mail_plugins acl imap_acl
}
plugin {
  acl = vfile
}`;

/** Without what no two sessions have alike. UIDVALIDITY is made of the time: each keeps its place among the others. */
function comparable(outcomes: readonly (readonly Outcome[])[]): string[][] {
  const seen: string[] = [];
  const numbered = (value: string): string => {
    if (!seen.includes(value)) seen.push(value);
    return `UIDVALIDITY${seen.indexOf(value)}`;
  };
  return outcomes.map((connection) =>
    connection.map(({ result, state }) => {
      let text = `${state} ${JSON.stringify(result)}`;
      for (const [what, as] of incidental) text = text.replaceAll(what, as);
      return text.replaceAll(/\b1[7-9]\d{8}\b/g, numbered);
    }),
  );
}

test('the same calls give the same as CPython’s imaplib', async ({}, testInfo) => {
  const password = 'secret';
  const server = await startDovecot({ users: { anna: password, anja: password }, extra: acl });
  try {
    const { version, results } = await pythons({ server, account: { user: 'anna', password } });
    const theirs = comparable(results);
    const own = comparable(await ours({ server, account: { user: 'anja', password } }));
    const used = new Set<string>();
    let equal = 0;
    for (const [at, { kind, calls }] of connections({ user: 'USER', password }).entries()) {
      for (const [index, call] of calls.entries()) {
        const name = `${kind}: ${describe(call)}`;
        const [python, our] = [theirs[at]?.[index], own[at]?.[index]];
        const difference = differences.find((known) => known.call === name);
        if (difference !== undefined) used.add(name);
        if (difference === undefined || isAlike(difference.since, version)) {
          expect.soft(our, name).toBe(python);
          equal++;
        } else {
          expect.soft(python, `${name} in Python ${version.join('.')}`).toContain(difference.python);
          expect.soft(our, `${name}: ${difference.why}`).toContain(difference.ours);
        }
      }
    }
    expect([...used].toSorted()).toEqual(differences.map(({ call }) => call).toSorted());
    const description = `${equal} calls alike, ${used.size} differences known, Python ${version.join('.')}`;
    testInfo.annotations.push({ type: 'compared', description });
    expect(equal).toBeGreaterThan(100);
  } finally {
    await server.stop();
  }
});
