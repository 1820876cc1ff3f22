import { expect, test, vi } from 'vitest';
import { LocalLedger } from './ledger.ts';
import type { Visit } from './ledger.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Limits } from './limits.ts';
import { Replays } from './replays.ts';

const ledger = (limits: Partial<Limits>): LocalLedger => new LocalLedger({ ...DEFAULT_LIMITS, ...limits });
const visit = (address: string, more: Partial<Visit> = {}): Visit => ({
  address,
  bearer: null,
  use: null,
  ...more,
});
const later = Date.now() + 60_000;

test('connections in all; leaving twice is leaving once', () => {
  const counts = ledger({ connections: 1 });
  const leave = counts.enter(visit('192.0.2.1'));
  expect(counts.attempt('192.0.2.2')).toBe('too many connections in all');
  expect(counts.enter(visit('192.0.2.2'))).toBe('too many connections in all');
  if (typeof leave === 'string') throw new Error(leave);
  leave();
  leave();
  expect(counts.connections).toBe(0);
  expect(counts.attempt('192.0.2.2')).toBeNull();
});

test('an IPv6 network is one address', () => {
  const counts = ledger({ connectionsPerAddress: 1 });
  counts.enter(visit('2001:db8::1'));
  expect(counts.enter(visit('2001:db8::2'))).toBe('too many connections of this address');
  expect(counts.enter(visit('2001:db8:0:1::2'))).toBeTypeOf('function');
});

test('attempts come back with time', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const counts = ledger({ burstPerAddress: 2, ratePerAddress: 1 });
    const attempt = () => counts.attempt('192.0.2.1');
    const tooMany = 'too many attempts of this address';
    expect([attempt(), attempt(), attempt()]).toEqual([null, null, tooMany]);
    expect(counts.attempt('192.0.2.2')).toBeNull();
    vi.advanceTimersByTime(1000);
    counts.sweep();
    expect([attempt(), attempt()]).toEqual([null, tooMany]);
  } finally {
    vi.useRealTimers();
  }
});

test('a used token comes in once, and is not used up by a refusal', () => {
  const counts = ledger({ connectionsPerAddress: 1 });
  const leave = counts.enter(visit('192.0.2.1'));
  const use = { id: 'a', until: later };
  expect(counts.enter(visit('192.0.2.1', { bearer: 'x', use }))).toBe('too many connections of this address');
  if (typeof leave === 'function') leave();
  expect(counts.enter(visit('192.0.2.1', { bearer: 'x', use }))).toBeTypeOf('function');
  expect(counts.enter(visit('192.0.2.2', { bearer: 'x', use }))).toBe('the token was used before');
});

test('used tokens are remembered until they end; when no more fit, none is good', () => {
  vi.useFakeTimers({ now: 0, toFake: ['Date'] });
  try {
    const replays = new Replays(2);
    expect([replays.use('a', 1000), replays.use('b', 2000), replays.use('a', 1000)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(replays.use('c', 3000)).toBe(false);
    vi.setSystemTime(1500);
    expect(replays.use('c', 3000)).toBe(true);
    expect(replays.use('b', 2000)).toBe(false);
    expect(replays.size).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});

test('2,000 connections of a hundred addresses', () => {
  const counts = ledger({});
  for (let n = 0; n < 2000; n++) {
    const address = `192.0.2.${n % 100}`;
    expect(counts.attempt(address)).toBeNull();
    expect(counts.enter(visit(address, { bearer: 'static 1' }))).toBeTypeOf('function');
  }
});
