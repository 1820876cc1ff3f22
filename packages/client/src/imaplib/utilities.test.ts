// The four functions against what CPython answers, in its own time zones.

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { Internaldate2tuple, Time2Internaldate, type DateTime } from './dates.ts';
import { ParseFlags } from './flags.ts';
import { Int2AP } from './int2ap.ts';

interface Vector {
  readonly id: string;
  readonly tz: string;
  readonly fn: 'Internaldate2tuple' | 'Time2Internaldate' | 'ParseFlags' | 'Int2AP';
  readonly args: readonly [unknown];
  readonly expect: { readonly ok?: unknown; readonly exc?: string };
  readonly portable?: false;
  readonly why?: string;
  readonly isdst_hard?: true;
}

const { vectors } = JSON.parse(
  readFileSync(new URL('corpus/imaplib-utilities.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };

/** Rows that are about Python's types or its platform, and cannot hold here. */
const elsewhere: Record<string, string> = {
  'i2t-upstream-016':
    'a POSIX string in TZ, which V8 takes for UTC; i2t-upstream-012 is the same zone by name',
  'i2t-upstream-018':
    'a POSIX string in TZ, which V8 takes for UTC; i2t-upstream-014 is the same zone by name',
  'i2t-dst-078': 'an offset with seconds before 1972, which depends on the build of the zone data',
  'i2t-dst-080': 'an offset with seconds before 1970, which depends on the build of the zone data',
  't2i-dst-374': 'an offset with seconds before 1970, which depends on the build of the zone data',
  't2i-range-384': 'years below 1000 are padded to four digits here, as IMAP wants them',
  't2i-range-386': 'years below 1000 are padded to four digits here, as IMAP wants them',
  't2i-tuple-odd-456': 'years below 1000 are padded to four digits here, as IMAP wants them',
  't2i-tuple-odd-458': 'years below 1000 are padded to four digits here, as IMAP wants them',
  't2i-datetime-490': 'years below 1000 are padded to four digits here, as IMAP wants them',
  't2i-tuple-today-466': "the offset of the year in which the row was made, not today's",
  't2i-tuple-today-468': "the offset of the year in which the row was made, not today's",
  't2i-tuple-today-470': "the offset of the year in which the row was made, not today's",
  'parseflags-types-296': 'lines are text here: a string is not an error',
  't2i-types-518': 'a list is what a tuple is here',
};

/** Python's exceptions, as they are called here. */
const exceptions: Record<string, new (message?: string) => Error> = {
  ValueError: RangeError,
  OverflowError: RangeError,
  KeyError: RangeError,
  IndexError: RangeError,
  TypeError,
};

const functions = {
  Internaldate2tuple: (value: unknown) => Internaldate2tuple(value as string, 'local'),
  Time2Internaldate: (value: unknown) => Time2Internaldate(value as DateTime),
  ParseFlags: (value: unknown) => ParseFlags(value as string),
  Int2AP: (value: unknown) => Int2AP(value as number),
};

function argument(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const entry = value as Record<string, unknown>;
  if ('$bytes' in entry || '$bytearray' in entry) {
    return new Uint8Array(Buffer.from(String(entry['$bytes'] ?? entry['$bytearray']), 'latin1'));
  }
  if ('$float' in entry) return Number(String(entry['$float']).replace('inf', 'Infinity'));
  if ('$int' in entry) return BigInt(entry['$int'] as string);
  if ('$tuple' in entry) return entry['$tuple'];
  if ('$struct_time' in entry) {
    return Object.assign([...(entry['$struct_time'] as number[])], { tm_gmtoff: entry['gmtoff'] });
  }
  if ('$datetime' in entry) {
    const [year, month, day, hour, minute, second] = entry['$datetime'] as number[];
    const offsetNanoseconds = (entry['offset'] as number) * 1e9;
    return { year, month, day, hour, minute, second, offsetNanoseconds };
  }
  return {};
}

/** Bytes are text here, and a struct_time is nine numbers. */
function result(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const entry = value as Record<string, unknown>;
  if ('$bytes' in entry) return entry['$bytes'];
  if ('$tuple' in entry) return (entry['$tuple'] as unknown[]).map(result);
  return entry['$struct_time'];
}

const zone = process.env['TZ'];
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

test('TZ can be changed within this process: without it the rows below would say nothing', () => {
  process.env['TZ'] = 'Asia/Kolkata';
  expect(new Date(0).getTimezoneOffset()).toBe(-330);
  process.env['TZ'] = 'America/New_York';
  expect(new Date(0).getTimezoneOffset()).toBe(300);
});

describe.each(Object.keys(functions))('%s', (name) => {
  const rows = vectors.filter(({ fn, id }) => fn === name && elsewhere[id] === undefined);
  test.each(rows)('$id in $tz', ({ tz, fn, args, expect: expected, isdst_hard }) => {
    process.env['TZ'] = tz;
    const want = expected.exc === undefined ? result(expected.ok) : exceptions[expected.exc];
    const got = outcome(() => functions[fn](argument(args[0])));
    // Whether it is daylight saving time cannot be told from offsets where a zone changes its standard time.
    const comparable = (value: unknown) => (isdst_hard === true ? (value as number[]).slice(0, 8) : value);
    expect(comparable(got)).toEqual(comparable(want));
  });
});

/** What a call gives, or the class of what it throws. */
function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (thrown) {
    return (thrown as Error).constructor;
  }
}

test('every row is either run or listed with its reason', () => {
  const run = vectors.filter(({ id }) => elsewhere[id] === undefined);
  expect(run.length + Object.keys(elsewhere).length).toBe(261);
  for (const id of Object.keys(elsewhere)) expect(vectors.some((row) => row.id === id)).toBe(true);
});

describe('promises of the documentation', () => {
  test('8: Internaldate2tuple gives Coordinated Universal Time', () => {
    process.env['TZ'] = 'America/St_Johns';
    const line = '25 (INTERNALDATE "17-Jul-1996 02:44:25 -0700")';
    expect(Internaldate2tuple(line)).toEqual([1996, 7, 17, 9, 44, 25, 2, 199, 0]);
    expect(Internaldate2tuple(line, 'local')).toEqual([1996, 7, 17, 7, 14, 25, 2, 199, 1]);
  });

  test('9: Int2AP writes an integer with the letters A to P', () => {
    expect(Int2AP(4096)).toBe('BAAA');
  });

  test('10: ParseFlags gives the individual flags', () => {
    expect(ParseFlags('1 (FLAGS (\\Seen Junk))')).toEqual(['\\Seen', 'Junk']);
  });

  test('11: Time2Internaldate writes a time tuple with the double quotes', () => {
    process.env['TZ'] = 'Asia/Kathmandu';
    expect(Time2Internaldate([2000, 1, 2, 3, 4, 5, 6, 2, -1])).toBe('"02-Jan-2000 03:04:05 +0545"');
  });
});

test('Time2Internaldate takes a Date, and a date and time with its zone', () => {
  process.env['TZ'] = 'Europe/Berlin';
  expect(Time2Internaldate(new Date(2_000_000_000_000))).toBe('"18-May-2033 05:33:20 +0200"');
  expect(() => Time2Internaldate(new Date(Number.NaN))).toThrow(RangeError);
  const naive = { year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  expect(() => Time2Internaldate(naive as unknown as DateTime)).toThrow('must be aware');
});

test('years below 1000 have four digits', () => {
  process.env['TZ'] = 'UTC';
  expect(Time2Internaldate(-62_135_596_800)).toBe('"01-Jan-0001 00:00:00 +0000"');
});
