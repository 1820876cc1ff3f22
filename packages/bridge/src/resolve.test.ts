import { describe, expect, test, vi } from 'vitest';
import { TransportError } from '@imaplib/client/protocol';
import { Refusal } from './failure.ts';
import type { ResolvedAddress } from './options.ts';
import { resolveHost, systemResolve } from './resolve.ts';
import type { Question } from './resolve.ts';

const at = (...addresses: string[]): ResolvedAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

function ask(
  host: string,
  resolve: Question['resolve'],
  more: Partial<Question> = {},
): ReturnType<typeof resolveHost> {
  const signal = new AbortController().signal;
  return resolveHost({ host, who: `${host}:993`, allowSpecial: false, resolve, ms: 1000, signal, ...more });
}

test('a name is asked for once, and its addresses come in order', async () => {
  const resolve = vi.fn<Question['resolve']>(async () => at('93.184.216.34', '2606:4700::1'));
  const answer = await ask('imap.example.com', resolve);
  expect(answer.addresses).toEqual(['93.184.216.34', '2606:4700::1']);
  expect(answer.dnsMs).toBeGreaterThanOrEqual(0);
  expect(resolve).toHaveBeenCalledTimes(1);
});

test('an address is not asked for, but checked', async () => {
  const resolve = vi.fn<Question['resolve']>(async () => at('93.184.216.34'));
  expect(await ask('93.184.216.34', resolve)).toEqual({ addresses: ['93.184.216.34'] });
  await expect(ask('127.0.0.1', resolve)).rejects.toBeInstanceOf(Refusal);
  await expect(ask('::ffff:127.0.0.1', resolve)).rejects.toBeInstanceOf(Refusal);
  expect(resolve).not.toHaveBeenCalled();
});

test('one special address among good ones spoils all', async () => {
  await expect(ask('rebound.example', async () => at('93.184.216.34', '127.0.0.1'))).rejects.toThrow(
    '127.0.0.1',
  );
  expect(
    (await ask('rebound.example', async () => at('127.0.0.1'), { allowSpecial: true })).addresses,
  ).toEqual(['127.0.0.1']);
});

describe("the system's lookup", () => {
  test.each(['127.1', '2130706433', '0x7f000001', '0x7f.1', '017700000001', 'localhost'])(
    '%s does not slip through',
    async (host) => {
      await expect(ask(host, systemResolve)).rejects.toBeInstanceOf(Refusal);
    },
  );
});

test('failures say what happened', async () => {
  const notFound = Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  await expect(ask('nowhere.example', () => Promise.reject(notFound))).rejects.toMatchObject({
    code: 'unreachable',
    stage: 'resolve',
    reason: 'ENOTFOUND',
  });
  await expect(ask('nowhere.example', async () => [])).rejects.toMatchObject({
    code: 'unreachable',
    stage: 'resolve',
  });
  await expect(ask('slow.example', () => new Promise(() => {}), { ms: 5 })).rejects.toMatchObject({
    code: 'timeout',
    stage: 'resolve',
  });
  const abort = new AbortController();
  const waiting = ask('slow.example', () => new Promise(() => {}), { signal: abort.signal });
  abort.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await expect(waiting).rejects.not.toBeInstanceOf(TransportError);
});
