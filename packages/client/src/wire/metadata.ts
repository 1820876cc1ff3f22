// METADATA responses: annotations of mailboxes and of the server (RFC 5464).
//
//   metadata-resp = "METADATA" SP mailbox SP (entry-values / entry-list)
//   entry-values  = "(" entry-value *(SP entry-value) ")"
//   entry-value   = entry SP value
//   entry-list    = entry *(SP entry)
//   value         = nstring / literal8

import { OPEN, encode, text } from './ascii.ts';
import { readMailbox, type NamedMailbox } from './mailbox-name.ts';
import type { ResponseReader } from './reader.ts';
import { record } from './record.ts';

/** What an entry holds: text, octets where they are no text in UTF-8, null where there is no such entry. */
export type MetadataValue = string | Uint8Array | null;

/** Entries of a mailbox, or of the server where the name is empty. */
export interface Metadata extends NamedMailbox {
  /** By name in lower case: `/private/comment`. */
  readonly values: Readonly<Record<string, MetadataValue>>;
  /** Entries that have changed, told without their values. */
  readonly changed: readonly string[];
}

/** Reads what stands behind `* METADATA`. */
export function readMetadata(reader: ResponseReader): Metadata {
  const mailbox = readMailbox(reader);
  const values = record<MetadataValue>();
  const changed: string[] = [];
  reader.space();
  if (reader.peek() === OPEN) {
    reader.list(() => {
      const entry = reader.astring().toLowerCase();
      reader.space();
      const octets = reader.nbytes();
      values[entry] = octets === null ? null : metadataValue(octets);
    });
  } else {
    for (; !reader.atEnd; reader.space()) changed.push(reader.astring().toLowerCase());
  }
  return { ...mailbox, values, changed };
}

/** Text where it is some, else a copy of the octets. */
export function metadataValue(octets: Uint8Array): string | Uint8Array {
  const value = text(octets);
  const again = encode(value);
  return again.length === octets.length && again.every((octet, at) => octet === octets[at])
    ? value
    : octets.slice();
}
