// `$`: the messages that the last search has saved, in the place of a set (RFC 5182).

import type { SequenceSet } from '../wire/set.ts';

/** The capability that a set needs: `$` is a number to those who do not know it. */
export function savedNeeds(set: SequenceSet | undefined): string[] {
  return set === '$' ? ['SEARCHRES'] : [];
}
