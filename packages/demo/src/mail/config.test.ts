import { expect, test } from 'vitest';
import { backOff } from './backoff.ts';
import { defaultConfig, parseConfig } from './config.ts';

test('takes what is there', () => {
  const given = {
    bridge: 'wss://bridge.example.org/imap',
    targets: [
      { name: 'work', label: 'Work', description: 'x' },
      { name: '' },
      7,
      { name: 'home', kind: 'command', security: 'starttls' },
    ],
    allowHosts: true,
    sample: { target: 'work', user: 'u', password: 'p' },
  };
  expect(parseConfig(given)).toEqual({
    bridge: 'wss://bridge.example.org/imap',
    targets: [
      { name: 'work', label: 'Work', description: 'x', isCommand: false, startTls: false },
      { name: 'home', label: 'home', description: undefined, isCommand: true, startTls: true },
    ],
    allowHosts: true,
    sample: { target: 'work', user: 'u', password: 'p' },
  });
});

test.each([null, 7, 'x', [], {}])('what makes no sense is the default: %j', (given) => {
  expect(parseConfig(given)).toEqual(defaultConfig);
});

test('with targets, other hosts need to be allowed', () => {
  expect(parseConfig({ targets: [{ name: 'work' }] }).allowHosts).toBe(false);
});

test('waits longer each time, up to half a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 99].map((attempt) => backOff(attempt, 0.5))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000,
  ]);
  expect(backOff(0, 0)).toBe(400);
  expect(backOff(0, 1)).toBe(600);
});
