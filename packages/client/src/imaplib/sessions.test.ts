// The sessions of CPython's own tests: the same bytes out, the same result, for every row.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { IMAP4 } from './index.ts';
import { ScriptedServer } from './scripted-server.ts';

interface Step {
  readonly call: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly sent: readonly string[];
  readonly verified: boolean;
  readonly result: unknown;
  readonly state_after?: string;
}

interface Case {
  readonly test: string;
  readonly preamble: readonly (readonly ['C' | 'S', string])[];
  readonly server_replies: Readonly<Record<string, readonly string[]>>;
  readonly steps: readonly Step[];
}

const cases = JSON.parse(
  readFileSync(new URL('corpus/imaplib-sessions.json', import.meta.url), 'utf8'),
) as Case[];

/** What Python calls the errors of the platform. */
const names: Record<string, string> = { RangeError: 'ValueError' };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function latin1(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

/** Bytes as bytes, tuples as lists. */
function argument(value: unknown, name: string): unknown {
  if (value === '<callable>') return () => (name === 'test_aborted_authentication' ? null : 'fake');
  if (typeof value === 'string' && value.startsWith('b:')) return latin1(value.slice(2));
  if (Array.isArray(value)) return value.map((inner) => argument(inner, name));
  return isRecord(value) && 'tuple' in value ? argument(value['tuple'], name) : value;
}

/** Lines are text here, literals are bytes. */
function result(value: unknown, inTuple = false): unknown {
  if (typeof value === 'string') return value.replace(/^b:/, '');
  if (Array.isArray(value)) return value.map((inner) => result(inner, true));
  if (!isRecord(value) || !Array.isArray(value['tuple'])) return value;
  const [first, second] = value['tuple'] as [string, string];
  return inTuple
    ? [result(first), latin1(second.slice(2))]
    : value['tuple'].map((inner) => result(inner, true));
}

/** Keyword arguments stand in one object behind the others, but for those that are positional here. */
function positional({ call, args, kwargs }: Step, name: string): unknown[] {
  const values = args.map((value) => argument(value, name));
  const options = Object.fromEntries(
    Object.entries(kwargs).map(([key, value]) => [key, argument(value, name)]),
  );
  if (call === 'select') return kwargs['readonly'] === true ? [values[0] ?? 'INBOX', true] : values;
  if (Object.keys(options).length === 0) return values;
  return call === 'expunge' && values.length === 0 ? [undefined, options] : [...values, options];
}

/** Does what the preamble shows, up to the first step. */
async function begin({ preamble, server_replies }: Case): Promise<readonly [IMAP4, ScriptedServer]> {
  const listed = preamble.find(([, text]) => text.startsWith('* CAPABILITY'))?.[1] ?? '';
  const server = new ScriptedServer({
    greeting: preamble[0]?.[1] ?? '',
    capabilities: /^\* CAPABILITY (.*)\r\n/.exec(listed)?.[1] ?? '',
    answers: server_replies,
  });
  const M = new IMAP4('', 143, { transport: server.transport });
  await M.ready;
  for (const [side, text] of preamble) {
    if (side === 'S') continue;
    const [, name, first = ''] = text.trimEnd().split(' ');
    if (name === 'LOGIN') await M.login('user', 'pass');
    if (name === 'AUTHENTICATE') await M.authenticate(first, () => 'fake');
    if (name === 'SELECT') await M.select(first);
  }
  const sent = preamble.filter(([side]) => side === 'C').map(([, text]) => text.replace(/^BAAA\d+/, '{tag}'));
  expect(server.takeSent()).toBe(sent.join(''));
  return [M, server];
}

/** What a call resolves with, or what it is rejected with in the form of the rows: `EXC error text`. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (thrown) {
    const { name, message } = thrown as Error;
    return `EXC ${names[name] ?? name} ${message}`;
  }
}

describe('sessions', () => {
  test.each(cases)('$test', async (entry) => {
    const [M, server] = await begin(entry);
    const methods = M as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const step of entry.steps) {
      const got = await outcome(methods[step.call]?.(...positional(step, entry.test)) ?? Promise.resolve());
      const want = result(step.result);
      // Where a row has no text of its own, only the kind of the exception counts.
      const isKind = typeof want === 'string' && /^EXC \w+$/.test(want);
      expect(isKind ? String(got).slice(0, want.length) : got).toEqual(want);
      // Rows that were transcribed, not run, leave out that capabilities are asked for behind a login.
      const sent = server.takeSent();
      expect(step.verified ? sent : sent.replace(/^(.+)\{tag\} CAPABILITY\r\n$/s, '$1')).toBe(
        step.sent.join(''),
      );
      expect(M.state).toBe(step.state_after ?? M.state);
    }
    M.shutdown();
    await M.closed;
  });
});

test('every row is run', () => {
  expect(cases.length).toBe(47);
  expect(cases.flatMap(({ steps }) => steps).length).toBe(102);
});
