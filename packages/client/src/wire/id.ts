// ID responses: what the server says it is (RFC 2971).
//
//   id-response    = "ID" SP id-params-list
//   id-params-list = "(" *(string SP nstring) ")" / nil

import { CLOSE, OPEN } from './ascii.ts';
import type { ResponseReader } from './reader.ts';
import { record } from './record.ts';

/** Fields by name in lower case, such as `name`, `version`, `vendor`, `support-url`; null is a field without a value. */
export type Identity = Readonly<Record<string, string | null>>;

/** Reads what stands behind `* ID`; null where the server tells nothing. */
export function readIdentity(reader: ResponseReader): Identity | null {
  reader.space();
  if (reader.peek() !== OPEN) {
    // NIL, and nothing at all, which some send for it.
    if (reader.atEnd || reader.nstring() === null) return null;
    throw reader.fails('"(" or NIL');
  }
  const identity = record<string | null>();
  reader.list(() => {
    const field = reader.astring().toLowerCase();
    reader.space();
    // The last value may be missing.
    identity[field] = reader.peek() === CLOSE ? null : reader.nstring();
  });
  return identity;
}
