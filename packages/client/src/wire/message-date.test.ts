import { describe, expect, it } from 'vitest';
import { formatDay, formatInternalDate, parseInternalDate } from './internal-date.ts';
import { parseMessageDate } from './message-date.ts';

describe('parseMessageDate', () => {
  it.each([
    ['Wed, 17 Jul 1996 02:23:25 -0700 (PDT)', '1996-07-17T09:23:25Z'],
    ['17 Jul 1996 02:23 +0000', '1996-07-17T02:23:00Z'],
    ['Fri, 21 Nov 1997 09:55:06 -0600', '1997-11-21T15:55:06Z'],
    // RFC 5322 A.5 and A.6.2: comments, white space, obsolete years and zones
    [
      'Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)',
      '1969-02-14T03:02:00Z',
    ],
    ['21 Nov 97 09:55:06 GMT', '1997-11-21T09:55:06Z'],
    ['Fri, 21 Nov 1997 09(comment):   55  :  06 -0600', null],
    ['Mon, 1 Jan 24 00:00:00 UT', '2024-01-01T00:00:00Z'],
    ['Mon, 1 Jan 100 00:00:00 Z', '2000-01-01T00:00:00Z'],
    ['Mon, 1 Jan 2024 00:00:00 EST', '2024-01-01T05:00:00Z'],
    ['Mon, 1 Jan 2024 00:00:00 pdt', '2024-01-01T07:00:00Z'],
    ['Mon, 1 Jan 2024 00:00:00 K', '2024-01-01T00:00:00Z'],
    ['Mon, 1 Jan 2024 00:00:00 CEST', '2024-01-01T00:00:00Z'],
    ['Mon, 1 Jan 2024 00:00:00', '2024-01-01T00:00:00Z'],
    ['Mon, 01-Jan-2024 00:00:00 +0100', '2023-12-31T23:00:00Z'],
    ['Monday, 1 January 2024 00:00:00 +01:00', '2023-12-31T23:00:00Z'],
    ['Mon 1 Jan 2024 00:00:00 GMT+0200 (CEST)', '2023-12-31T22:00:00Z'],
    ['Mon, 1 Jan 2024 00.00.00 -0500 EST', '2024-01-01T05:00:00Z'],
    ['Mon, 1 Jan 2024 00:00:60 +0000', '2024-01-01T00:01:00Z'],
    ['Wed Jul 17 02:23:25 1996', '1996-07-17T02:23:25Z'],
    ['Wed Jul 17 02:23:25 EST 1996', '1996-07-17T07:23:25Z'],
    ['2024-05-24T11:47:51+02:00', '2024-05-24T09:47:51Z'],
    ['Mon, 24 May 20 21 09:47:50 +0000', null],
    ['Mon, 32 Jan 2024 00:00:00 +0000', null],
    ['Mon, 1 Foo 2024 00:00:00 +0000', null],
    ['Mon, 1 Jan 2024 24:00:00 +0000', null],
    ['Mon, 1 Jan 2024 00:00:00 +9900', null],
    ['Mon, 1 Jan 2024 00:00:00 +00001', null],
    ['', null],
    ['yesterday', null],
    [`${'('.repeat(100_000)}1 Jan 2024`, null],
  ])('%j', (text, expected) => {
    expect(parseMessageDate(text)).toEqual(expected === null ? null : new Date(expected));
  });
});

describe('parseInternalDate', () => {
  it.each([
    ['17-Jul-1996 02:44:25 -0700', '1996-07-17T09:44:25Z', -420],
    [' 1-Feb-2020 00:00:00 +0130', '2020-01-31T22:30:00Z', 90],
    ['1-feb-2020 00:00:00 +0000', '2020-02-01T00:00:00Z', 0],
    ['27-OCT-1909 13:41:57 -0400', '1909-10-27T17:41:57Z', -240],
  ])('%j', (text, date, zone) => {
    expect(parseInternalDate(text)).toEqual({ date: new Date(date), zone });
  });

  it.each([
    '00-Jan-0000 00:00:00 +0000',
    '98765432100-OCT-2018 13:41:57 -0400',
    '27-JAG-2018 13:41:57 -0400',
    '27-OCT-2018 33:41:57 -0400',
    '27-OCT-2018 13:411:57 -0400',
    '27-OCT-2018 13:41:57 -0400 XYZ',
    '27-OCT-2018 13:41:57 +9900',
    '',
  ])('is null for %j', (text) => {
    expect(parseInternalDate(text)).toBeNull();
  });
});

describe('formatInternalDate', () => {
  it.each([
    [0, '17-Jul-1996 09:44:25 +0000'],
    [-420, '17-Jul-1996 02:44:25 -0700'],
    [330, '17-Jul-1996 15:14:25 +0530'],
  ])('writes a zone of %i minutes', (zone, expected) => {
    const date = new Date('1996-07-17T09:44:25Z');
    expect(formatInternalDate(date, zone)).toBe(expected);
    expect(parseInternalDate(expected)).toEqual({ date, zone });
  });

  it('writes days', () => {
    expect(formatDay(new Date('1994-02-01T23:59:59Z'))).toBe('1-Feb-1994');
    expect(() => formatDay(new Date(Number.NaN))).toThrow(RangeError);
  });
});
