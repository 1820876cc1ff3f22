// Message sets: `1,3:5,8:*` from numbers and ranges.

import type { MessageSet, SetMember, Text } from './datum.ts';

/**
 * A message set as it is sent; text stays as it is.
 *
 * @throws TypeError for what is no number, range or text
 * @throws RangeError for numbers below 1 and ranges without two ends
 */
export function sequenceSet(value: MessageSet, encode: (value: Text) => string): string {
  if (typeof value === 'string' || value instanceof Uint8Array) return encode(value);
  if (!Array.isArray(value)) return messageNumber(value as number);
  if (value.length === 0) throw new RangeError('the message set is empty');
  return (value as readonly SetMember[]).map(member).join(',');
}

function member(value: SetMember): string {
  if (!Array.isArray(value)) return messageNumber(value as number);
  if (value.length !== 2)
    throw new RangeError(`a range has a first and a last message, not ${value.length} numbers`);
  const [first, last] = value as readonly [number, number | '*' | null];
  return `${messageNumber(first)}:${last === '*' || last === null ? '*' : messageNumber(last)}`;
}

function messageNumber(value: number): string {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`a message set holds whole numbers and ranges of them, not ${JSON.stringify(value)}`);
  }
  if (value < 1) throw new RangeError(`messages are numbered from 1, there is no ${value}`);
  return String(value);
}
