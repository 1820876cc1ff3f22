// Int2AP: numbers written with the letters A to P, as tags begin.

/**
 * An integer in base 16 with the letters A to P as digits: 4096 is `BAAA`, 0 is the empty string. The sign and any
 * fraction are dropped.
 *
 * @throws RangeError for NaN and infinities
 * @throws TypeError where it is no number
 */
export function Int2AP(num: number | bigint): string {
  // Python counts truth values among the integers.
  if (!['number', 'bigint', 'boolean'].includes(typeof num)) {
    throw new TypeError(`Int2AP needs a number, not ${num === null ? 'null' : typeof num}`);
  }
  if (typeof num === 'number' && !Number.isFinite(num)) {
    throw new RangeError(`cannot convert ${num} to an integer`);
  }
  let rest = typeof num === 'bigint' ? num : BigInt(Math.trunc(num));
  if (rest < 0n) rest = -rest;
  let letters = '';
  for (; rest > 0n; rest /= 16n) letters = 'ABCDEFGHIJKLMNOP'.charAt(Number(rest % 16n)) + letters;
  return letters;
}
