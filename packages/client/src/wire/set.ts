// Sets of sequence numbers or UIDs (RFC 3501 9): 1,3:5,8:*
//
//   sequence-set = (seq-number / seq-range) *("," sequence-set)

/** One number, or both ends of a range; `*` is the last message. */
export type SetMember = number | '*' | readonly [first: number | '*', last: number | '*'];

/** What is accepted where a set is asked for: `'1:*'`, `7`, `[1, 2, 3]`, `[[1, 5], 9]`. */
export type SequenceSet = string | number | readonly SetMember[];

/**
 * The set as it is written, runs of neighbours joined.
 *
 * @throws RangeError where it is empty, or a number is not in 1…4294967295
 */
export function formatSet(set: SequenceSet): string {
  throw new Error(String(set));
}

/**
 * The numbers of a set without `*`, in the order they stand.
 *
 * @param most refuses sets with more members than this (a server may claim 1:4294967295)
 * @throws RangeError where it is no set
 */
export function expandSet(text: string, most = 1_000_000): number[] {
  throw new Error(text + String(most));
}

/** A test whether a number is in the set; `*` counts as any number at least as high as the highest named. */
export function setContains(set: SequenceSet): (number: number) => boolean {
  throw new Error(String(set));
}
