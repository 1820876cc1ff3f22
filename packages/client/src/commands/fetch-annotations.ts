// FETCH and UID FETCH of ANNOTATION: annotations of messages (RFC 5257 4.3).
//
//   fetch-att    =/ "ANNOTATION" SP "(" entries SP attribs ")"
//   entries      = entry-match / "(" entry-match *(SP entry-match) ")"
//   attribs      = att-search / "(" att-search *(SP att-search) ")"

import { readAnnotations, type AnnotatedMessage } from '../wire/annotation.ts';
import { setContains, type SequenceSet } from '../wire/set.ts';
import { command } from './command.ts';
import { savedNeeds } from './saved.ts';
import { selected } from './states.ts';

export interface FetchAnnotationsArgs {
  readonly set: SequenceSet;
  /** Whether the set holds UIDs. */
  readonly uid: boolean;
  /** `/comment`, `/1/comment`; `*` and `%` stand for any, as in LIST. */
  readonly entries: readonly string[];
  /** `value`, `size`, or only the private or the shared one: `value.priv`. Values, where absent. */
  readonly attributes?: readonly string[] | undefined;
}

export const fetchAnnotations = command<FetchAnnotationsArgs, AnnotatedMessage | null, AnnotatedMessage[]>({
  name: ({ uid }) => (uid ? 'UID FETCH' : 'FETCH'),
  states: selected,
  needs: ({ set }) => ['ANNOTATE-EXPERIMENT-1', ...savedNeeds(set)],
  bySequence: ({ uid }) => !uid,
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { set, entries, attributes = ['value'] }) => {
    if (entries.length === 0 || attributes.length === 0) {
      throw new RangeError('FETCH of annotations needs at least one entry and one attribute');
    }
    out.set(set).list(() => {
      out.atom('UID').atom('ANNOTATION');
      out.list(() => {
        out.list(() => entries.forEach((entry) => out.string(entry)));
        out.list(() => attributes.forEach((attribute) => out.atom(attribute)));
      });
    });
  },
  collect: { FETCH: (line, { number }) => readAnnotations(line, number ?? 0) },
  accepts: ({ set, uid }) => {
    const isAsked = setContains(set);
    return (row) => {
      const number = uid ? row?.uid : row?.sequence;
      return number !== undefined && isAsked(number);
    };
  },
  result: (rows) => rows.filter((row) => row !== null),
});
