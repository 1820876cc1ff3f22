// GETMETADATA: annotations of a mailbox or of the server (RFC 5464 4.2).
//
//   getmetadata         = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries
//   getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")"
//   getmetadata-option  = "MAXSIZE" SP number / "DEPTH" SP ("0" / "1" / "infinity")
//   entries             = entry / "(" entry *(SP entry) ")"

import type { MailboxName } from '../wire/mailbox-name.ts';
import { readMetadata, type Metadata, type MetadataValue } from '../wire/metadata.ts';
import { record } from '../wire/record.ts';
import { command } from './command.ts';
import { checkEntry, metadataNeeds } from './set-metadata.ts';
import { authenticated } from './states.ts';

export interface GetMetadataArgs {
  /** Empty for the server's own. */
  readonly mailbox: MailboxName;
  /** `/private/comment`, `/shared/admin`. */
  readonly entries: readonly string[];
  /** Entries below those too: the next level, or all. */
  readonly depth?: 0 | 1 | 'infinity' | undefined;
  /** Octets; longer values are left out. */
  readonly maxSize?: number | undefined;
}

/** Annotations. */
export interface MetadataFound {
  /** By entry in lower case. */
  readonly values: Readonly<Record<string, MetadataValue>>;
  /** Octets of the longest value that `maxSize` has left out; null where none was. */
  readonly longest: number | null;
}

export const getMetadata = command<GetMetadataArgs, Metadata, MetadataFound>({
  name: 'GETMETADATA',
  states: authenticated,
  repeatable: () => true,
  needs: metadataNeeds,
  send: (out, { mailbox, entries, depth, maxSize }) => {
    if (entries.length === 0) throw new RangeError('GETMETADATA needs at least one entry');
    if (depth !== undefined || maxSize !== undefined) {
      out.list(() => {
        if (maxSize !== undefined) out.atom('MAXSIZE').number(maxSize);
        if (depth !== undefined) out.atom('DEPTH').atom(String(depth));
      });
    }
    out.mailbox(mailbox).list(() => entries.forEach((entry) => out.astring(checkEntry(entry))));
  },
  collect: { METADATA: (line) => readMetadata(line) },
  // Told without values it is somebody's change, not an answer.
  accepts:
    () =>
    ({ changed }) =>
      changed.length === 0,
  result: (rows, { code }) => ({
    values: rows.reduce((all, { values }) => Object.assign(all, values), record<MetadataValue>()),
    longest: code?.name === 'METADATA' && code.problem === 'LONGENTRIES' ? code.value : null,
  }),
});
