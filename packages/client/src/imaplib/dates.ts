// Internaldate2tuple and Time2Internaldate: between INTERNALDATE and time tuples.
//
//   date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE

import { lineText } from './byte-string.ts';
import type { Text, TimeTuple } from './datum.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// Matched from the start and greedily, as Python does: the last INTERNALDATE of a line counts.
const internalDate =
  /^[^\n]*INTERNALDATE "([ 0-3][0-9])-([A-Z][a-z]{2})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([-+])([0-9]{2})([0-9]{2})"/;

/**
 * What `Temporal.ZonedDateTime` offers of a date and time with its own zone; Python's aware datetime.
 */
export interface ZonedDateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly offsetNanoseconds: number;
}

/**
 * A moment for {@link Time2Internaldate}: seconds since 1970, a Date, a date and time with its zone, a time tuple in
 * local time (with the seconds east of Greenwich as `tm_gmtoff`, where the zone is known), or an INTERNALDATE.
 */
export type DateTime =
  | number
  | Date
  | ZonedDateTime
  | (readonly number[] & { readonly tm_gmtoff?: number | null })
  | string;

/**
 * The INTERNALDATE of a FETCH response as a time tuple, or null where the line has none.
 *
 * @param zone `'utc'` gives Coordinated Universal Time, as the module's documentation promises; `'local'` gives local
 *   time, which is what CPython returns
 * @throws RangeError for a month that does not exist and for the year 0
 */
export function Internaldate2tuple(resp: Text, zone: 'utc' | 'local' = 'utc'): TimeTuple | null {
  if (typeof resp !== 'string' && !(resp instanceof Uint8Array)) {
    throw new TypeError('Internaldate2tuple needs a line of the server, as text or bytes');
  }
  const match = internalDate.exec(lineText(resp));
  if (match === null) return null;
  const [, day, name = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const month = months.indexOf(name);
  if (month < 0) throw new RangeError(`INTERNALDATE has no month ${JSON.stringify(name)}`);
  if (Number(year) === 0) throw new RangeError('year 0 is out of range');
  const offset = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  const date = new Date(0);
  // Not Date.UTC(), which takes the years 0 to 99 for those of the last century. Days and hours beyond their range
  // roll over, as they do in Python.
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(Number(hour), Number(minute) - offset, Number(second));
  return zone === 'utc' ? utcTuple(date) : utcTuple(wallClock(date), isDaylight(date));
}

function utcTuple(date: Date, daylight = false): TimeTuple {
  const newYear = new Date(0);
  newYear.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  const midnight = Math.floor(date.getTime() / 86_400_000);
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    (date.getUTCDay() + 6) % 7,
    midnight - newYear.getTime() / 86_400_000 + 1,
    daylight ? 1 : 0,
  ];
}

/** A date whose UTC fields are the local fields of another. */
function wallClock(date: Date): Date {
  const wall = new Date(0);
  wall.setUTCFullYear(date.getFullYear(), date.getMonth(), date.getDate());
  wall.setUTCHours(date.getHours(), date.getMinutes(), date.getSeconds());
  return wall;
}

/** Minutes east of Greenwich in January and July: the smaller is standard time, the other daylight saving time. */
function offsetsOf(year: number): readonly [standard: number, daylight: number] {
  const [january, july] = [0, 6].map((month) => {
    const date = new Date(2000, month, 1);
    date.setFullYear(year);
    return -date.getTimezoneOffset();
  }) as [number, number];
  return january < july ? [january, july] : [july, january];
}

function isDaylight(date: Date): boolean {
  return -date.getTimezoneOffset() > offsetsOf(date.getFullYear())[0];
}

/**
 * A moment as INTERNALDATE, `"DD-Mmm-YYYY HH:MM:SS +HHMM"` with the double quotes. A string that has them already is
 * returned as it is.
 *
 * @throws RangeError where it is no moment, or none that the calendar has
 */
export function Time2Internaldate(date_time: DateTime): string {
  if (typeof date_time === 'string') {
    if (date_time.startsWith('"') && date_time.endsWith('"')) return date_time;
    throw new RangeError('date_time not of a known type: an INTERNALDATE stands in double quotes');
  }
  // Python counts truth values among the numbers.
  if (typeof date_time === 'number' || typeof date_time === 'boolean') return fromSeconds(date_time);
  if (date_time instanceof Date) return fromSeconds(date_time.getTime() / 1000);
  if (Array.isArray(date_time)) return fromTuple(date_time);
  if (typeof date_time === 'object' && date_time !== null && 'year' in date_time && 'hour' in date_time) {
    return fromZoned(date_time);
  }
  throw new RangeError('date_time not of a known type');
}

function fromSeconds(seconds: number): string {
  // Python rounds to microseconds, then drops the fraction.
  const date = new Date(Math.floor(Math.round(seconds * 1e6) / 1e6) * 1000);
  const year = date.getFullYear();
  if (!(year >= 1 && year <= 9999))
    throw new RangeError(`${seconds} s since 1970 is no moment of the years 1 to 9999`);
  const fields = [
    year,
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
  ];
  return written(fields, -date.getTimezoneOffset() * 60);
}

function fromZoned(value: ZonedDateTime): string {
  if (typeof value.offsetNanoseconds !== 'number')
    throw new RangeError('date_time must be aware: its zone is missing');
  const fields = [value.year, value.month, value.day, value.hour, value.minute, value.second];
  return written(fields, value.offsetNanoseconds / 1e9);
}

function fromTuple(tuple: readonly number[] & { readonly tm_gmtoff?: number | null }): string {
  const offset = typeof tuple.tm_gmtoff === 'number' ? tuple.tm_gmtoff : tupleOffset(tuple) * 60;
  if (Math.abs(offset) >= 86_400) throw new RangeError('tm_gmtoff must be less than a day');
  return written(tuple.slice(0, 6), offset);
}

/** As Python: the offset of today's zone, standard or daylight saving as the tuple says. */
function tupleOffset(tuple: readonly number[]): number {
  const [standard, daylight] = offsetsOf(new Date().getFullYear());
  if (standard === daylight) return standard;
  const isdst = tuple[8];
  if (isdst === undefined) throw new RangeError('a time tuple has nine numbers');
  if (isdst === 0) return standard;
  if (isdst === 1) return daylight;
  if (isdst !== -1) throw new RangeError(`tm_isdst is 0, 1 or -1, not ${isdst}`);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = tuple;
  const date = new Date(2000, 0, 1);
  date.setFullYear(year, month - 1, day);
  date.setHours(hour, minute, second);
  return isDaylight(date) ? daylight : standard;
}

/** @param offset seconds east of Greenwich */
function written(fields: readonly number[], offset: number): string {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  check('year', year, 1, 9999);
  check('month', month, 1, 12);
  check('day', day, 1, new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate());
  check('hour', hour, 0, 23);
  check('minute', minute, 0, 59);
  check('second', second, 0, 59);
  const date = `${two(day)}-${months[month - 1]}-${String(year).padStart(4, '0')}`;
  const zone = Math.abs(offset);
  const minutes = Math.floor(zone / 60);
  // Seconds are no INTERNALDATE, but Python writes them, and dropping them would move the moment.
  const rest = zone % 60 === 0 ? '' : two(Math.floor(zone % 60)) + fraction(zone % 1);
  return `"${date} ${two(hour)}:${two(minute)}:${two(second)} ${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}${rest}"`;
}

function fraction(seconds: number): string {
  return seconds === 0 ? '' : seconds.toFixed(6).slice(1);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function check(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${what} must be in ${least}..${most}, not ${value}`);
  }
}
