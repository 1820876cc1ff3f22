// STARTTLS (RFC 3501 6.2.1): after its OK both sides speak TLS. Not a byte may stand between the two.

import type { TlsInfo, TlsOptions } from '../transport/byte-stream.ts';
import { ImapCapabilityError, ImapCommandError, ImapConnectionError } from '../session/errors.ts';
import type { Session } from '../session/session.ts';
import { notAuthenticated } from './states.ts';

/**
 * Sends STARTTLS and upgrades the stream. What was heard of capabilities before no longer counts.
 *
 * @throws ImapCapabilityError where it is not offered, ImapCommandError where it is refused, ImapConnectionError
 *   where the transport cannot do it, or the handshake fails (the session is over then)
 */
export async function starttls(session: Session, options: TlsOptions = {}): Promise<TlsInfo> {
  const done = await session.execute({
    name: 'STARTTLS',
    states: notAuthenticated,
    barrier: true,
    switchesLayer: true,
    check: () => {
      if (!session.supports('STARTTLS')) throw new ImapCapabilityError('STARTTLS', 'STARTTLS');
      if (session.stream.startTls === undefined)
        throw new ImapConnectionError('STARTTLS was not sent: this transport cannot upgrade to TLS');
    },
    write: (out) => out.atom('STARTTLS'),
    signal: options.signal,
  });
  if (done.status !== 'OK') throw new ImapCommandError('STARTTLS', done.status, done.code, done.text);
  return session.startTls(options);
}
