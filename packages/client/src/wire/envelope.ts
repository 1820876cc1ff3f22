// ENVELOPE: the structured headers of a message (RFC 3501 7.4.2).
//
//   envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP env-bcc
//              SP env-in-reply-to SP env-message-id ")"
//   address  = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"

import type { ResponseReader } from './reader.ts';

/** A person or a list. `name` is decoded (RFC 2047). */
export interface Address {
  readonly name: string | null;
  /** `local-part@domain`; without a domain where the server gave none. */
  readonly address: string;
}

/** A named group of addresses (RFC 5322 3.4). */
export interface AddressGroup {
  readonly group: string;
  readonly members: readonly Address[];
}

export type EnvelopeAddress = Address | AddressGroup;

/** The structured headers; text is decoded (RFC 2047), missing values are null or empty. */
export interface Envelope {
  /** As it stands in the message; {@link Envelope.sent} is the instant, where it can be read. */
  readonly date: string | null;
  readonly sent: Date | null;
  readonly subject: string | null;
  readonly from: readonly EnvelopeAddress[];
  readonly sender: readonly EnvelopeAddress[];
  readonly replyTo: readonly EnvelopeAddress[];
  readonly to: readonly EnvelopeAddress[];
  readonly cc: readonly EnvelopeAddress[];
  readonly bcc: readonly EnvelopeAddress[];
  readonly inReplyTo: string | null;
  readonly messageId: string | null;
}

/** Reads an envelope. */
export function readEnvelope(reader: ResponseReader): Envelope {
  throw new Error(String(reader));
}
