// VANISHED responses: messages that are gone, by UID (RFC 7162 3.2.10).
//
//   expunged-resp = "VANISHED" [SP "(EARLIER)"] SP known-uids
//   known-uids    = sequence-set

import { OPEN } from './ascii.ts';
import type { ResponseReader } from './reader.ts';
import { readSet, type NumberRange } from './set.ts';

/** Messages that are gone. */
export interface Vanished {
  /** Ascending; they may hold billions of UIDs, most of which were never used. */
  readonly uids: readonly NumberRange[];
  /** They went before this session could count them: the number of messages does not change. */
  readonly earlier: boolean;
}

/** Reads what stands behind `* VANISHED`. */
export function readVanished(reader: ResponseReader): Vanished {
  reader.space();
  const tags = reader.peek() === OPEN ? reader.list(() => reader.atom().toUpperCase()) : [];
  reader.space();
  return { uids: readSet(reader), earlier: tags.includes('EARLIER') };
}
