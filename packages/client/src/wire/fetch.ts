// FETCH responses: the items of one message (RFC 3501 7.4.2).
//
//   msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")"

import type { BodyPart } from './bodystructure.ts';
import type { Envelope } from './envelope.ts';
import type { ResponseReader, Unparsed, Value } from './reader.ts';

/** A body section as it came: `BODY[1.2]<0>`. */
export interface Section {
  /** What stands in the brackets, in capitals but for header names: ``, `1.2`, `HEADER.FIELDS (FROM)`. */
  readonly section: string;
  /** Where the bytes begin, for a partial fetch. */
  readonly offset: number | null;
  /** Null where the server said NIL. */
  readonly bytes: Uint8Array | null;
}

/** The server's date of arrival. */
export interface InternalDate {
  readonly date: Date;
  /** Minutes east of Greenwich, as the server wrote it. */
  readonly zone: number;
}

/** What a FETCH response holds; an item that was not asked for, or could not be read, is absent. */
export interface FetchedMessage {
  /** Its number in the mailbox; changes as messages are expunged. */
  readonly sequence: number;
  readonly uid?: number;
  readonly flags?: readonly string[];
  readonly internalDate?: InternalDate;
  /** Octets. */
  readonly size?: number;
  readonly envelope?: Envelope;
  readonly bodyStructure?: BodyPart;
  readonly modSeq?: bigint;
  /** Body sections in the order they came. */
  readonly sections: readonly Section[];
  /** Items without a reader here, by name in capitals. */
  readonly other: Readonly<Record<string, Value>>;
  /** Items that broke their grammar, by name: the rest of the message is still good. */
  readonly unparsed: Readonly<Record<string, Unparsed>>;
}

/** Reads what stands behind `* n FETCH`. Never loses the whole message for one bad item. */
export function readFetch(reader: ResponseReader, sequence: number): FetchedMessage {
  throw new Error(String(reader) + String(sequence));
}
