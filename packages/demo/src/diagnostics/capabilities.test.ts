// What comes and goes from one moment to the next.
import { describe, expect, test } from 'vitest';
import { known } from './capability-table.ts';
import {
  aboutCapability,
  capabilityGroups,
  changes,
  marksOf,
  missingCapabilities,
  type Moment,
} from './capabilities.ts';

const moment = (name: Moment['name'], words: string): Moment => ({
  name,
  label: name,
  capabilities: words.split(' '),
});
const moments = [
  moment('greeting', 'IMAP4REV1 STARTTLS LOGINDISABLED IDLE'),
  moment('tls', 'IMAP4REV1 AUTH=PLAIN IDLE'),
  moment('login', 'IMAP4REV1 IDLE MOVE XFOO'),
];

describe('marks', () => {
  const table = {
    IMAP4REV1: ['present', 'present', 'present'],
    STARTTLS: ['present', 'removed', 'absent'],
    'AUTH=PLAIN': ['absent', 'added', 'removed'],
    MOVE: ['absent', 'absent', 'added'],
  } as const;
  for (const [name, marks] of Object.entries(table)) {
    test(`of ${name}`, () => expect(marksOf(name, moments)).toEqual(marks));
  }
});

test('changes are those of the last moment', () => {
  expect(changes(moments)).toEqual({ added: 2, removed: 1 });
  expect(changes(moments.slice(0, 1))).toEqual({ added: 0, removed: 0 });
  expect(changes([])).toEqual({ added: 0, removed: 0 });
});

test('groups hold each capability once, unknown ones last', () => {
  const groups = capabilityGroups(moments);
  expect(groups.map(({ group }) => group)).toEqual([
    'Protocol',
    'Signing in',
    'Messages',
    'Keeping up',
    'Other',
  ]);
  const names = groups.flatMap(({ rows }) => rows.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  expect(groups.at(-1)?.rows).toEqual([{ name: 'XFOO', about: null, marks: ['absent', 'absent', 'added'] }]);
});

describe('what is missing', () => {
  const missing = (words: string): string[] =>
    missingCapabilities([moment('greeting', words)]).map(({ name }) => name);
  test('is what is useful and not offered', () => {
    expect(missing('IMAP4REV1')).toContain('IDLE');
    expect(missing('IMAP4REV1 IDLE')).not.toContain('IDLE');
    expect(missing('IMAP4REV1')).not.toContain('X-GM-EXT-1');
  });
  test('is not what a family or a stronger relative takes the place of', () => {
    expect(missing('IMAP4REV1 THREAD=REFS')).not.toContain('THREAD=');
    expect(missing('IMAP4REV1 LITERAL-')).not.toContain('LITERAL+');
    expect(missing('IMAP4REV1 QRESYNC')).not.toContain('CONDSTORE');
    expect(missing('IMAP4REV1 AUTH=SCRAM-SHA-256')).not.toContain('AUTH=SCRAM-');
  });
  test('is not what IMAP4rev2 has without saying so', () => {
    expect(missing('IMAP4REV2')).not.toContain('MOVE');
    expect(missing('IMAP4REV2')).toContain('QRESYNC');
  });
  test('is not what was withdrawn once somebody had signed in', () => {
    const all = [moment('greeting', 'IMAP4REV1 AUTH=SCRAM-SHA-1 SASL-IR'), moment('login', 'IMAP4REV1')];
    const names = missingCapabilities(all).map(({ name }) => name);
    expect(names).not.toContain('AUTH=SCRAM-');
    expect(names).not.toContain('SASL-IR');
  });
});

describe('the table', () => {
  test('has each name once, in capitals', () => {
    const names = known.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(names.map((name) => name.toUpperCase()));
  });
  test('explains by the whole name first, then by its beginning', () => {
    expect(aboutCapability('SORT=DISPLAY')?.rfc).toBe(5957);
    expect(aboutCapability('AUTH=PLAIN')?.rfc).toBe(4616);
    expect(aboutCapability('AUTH=SCRAM-SHA-256-PLUS')?.rfc).toBe(7677);
    expect(aboutCapability('AUTH=FOO')?.name).toBe('AUTH=');
    expect(aboutCapability('XFOO')).toBeNull();
  });
  test('says what each is good for', () => {
    for (const { name, gain } of known) expect(gain, name).toMatch(/^[A-Z‘“].{10,}\.$/);
  });
});
