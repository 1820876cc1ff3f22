import { expect, test } from 'vitest';
import type { CommandRecord } from '@imaplib/client/imaplib';
import { spansOf, timeOf } from './commands.ts';

const record = (times: Partial<CommandRecord>): CommandRecord => ({
  connection: {
    number: 1,
    peer: 'x',
    opened: 0,
    greeted: 1,
    ended: null,
    error: null,
    bytesOut: 0,
    bytesIn: 0,
  },
  name: 'NOOP',
  tag: '',
  queued: 100,
  sent: null,
  waiting: null,
  continued: null,
  waited: 0,
  answered: null,
  completed: null,
  bytesOut: 0,
  bytesIn: 0,
  status: null,
  code: null,
  text: '',
  error: null,
  ...times,
});

test.each<[string, Partial<CommandRecord>, string[], number]>([
  ['queued', {}, ['queued 0-50'], 50],
  ['sent', { sent: 110 }, ['queued 0-10', 'thinking 10-50'], 50],
  [
    'answered',
    { sent: 110, answered: 130, completed: 145 },
    ['queued 0-10', 'thinking 10-30', 'answering 30-45'],
    45,
  ],
  [
    'with a literal',
    { sent: 110, waiting: 112, continued: 120, answered: 130, completed: 130 },
    ['queued 0-10', 'sending 10-12', 'waiting 12-20', 'thinking 20-30'],
    30,
  ],
  ['that waits for +', { sent: 110, waiting: 112 }, ['queued 0-10', 'sending 10-12', 'waiting 12-50'], 50],
  ['that failed in the queue', { error: 'x' }, [], 0],
  ['that failed once it was sent', { sent: 110, error: 'x' }, ['queued 0-10'], 10],
])('a command %s', (_what, times, spans, whole) => {
  const command = record(times);
  expect(spansOf(command, 150).map(({ name, from, to }) => `${name} ${from}-${to}`)).toEqual(spans);
  expect(timeOf(command, 150)).toBe(whole);
});
