// STORE and UID STORE: changes flags (RFC 3501 6.4.6).
//
//   store = "STORE" SP sequence-set SP (["+" / "-"] "FLAGS") SP flag-list

import { readFetch, type FetchedMessage } from '../wire/fetch.ts';
import { setContains, type SequenceSet } from '../wire/set.ts';
import { command } from './command.ts';
import { selected } from './states.ts';

/** Flags to add, to remove, or to have and no others. Exactly one. */
export type FlagChange =
  | { readonly add: readonly string[] }
  | { readonly remove: readonly string[] }
  | { readonly replace: readonly string[] };

export interface StoreArgs {
  readonly set: SequenceSet;
  readonly change: FlagChange;
  /** Whether the set holds UIDs. */
  readonly uid: boolean;
}

export const store = command<StoreArgs, FetchedMessage, FetchedMessage[]>({
  name: ({ uid }) => (uid ? 'UID STORE' : 'STORE'),
  states: selected,
  bySequence: ({ uid }) => !uid,
  repeatable: ({ set }) => set !== '$',
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { set, change }) => {
    out.set(set);
    if ('add' in change) out.raw('+FLAGS').flags(change.add);
    else if ('remove' in change) out.raw('-FLAGS').flags(change.remove);
    else out.raw('FLAGS').flags(change.replace);
  },
  collect: { FETCH: (line, { number }) => readFetch(line, number ?? 0) },
  // Answers to UID STORE have the UID (RFC 3501 6.4.8); others tell of somebody else's change, or are the rows of a
  // FETCH that runs beside it.
  accepts: ({ set, uid }) => {
    const isAsked = setContains(set);
    return (message) => {
      const number = uid ? message.uid : message.sequence;
      return (
        number !== undefined &&
        isAsked(number) &&
        message.flags !== undefined &&
        message.sections.length === 0
      );
    };
  },
  result: (rows) => rows,
});
