// INTERNALDATE: when the server took a message (RFC 3501 9).
//
//   date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE

/** The server's date of arrival. */
export interface InternalDate {
  readonly date: Date;
  /** Minutes east of Greenwich, as the server wrote it. */
  readonly zone: number;
}

/** In minutes: no place is further from Greenwich than a day. */
const LARGEST_ZONE = 24 * 60;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const lowerMonths = months.map((month) => month.toLowerCase());

/** 0 to 11 for the English name of a month, abbreviated or whole; -1 for anything else. */
export function monthIndex(name: string): number {
  const exact = months.indexOf(name);
  return exact >= 0 ? exact : lowerMonths.indexOf(name.slice(0, 3).toLowerCase());
}

/** Two digits at a place; NaN where something else stands there. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/**
 * Reads `17-Jul-1996 02:44:25 -0700` from `at` to the end of the text, each field at its fixed place; null for any
 * other form. INTERNALDATE and the Date field both look like this nearly always, and a list has two of them a row.
 *
 * @param separator between day, month and year
 */
export function fixedDate(text: string, at: number, separator: '-' | ' '): InternalDate | null {
  const sign = text[at + 21];
  const isForm =
    text.length === at + 26 &&
    (sign === '+' || sign === '-') &&
    text[at + 2] === separator &&
    text[at + 6] === separator &&
    text[at + 11] === ' ' &&
    text[at + 14] === ':' &&
    text[at + 17] === ':' &&
    text[at + 20] === ' ';
  if (!isForm) return null;
  const zoneMinutes = pair(text, at + 24);
  const zone = (sign === '-' ? -1 : 1) * (pair(text, at + 22) * 60 + zoneMinutes);
  const year = pair(text, at + 7) * 100 + pair(text, at + 9);
  const month = months.indexOf(text.slice(at + 3, at + 6));
  const [hour, minute, second] = [pair(text, at + 12), pair(text, at + 15), pair(text, at + 18)];
  const date = instant(year, month, pair(text, at), hour, minute, second, zone);
  return date === null || Number.isNaN(date.getTime()) || zoneMinutes > 59 ? null : { date, zone };
}

const pattern = /^ ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;

/** Reads `17-Jul-1996 02:44:25 -0700`; null where it is no date. */
export function parseInternalDate(text: string): InternalDate | null {
  const fixed = fixedDate(text, 0, '-');
  if (fixed !== null) return fixed;
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, day, month = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const zone = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  const date = instant(
    Number(year),
    monthIndex(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    zone,
  );
  return date === null ? null : { date, zone };
}

/** The instant, or null where a field is out of its range. */
export function instant(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  zone: number,
): Date | null {
  // Date.UTC takes years below 100 for the twentieth century; no message is that old.
  if (year < 100 || month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  if (Math.abs(zone) > LARGEST_ZONE) return null;
  return new Date(Date.UTC(year, month, day, hour, minute - zone, second));
}

const two = (value: number): string => String(value).padStart(2, '0');

function checkedDate(date: Date): Date {
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw new RangeError('A date needs a year between 1 and 9999.');
  return date;
}

/**
 * `17-Jul-1996 02:44:25 -0700`, without the quotes.
 *
 * @param zone minutes east of Greenwich
 * @throws RangeError where it is no date
 */
export function formatInternalDate(date: Date, zone = 0): string {
  if (!Number.isInteger(zone) || Math.abs(zone) > LARGEST_ZONE)
    throw new RangeError('A zone is a whole number of minutes, no more than a day.');
  const local = checkedDate(new Date(date.getTime() + zone * 60_000));
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':');
  const east = Math.abs(zone);
  const sign = zone < 0 ? '-' : '+';
  return `${two(local.getUTCDate())}-${monthAndYear(local)} ${time} ${sign}${two(Math.trunc(east / 60))}${two(east % 60)}`;
}

/**
 * `1-Feb-1994`, the day in UTC, as a search has it.
 *
 * @throws RangeError where it is no date
 */
export function formatDay(date: Date): string {
  return `${checkedDate(date).getUTCDate()}-${monthAndYear(date)}`;
}

function monthAndYear(date: Date): string {
  return `${months[date.getUTCMonth()]}-${String(date.getUTCFullYear()).padStart(4, '0')}`;
}
