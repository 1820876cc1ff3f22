// COMPRESS (RFC 4978): behind its OK both sides speak raw deflate. Not a byte may stand between the two, and there is no
// way back.
//
//   compress  = "COMPRESS" SP algorithm
//   algorithm = "DEFLATE"

import { ImapCapabilityError, ImapCommandError, ImapLimitError } from '../session/errors.ts';
import type { Session } from '../session/session.ts';
import { inflated } from '../transport/deflate.ts';
import { authenticated } from './states.ts';

const MIB = 1024 * 1024;

/** How {@link compress} is called. */
export interface CompressOptions {
  readonly signal?: AbortSignal | undefined;
  /** Octets that one compressed octet may become, on the whole; 200 by default. Deflate goes up to 1,032. */
  readonly ratio?: number;
  /** Octets beyond that which the connection may bring; 64 MiB by default. */
  readonly allowance?: number;
}

/**
 * Compresses the connection from here on.
 *
 * What is compressed together can be guessed from its length: whoever can see the line and put mail into the mailbox
 * learns something of what stands beside it. Off unless it is asked for, and never before signing in.
 *
 * @throws ImapCapabilityError where the server lacks it, ImapCommandError where it refuses
 */
export async function compress(session: Session, options: CompressOptions = {}): Promise<void> {
  const { signal, ratio = 200, allowance = 64 * MIB } = options;
  const done = await session.execute({
    name: 'COMPRESS',
    states: authenticated,
    barrier: true,
    switchesLayer: true,
    check: () => {
      if (!session.supports('COMPRESS=DEFLATE'))
        throw new ImapCapabilityError('COMPRESS', 'COMPRESS=DEFLATE');
    },
    write: (out) => out.atom('COMPRESS').atom('DEFLATE'),
    signal,
  });
  if (done.status !== 'OK') throw new ImapCommandError('COMPRESS', done.status, done.code, done.text);
  const exceeded = (octets: number): Error =>
    new ImapLimitError(
      `${session.info.peer.name} has sent so little that becomes so much (${octets} octets, more than ${ratio} of each) ` +
        'that it looks like an attack; connect without compression, or allow a higher ratio',
      'ratio',
    );
  await session.replaceStream((below) => inflated(below, { ratio, allowance, exceeded }));
}

/**
 * For `compress` in the options of `ImapClient.connect`: compresses where the server can and wants to.
 *
 * @example
 * await ImapClient.connect({ transport, auth, compress: deflate });
 */
export async function deflate(session: Session, options: CompressOptions = {}): Promise<void> {
  if (!session.supports('COMPRESS=DEFLATE')) return;
  try {
    await compress(session, options);
  } catch (error) {
    // Refused (compressed already, by TLS): everything goes on as before.
    if (!(error instanceof ImapCommandError)) throw error;
  }
}
