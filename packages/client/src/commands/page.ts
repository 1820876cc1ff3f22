// A page of a result, counted from its beginning or from its end (RFC 9394 3.1).
//
//   partial-range       = partial-range-first / partial-range-last
//   partial-range-first = nz-number ":" nz-number
//   partial-range-last  = MINUS nz-number ":" MINUS nz-number

/** The page as it is written. @throws RangeError where it is none */
export function writtenPage([first, last]: readonly [first: number, last: number]): string {
  const isRange = [first, last].every((end) => Number.isInteger(end) && Math.abs(end) <= 0xffffffff);
  if (!isRange || first * last <= 0) {
    throw new RangeError(
      `${first}:${last} is no page: write 1:100 for the first ones, -1:-100 for the last ones`,
    );
  }
  return `${first}:${last}`;
}
