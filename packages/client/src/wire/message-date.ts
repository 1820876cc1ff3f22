// The Date field of a message (RFC 5322 3.3), with the obsolete forms (4.3) and what mailers make of it.
//
//   date-time = [day-of-week ","] date time [CFWS]
//   obs-zone  = "UT" / "GMT" / "EST" / "EDT" / … / ALPHA

import { fixedDate, instant, monthIndex } from './internal-date.ts';

/** Minutes east of Greenwich. RFC 5322 4.3: all other names, the military letters too, say nothing and count as zero. */
const zones = new Map(
  Object.entries({ EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420 }),
);

const usual =
  /^(?:[a-z]{2,9}(?:\.?,| ) *)?(\d{1,2})[ -]+([a-z]{3,9})\.?[ -]+(\d{2,4}),? +(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)? *((?:GMT|UTC)?[+-]\d{2}:?\d{2}|[a-z]{1,5}|)(?! *[-+:\d])/i;
/** As asctime writes it: `Wed Jul 17 02:23:25 1996`. */
const asctime =
  /^(?:[a-z]{3,9},? +)?([a-z]{3,9}) +(\d{1,2}),? +(\d{1,2}):(\d{2})(?::(\d{2}))? +(?:([a-z]{1,5}) +)?(\d{4})$/i;
const iso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** No date is longer; what is, is not worth looking at. */
const longest = 200;

/** The instant that a Date field names, or null where it cannot be told. */
export function parseMessageDate(text: string): Date | null {
  if (text.length > longest) return null;
  const fixed = text.startsWith(', ', 3) ? fixedDate(text, 5, ' ') : null;
  if (fixed !== null) return fixed.date;
  const plain = withoutComments(text).replaceAll(/\s+/g, ' ').trim();
  const match = usual.exec(plain);
  if (match !== null) {
    const [, day, month = '', year = '', hour, minute, second = '0', zone = ''] = match;
    const east = zoneOf(zone);
    if (east === null) return null;
    return instant(
      fullYear(year),
      monthIndex(month),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      east,
    );
  }
  const other = asctime.exec(plain);
  if (other !== null) {
    const [, month = '', day, hour, minute, second = '0', zone = '', year] = other;
    return instant(
      Number(year),
      monthIndex(month),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      zoneOf(zone) ?? 0,
    );
  }
  if (!iso.test(plain)) return null;
  const date = new Date(plain);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** RFC 5322 4.3: two digits below 50 are of this century, other years of two or three digits count from 1900. */
function fullYear(year: string): number {
  const value = Number(year);
  if (year.length === 4) return value;
  return year.length === 2 && value < 50 ? 2000 + value : 1900 + value;
}

function zoneOf(zone: string): number | null {
  const match = /([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (match === null) return zones.get(zone.toUpperCase()) ?? 0;
  const hours = Number(match[2]);
  const minutes = Number(match[3]);
  if (hours > 23 || minutes > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let out = '';
  let depth = 0;
  for (const letter of text) {
    if (letter === '(') depth++;
    else if (letter === ')' && depth > 0) depth--;
    else if (depth === 0) out += letter;
  }
  return out;
}
