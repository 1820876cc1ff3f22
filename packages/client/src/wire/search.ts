// SEARCH and ESEARCH responses (RFC 3501 7.2.5, RFC 4731).
//
//   mailbox-data     = "SEARCH" *(SP nz-number)
//   esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)

import type { ResponseReader } from './reader.ts';

/** What an ESEARCH response holds. */
export interface ExtendedSearch {
  /** The tag of the command that it answers. */
  readonly tag: string | null;
  /** Whether the numbers are UIDs. */
  readonly uid: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly count?: number;
  /** A set as text: `2,10:15`; a caller expands it as far as it dares. */
  readonly all?: string;
  readonly modSeq?: bigint;
}

/** Reads the numbers behind `* SEARCH`; a trailing `(MODSEQ n)` is passed over. */
export function readSearch(reader: ResponseReader): number[] {
  throw new Error(String(reader));
}

/** Reads what stands behind `* ESEARCH`. */
export function readExtendedSearch(reader: ResponseReader): ExtendedSearch {
  throw new Error(String(reader));
}
