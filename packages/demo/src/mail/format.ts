// Dates, sizes and counts for people to read.

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: '2-digit', year: 'numeric' });
const long = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const medium = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const number = new Intl.NumberFormat();

/** Short, for a row: the time today, the day this week, the date this year. */
export function shortDate(date: Date, now = new Date()): string {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const days = (midnight.getTime() - date.getTime()) / 86_400_000;
  if (days < 0)
    return date > now && date.getDate() !== now.getDate() ? whole.format(date) : time.format(date);
  if (days < 6) return weekday.format(date);
  return date.getFullYear() === now.getFullYear() || days < 180 ? dayMonth.format(date) : whole.format(date);
}

export const mediumDate = (date: Date): string => medium.format(date);
export const longDate = (date: Date): string => long.format(date);
export const count = (value: number): string => number.format(value);

/** Octets as `812 B`, `4.1 kB`, `12 MB`. */
export function size(octets: number): string {
  if (octets < 1000) return `${octets} B`;
  let value = octets;
  for (const unit of ['kB', 'MB', 'GB']) {
    value /= 1000;
    if (value < 999.5 || unit === 'GB') return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  }
  return '';
}

/** `1 message`, `3 messages`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
