// SEARCH and ESEARCH responses (RFC 3501 7.2.5, RFC 4731).
//
//   mailbox-data     = "SEARCH" *(SP nz-number)
//   esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)

import { OPEN } from './ascii.ts';
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

type Found = { -readonly [key in keyof ExtendedSearch]: ExtendedSearch[key] };

/** Reads the numbers behind `* SEARCH`; a trailing `(MODSEQ n)` is passed over. quirk: empty-search, a space may end it. */
export function readSearch(reader: ResponseReader): number[] {
  const numbers: number[] = [];
  for (reader.space(); reader.peek() !== -1; reader.space()) {
    if (reader.peek() === OPEN) reader.value();
    else numbers.push(reader.number());
  }
  return numbers;
}

/** Reads what stands behind `* ESEARCH`. */
export function readExtendedSearch(reader: ResponseReader): ExtendedSearch {
  const found: Found = { tag: null, uid: false };
  reader.space();
  if (reader.peek() === OPEN) {
    const [name, tag] = reader.list(() => reader.astring());
    if (name?.toUpperCase() === 'TAG') found.tag = tag ?? null;
  }
  for (reader.space(); reader.peek() !== -1; reader.space()) {
    const name = reader.atom().toUpperCase();
    reader.space();
    if (name === 'UID') found.uid = true;
    else if (name === 'MIN') found.min = reader.number();
    else if (name === 'MAX') found.max = reader.number();
    else if (name === 'COUNT') found.count = reader.number();
    else if (name === 'ALL') found.all = reader.atom();
    else if (name === 'MODSEQ') found.modSeq = reader.bigint();
    else if (reader.peek() !== -1) reader.value();
  }
  return found;
}
