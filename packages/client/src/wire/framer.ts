// Cuts the byte stream into whole responses: a line, and the literals with the lines that follow them
// (RFC 3501 2.2.2, 4.3). It knows nothing else of IMAP, so nothing that a response holds can make it lose step.

import { defaultLimits, type Limits } from './limits.ts';

/** One response as it came: its lines and literals in one piece, without the last CRLF. */
export interface Frame {
  readonly bytes: Uint8Array;
  /** Which limit it broke; `bytes` then holds only its beginning, and the rest was dropped. */
  readonly exceeded: 'line' | 'literal' | null;
}

/** Thrown where a literal is beyond what may be dropped: the connection cannot go on. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

/**
 * Takes chunks as they arrive and gives responses.
 *
 * A response that lies whole in one chunk is a view of it, not a copy.
 */
export class Framer {
  constructor(limits: Limits = defaultLimits) {
    void limits;
    throw new Error('to be written');
  }

  /** Takes the next chunk. It must not be changed afterwards. */
  push(chunk: Uint8Array): void {
    void chunk;
  }

  /**
   * The next whole response, or null where more bytes are needed.
   *
   * @throws FramingError where the stream cannot be followed any further
   */
  next(): Frame | null {
    return null;
  }

  /** Bytes that were taken and not yet given: none may be left behind STARTTLS or COMPRESS. */
  get pending(): number {
    return 0;
  }
}
