// BODY and BODYSTRUCTURE: the MIME tree of a message (RFC 3501 7.4.2).
//
//   body            = "(" (body-type-1part / body-type-mpart) ")"

import type { Envelope } from './envelope.ts';
import type { ResponseReader } from './reader.ts';

/** Content-Disposition (RFC 2183). */
export interface Disposition {
  /** In lower case: `attachment`, `inline`. */
  readonly type: string;
  /** Names in lower case; RFC 2231 and RFC 2047 values decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** A part of a message, or the message itself. */
export interface BodyPart {
  /** What BODY[…] calls it: `1`, `1.2`; empty for the outermost multipart. */
  readonly section: string;
  /** In lower case: `text`, `multipart`. */
  readonly type: string;
  /** In lower case: `html`, `mixed`. */
  readonly subtype: string;
  /** Content-Type's parameters; names in lower case, values decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Content-ID without its angle brackets. */
  readonly id: string | null;
  readonly description: string | null;
  /** Content-Transfer-Encoding in lower case: `7bit`, `base64`, `quoted-printable`. */
  readonly encoding: string;
  /** Octets as they are encoded; 0 for a multipart. */
  readonly size: number;
  /** Lines, for text and message/rfc822. */
  readonly lines: number | null;
  readonly disposition: Disposition | null;
  readonly language: readonly string[];
  readonly location: string | null;
  readonly md5: string | null;
  /** The headers of a message/rfc822. */
  readonly envelope: Envelope | null;
  /** The parts of a multipart; the one body of a message/rfc822. */
  readonly parts: readonly BodyPart[];
}

/** Reads a body structure. */
export function readBodyStructure(reader: ResponseReader): BodyPart {
  throw new Error(String(reader));
}

/** The name to show for a part: from its disposition or type; null where it has none. */
export function partName(part: BodyPart): string | null {
  throw new Error(String(part));
}

/** All parts, depth first, the message itself first. */
export function* walkParts(part: BodyPart): Generator<BodyPart> {
  yield part;
}
