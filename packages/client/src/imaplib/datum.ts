// The shapes that go into and come out of every call.

/** Text, or bytes that go out as they are. */
export type Text = string | Uint8Array;

/**
 * One piece of an answer: a line as text (UTF-8; one character a byte where it is not), a line with the literal that
 * followed it, or null where the server sent nothing.
 */
export type Datum = string | [line: string, literal: Uint8Array] | null;

/** What a command answers: `['OK', […]]`, `['NO', [reason]]`, or `['BYE', […]]` from logout. */
export type Reply = [typ: string, data: Datum[]];

/** What the states of a connection are called. */
export type State = 'LOGOUT' | 'NONAUTH' | 'AUTH' | 'SELECTED' | 'IDLING';

/** Item lists (STATUS names, FETCH parts, flags): parentheses are added where there are none. */
export type Items = Text | readonly Text[];

/** A number, the first and last of a range, or a range that ends at the last message (`'*'` or null). */
export type SetMember = number | readonly [first: number, last: number | '*' | null];

/** `'1:5,8'`, one number, or `[1, [3, 5], [8, '*']]`. */
export type MessageSet = Text | number | readonly SetMember[];

/** A value for a `?`: text, a number, or a list of them. */
export type Param = Text | number | readonly Param[];

/** Year, month, day, hour, minute, second, weekday (Monday is 0), day of the year (from 1), daylight saving (0, 1, -1). */
export type TimeTuple = [
  tm_year: number,
  tm_mon: number,
  tm_mday: number,
  tm_hour: number,
  tm_min: number,
  tm_sec: number,
  tm_wday: number,
  tm_yday: number,
  tm_isdst: number,
];
