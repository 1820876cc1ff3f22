// STORE of X-GM-LABELS: the labels of a message, in Gmail (X-GM-EXT-1).
//
//   store = "STORE" SP sequence-set SP (["+" / "-"] "X-GM-LABELS") SP "(" [astring *(SP astring)] ")"

import { readFetched, type FetchedMessage } from '../wire/fetch.ts';
import { setContains } from '../wire/set.ts';
import { encodeUtf7 } from '../wire/utf7.ts';
import { command } from './command.ts';
import { selected } from './states.ts';
import { storeNeeds, writeStored, type StoreArgs } from './store.ts';

/** Labels in Unicode; those of the system are `\Inbox`, `\Starred` and the like. */
export const storeLabels = command<Omit<StoreArgs, 'silent'>, FetchedMessage, FetchedMessage[]>({
  name: ({ uid }) => (uid ? 'UID STORE' : 'STORE'),
  states: selected,
  needs: (args) => ['X-GM-EXT-1', ...storeNeeds(args)],
  repeatable: ({ set, unchangedSince }) => set !== '$' && unchangedSince === undefined,
  bySequence: ({ uid }) => !uid,
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { set, change, unchangedSince }) => {
    const [word, labels] =
      'add' in change
        ? ['+X-GM-LABELS', change.add]
        : 'remove' in change
          ? ['-X-GM-LABELS', change.remove]
          : ['X-GM-LABELS', change.replace];
    writeStored(out, set, unchangedSince);
    out.raw(word).list(() => labels.forEach((label) => out.astring(encodeUtf7(label))));
  },
  collect: { FETCH: readFetched },
  accepts: ({ set, uid }) => {
    const isAsked = setContains(set);
    return (message) => {
      const number = uid ? message.uid : message.sequence;
      return number !== undefined && isAsked(number) && message.gmailLabels !== undefined;
    };
  },
  result: (rows) => rows,
});
