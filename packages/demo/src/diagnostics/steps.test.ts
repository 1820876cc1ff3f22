// The steps of connecting, laid out on one line of time.
import { describe, expect, test } from 'vitest';
import type { Timings, TransportStage } from '@imaplib/client';
import { begin, duration, end, upToFailure, upToOpen } from './steps.ts';

test('what the bridge does not account for is its own', () => {
  expect(upToOpen({ dnsMs: 5, tcpMs: 10, tlsMs: 20 }, 50)).toEqual([
    { name: 'bridge', from: 0, to: 15, failed: false },
    { name: 'dns', from: 15, to: 20, failed: false },
    { name: 'tcp', from: 20, to: 30, failed: false },
    { name: 'tls', from: 30, to: 50, failed: false },
  ]);
  expect(upToOpen({}, 7)).toEqual([{ name: 'bridge', from: 0, to: 7, failed: false }]);
});

describe('a failure', () => {
  const names = (timings: Timings, stage: TransportStage) =>
    upToFailure(timings, stage, 40).map(({ name, to, failed }) => [name, to, failed]);
  test('has its own time where that is known', () => {
    expect(names({ dnsMs: 5, tcpMs: 10, tlsMs: 15 }, 'tls')).toEqual([
      ['bridge', 10, false],
      ['dns', 15, false],
      ['tcp', 25, false],
      ['tls', 40, true],
    ]);
  });
  test('has all the time that is left where it is not', () => {
    expect(names({ dnsMs: 5 }, 'connect')).toEqual([
      ['bridge', 0, false],
      ['dns', 5, false],
      ['tcp', 40, true],
    ]);
  });
  test('of the policy is the bridge’s', () => {
    expect(names({}, 'policy')).toEqual([['bridge', 40, true]]);
  });
});

test('one step runs at a time', () => {
  const steps = begin(begin([], 'greeting', 1), 'capability', 2);
  expect(steps.map(({ to }) => to)).toEqual([2, null]);
  expect(end(steps, 5, true).at(-1)).toEqual({ name: 'capability', from: 2, to: 5, failed: true });
});

test('durations', () => {
  expect([0.44, 12.4, 999.4, 1250].map(duration)).toEqual(['0.4 ms', '12 ms', '999 ms', '1.25 s']);
});
