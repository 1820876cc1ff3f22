// Sets of sequence numbers or UIDs (RFC 3501 9): 1,3:5,8:*
//
//   sequence-set = (seq-number / seq-range) *("," sequence-set)
//   seq-number   = nz-number / "*"

import { ParseError, type ResponseReader } from './reader.ts';

/** One number, or both ends of a range; `*` is the last message. */
export type SetMember = number | '*' | readonly [first: number | '*', last: number | '*'];

/** What is accepted where a set is asked for: `'1:*'`, `7`, `[1, 2, 3]`, `[[1, 5], 9]`. */
export type SequenceSet = string | number | readonly SetMember[];

/** All numbers from `first` to `last`, both included; `first` is not the greater one. */
export type NumberRange = readonly [first: number, last: number];

/** A range in ascending order; `*` is Infinity. */
type Range = [first: number, last: number];

const greatest = 4294967295;

function invalid(value: unknown): RangeError {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
  return new RangeError(
    `${shown} is no set of message numbers: write 1, 2:4, 7:* or several of them with commas`,
  );
}

function checked(value: number | '*'): number {
  if (value === '*') return Infinity;
  if (!Number.isInteger(value) || value < 1 || value > greatest) {
    throw new RangeError(`a message number is between 1 and ${greatest}, not ${String(value)}`);
  }
  return value;
}

/** Both ends in ascending order (quirk: ascending-ranges, hMailServer refuses others); what they include is the same. */
function range(first: number, last: number): Range {
  return first <= last ? [first, last] : [last, first];
}

const member = /^(?:([1-9]\d{0,9})|(\*))(?::(?:([1-9]\d{0,9})|(\*)))?$/;

function readRange(text: string): Range {
  const match = member.exec(text);
  if (match === null) throw invalid(text);
  const first = checked(match[2] === undefined ? Number(match[1]) : '*');
  if (match[3] === undefined && match[4] === undefined) return [first, first];
  return range(first, checked(match[4] === undefined ? Number(match[3]) : '*'));
}

function readRanges(text: string): Range[] {
  return text.split(',').map(readRange);
}

function rangesOf(set: SequenceSet): Range[] {
  if (typeof set === 'string') return readRanges(set);
  if (typeof set === 'number') return [[checked(set), checked(set)]];
  if (set.length === 0) throw new RangeError('a set of message numbers needs at least one number');
  return set.map((one) => {
    if (typeof one === 'object') return range(checked(one[0]), checked(one[1]));
    const value = checked(one);
    return [value, value];
  });
}

/** In ascending order, without overlaps, neighbours joined. */
function merged(ranges: Range[]): Range[] {
  let sorted = ranges;
  if (ranges.some((one, index) => index > 0 && one[0] < (ranges[index - 1]?.[0] ?? 0))) {
    sorted = ranges.toSorted((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  }
  const out: Range[] = [];
  let last: Range | undefined;
  for (const [first, end] of sorted) {
    if (last !== undefined && first <= last[1] + 1) last[1] = Math.max(last[1], end);
    else out.push((last = [first, end]));
  }
  return out;
}

const written = (value: number): string => (value === Infinity ? '*' : String(value));

/**
 * The set as it is written, in ascending order, runs of neighbours joined. `$`, the last search's result (RFC 5182),
 * stays as it is.
 *
 * @throws RangeError where it is empty, or a number is not in 1…4294967295
 */
export function formatSet(set: SequenceSet): string {
  if (set === '$') return set;
  return merged(rangesOf(set))
    .map(([first, last]) => (first === last ? written(first) : `${written(first)}:${written(last)}`))
    .join(',');
}

/**
 * The ranges of a set without `*`, in ascending order, neighbours joined. They are never expanded: a server may
 * name billions of numbers in a few bytes.
 *
 * @param most refuses sets that are written with more ranges than this
 * @throws RangeError where it is no set
 */
export function parseSet(text: string, most = 1_000_000): NumberRange[] {
  const ranges: Range[] = [];
  eachRange(text, (one) => {
    if (ranges.push(one) > most) throw tooMany(text, most);
  });
  return merged(ranges);
}

/** How many numbers there are in ranges that do not overlap. */
export function countNumbers(ranges: readonly NumberRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Reads a set that a server has sent, see {@link parseSet}. @throws ParseError where it is none */
export function readSet(reader: ResponseReader): NumberRange[] {
  const { position } = reader;
  const text = reader.atom();
  try {
    return parseSet(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ParseError('a set of numbers', position, JSON.stringify(text.slice(0, 20)));
  }
}

/**
 * The numbers of a set without `*`, in the order they stand; each range upwards.
 *
 * @param most refuses sets with more members than this (a server may claim 1:4294967295)
 * @throws RangeError where it is no set
 */
export function expandSet(text: string, most = 1_000_000): number[] {
  const numbers: number[] = [];
  eachRange(text, ([first, last]) => {
    if (last - first + 1 > most - numbers.length) throw tooMany(text, most);
    for (let value = first; value <= last; value++) numbers.push(value);
  });
  return numbers;
}

/** How many numbers {@link expandSet} would give. @throws RangeError where it would */
export function countMembers(text: string, most = 1_000_000): number {
  let count = 0;
  eachRange(text, ([first, last]) => {
    count += last - first + 1;
    if (count > most) throw tooMany(text, most);
  });
  return count;
}

/** One at a time: what a server sends may be long, and is given up before it has all been taken apart. */
function eachRange(text: string, take: (range: Range) => void): void {
  if (text === '') throw invalid(text);
  for (let at = 0, end = 0; end < text.length; at = end + 1) {
    const comma = text.indexOf(',', at);
    end = comma < 0 ? text.length : comma;
    const one = readRange(text.slice(at, end));
    if (one[1] === Infinity) {
      throw new RangeError(`${JSON.stringify(text.slice(0, 40))} names no last message`);
    }
    take(one);
  }
}

function tooMany(text: string, most: number): RangeError {
  return new RangeError(`${JSON.stringify(text.slice(0, 40))} has more than ${most} members`);
}

/** The set without some numbers, as it is written; null where nothing is left. `*` stays: it may be a new message. */
export function setWithout(set: SequenceSet, numbers: ReadonlySet<unknown>): string | null {
  const gone = merged(
    [...numbers].flatMap((number): Range[] => (typeof number === 'number' ? [[number, number]] : [])),
  );
  const left: Range[] = [];
  let next = 0;
  for (const [start, end] of merged(rangesOf(set))) {
    let first = start;
    while (next < gone.length && gone[next]![1] < first) next += 1;
    for (let at = next; at < gone.length && gone[at]![0] <= end; at++) {
      const [from, to] = gone[at]!;
      if (from > first) left.push([first, from - 1]);
      first = to + 1;
    }
    if (first <= end) left.push([first, end]);
  }
  return left.length === 0 ? null : formatSet(left.map(([first, end]) => [starOr(first), starOr(end)]));
}

const starOr = (value: number): number | '*' => (value === Infinity ? '*' : value);

/**
 * A test whether a number is in the set; `*` counts as any number at least as high as the highest named, `$` as
 * all.
 */
export function setContains(set: SequenceSet): (number: number) => boolean {
  // What the last search has saved is not known here.
  if (set === '$') return () => true;
  const ranges = merged(rangesOf(set));
  const last = ranges.at(-1);
  // `*` alone stands for some number that is not known here.
  if (last?.[0] === Infinity) last[0] = ranges.at(-2)?.[1] ?? 0;
  return (number) => {
    let low = 0;
    let high = ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const [first, end] = ranges[middle] ?? [0, 0];
      if (number < first) high = middle - 1;
      else if (number > end) low = middle + 1;
      else return true;
    }
    return false;
  };
}
