// Annotations of messages, in FETCH responses (RFC 5257).
//
//   fetch-annotation-resp = "ANNOTATION" SP "(" entry-att *(SP entry-att) ")"
//   entry-att             = entry SP "(" att-value *(SP att-value) ")"
//   att-value             = attrib SP value        ; "value.priv", "value.shared", "size.priv", "size.shared"

import { metadataValue, type MetadataValue } from './metadata.ts';
import { passOver } from './pass-over.ts';
import type { ResponseReader } from './reader.ts';
import { record } from './record.ts';

/** What a message's annotations hold; what was not asked for is absent. */
export interface AnnotatedMessage {
  readonly sequence: number;
  readonly uid?: number;
  /** By entry (`/comment`), then by attribute in lower case (`value.priv`, `size.shared`). */
  readonly annotations: Readonly<Record<string, Readonly<Record<string, MetadataValue>>>>;
}

/** Reads UID and ANNOTATION of a FETCH response, and passes over all else; null where it has no annotations. */
export function readAnnotations(reader: ResponseReader, sequence: number): AnnotatedMessage | null {
  const annotations = record<Readonly<Record<string, MetadataValue>>>();
  let uid: number | undefined;
  let isAnnotated = false;
  reader.list(() => {
    const { position } = reader;
    const item = reader.atom().toUpperCase();
    if (item !== 'UID' && item !== 'ANNOTATION') {
      reader.position = position;
      passOver(reader);
      return;
    }
    reader.space();
    if (item === 'UID') uid = reader.number();
    else {
      isAnnotated = true;
      reader.list(() => {
        const entry = reader.astring();
        reader.space();
        annotations[entry] = readAttributes(reader);
      });
    }
  });
  return isAnnotated ? { sequence, ...(uid === undefined ? {} : { uid }), annotations } : null;
}

function readAttributes(reader: ResponseReader): Readonly<Record<string, MetadataValue>> {
  const attributes = record<MetadataValue>();
  reader.list(() => {
    const attribute = reader.astring().toLowerCase();
    reader.space();
    const octets = reader.nbytes();
    attributes[attribute] = octets === null ? null : metadataValue(octets);
  });
  return attributes;
}
