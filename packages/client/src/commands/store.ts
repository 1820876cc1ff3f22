// STORE and UID STORE: changes flags (RFC 3501 6.4.6), those alone that nobody has changed meanwhile where it is told
// so (RFC 7162 3.1.3).
//
//   store          = "STORE" SP sequence-set [SP "(" store-modifier ")"] SP
//                    (["+" / "-"] "FLAGS" [".SILENT"]) SP flag-list
//   store-modifier = "UNCHANGEDSINCE" SP mod-sequence-valzer

import { readFetched, type FetchedMessage } from '../wire/fetch.ts';
import { setContains, type SequenceSet } from '../wire/set.ts';
import type { CommandWriter } from '../wire/writer.ts';
import { command } from './command.ts';
import { savedNeeds } from './saved.ts';
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
  /**
   * Leaves messages as they are that have changed after this modification sequence; the call rejects then
   * (ImapPartialError, MODIFIED).
   */
  readonly unchangedSince?: bigint | undefined;
  /** The server need not report the flags: many messages are changed with little traffic. */
  readonly silent?: boolean | undefined;
}

export const store = command<StoreArgs, FetchedMessage, FetchedMessage[]>({
  name: ({ uid }) => (uid ? 'UID STORE' : 'STORE'),
  states: selected,
  needs: storeNeeds,
  bySequence: ({ uid }) => !uid,
  repeatable: ({ set, unchangedSince }) => set !== '$' && unchangedSince === undefined,
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { set, change, unchangedSince, silent }) => {
    writeStored(out, set, unchangedSince);
    const item = silent === true ? 'FLAGS.SILENT' : 'FLAGS';
    if ('add' in change) out.raw(`+${item}`).flags(change.add);
    else if ('remove' in change) out.raw(`-${item}`).flags(change.remove);
    else out.raw(item).flags(change.replace);
  },
  collect: { FETCH: readFetched, UIDFETCH: readFetched },
  // Answers to UID STORE have the UID (RFC 3501 6.4.8); others tell of somebody else's change, or are the rows of a
  // FETCH that runs beside it.
  accepts: ({ set, uid }) => {
    const isAsked = setContains(set);
    return (message) => {
      const number = uid ? message.uid : message.sequence;
      return (
        number !== undefined &&
        isAsked(number) &&
        (message.flags !== undefined || message.modSeq !== undefined) &&
        message.sections.length === 0
      );
    };
  },
  result: (rows) => rows,
});

/** What a conditional store needs. */
export function storeNeeds({ set, unchangedSince }: StoreArgs): string[] {
  return [...savedNeeds(set), ...(unchangedSince === undefined ? [] : ['CONDSTORE or QRESYNC'])];
}

/** Writes the messages, and on what condition they are changed. */
export function writeStored(out: CommandWriter, set: SequenceSet, unchangedSince: bigint | undefined): void {
  out.set(set);
  if (unchangedSince !== undefined) out.list(() => out.atom('UNCHANGEDSINCE').number(unchangedSince));
}
