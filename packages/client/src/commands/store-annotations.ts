// STORE and UID STORE of ANNOTATION: writes and removes annotations of messages (RFC 5257 4.4).
//
//   store-att-flags =/ "ANNOTATION" SP "(" entry-att *(SP entry-att) ")"
//   entry-att       = entry SP "(" att-value *(SP att-value) ")"
//   att-value       = attrib SP value

import type { MetadataValue } from '../wire/metadata.ts';
import type { SequenceSet } from '../wire/set.ts';
import { command } from './command.ts';
import { savedNeeds } from './saved.ts';
import { writeValue } from './set-metadata.ts';
import { selected } from './states.ts';

export interface StoreAnnotationsArgs {
  readonly set: SequenceSet;
  /** Whether the set holds UIDs. */
  readonly uid: boolean;
  /** By entry, then by attribute (`value.priv`, `value.shared`); null removes it. */
  readonly annotations: Readonly<Record<string, Readonly<Record<string, MetadataValue>>>>;
}

export const storeAnnotations = command<StoreAnnotationsArgs, never, void>({
  name: ({ uid }) => (uid ? 'UID STORE' : 'STORE'),
  states: selected,
  needs: ({ set }) => ['ANNOTATE-EXPERIMENT-1', ...savedNeeds(set)],
  bySequence: ({ uid }) => !uid,
  keepsNumbers: ({ uid }) => !uid,
  send: (out, { set, annotations }) => {
    const entries = Object.entries(annotations);
    if (entries.length === 0) throw new RangeError('STORE of annotations needs at least one entry');
    out.set(set).atom('ANNOTATION');
    out.list(() => {
      for (const [entry, attributes] of entries) {
        out.string(entry).list(() => {
          for (const [attribute, value] of Object.entries(attributes)) {
            writeValue(out.atom(attribute), value);
          }
        });
      }
    });
  },
  result: () => {},
});
