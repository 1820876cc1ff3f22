// What the bridge moves bytes to and from: a socket or a command, the same to the relay.

import type { Writable } from 'node:stream';
import type { ExitInfo, Peer, Timings, TlsInfo } from '@imaplib/client/protocol';
import type { Source } from './source.ts';

/** How the far end came to an end: in order, with an error, or (a command) with an exit. */
export interface Ending {
  readonly error?: Error;
  readonly exit?: ExitInfo;
}

/** The far end of a connection. */
export interface Endpoint {
  readonly peer: Peer;
  readonly timings: Timings;
  readonly tls: TlsInfo | null;
  /** What the far end sends; its end is the half close. */
  readonly source: Source;
  /** What it is sent. */
  readonly writable: Writable;
  /** Settles when nothing can come any more. */
  readonly ending: Promise<Ending>;
  /**
   * Lets go of it, once `flushed` or shortly after. Resolves when nothing is left of it; never rejects.
   */
  close(flushed: Promise<void>): Promise<void>;
}
