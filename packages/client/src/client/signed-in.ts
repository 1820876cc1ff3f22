// What a connection needs once the server knows who we are: its own terms accepted, and what the caller asked for.

import { ImapCommandError } from '../session/errors.ts';
import type { Session } from '../session/session.ts';
import type { CallOptions, ConnectOptions } from './types.ts';

/**
 * Accepts UTF-8 where the server does nothing without it, and compresses where that is asked for.
 *
 * @throws ImapCommandError where a server with UTF8=ONLY refuses to speak UTF-8 all the same
 */
export async function signedIn(
  session: Session,
  { compress }: Pick<ConnectOptions, 'compress'>,
  options: CallOptions,
): Promise<void> {
  if (session.state !== 'authenticated') return;
  if (session.supports('UTF8=ONLY') && !session.enabled.has('UTF8=ACCEPT'))
    await acceptUtf8(session, options);
  await compress?.(session, options);
}

/** `ENABLE UTF8=ACCEPT`: a server with UTF8=ONLY may refuse every other command before it (RFC 6855 7). */
async function acceptUtf8(session: Session, { signal }: CallOptions): Promise<void> {
  const done = await session.execute({
    name: 'ENABLE',
    states: ['authenticated'],
    barrier: true,
    write: (out) => out.raw('ENABLE UTF8=ACCEPT'),
    completed: ({ status }) => {
      // Some servers enable it without saying so in an ENABLED.
      if (status === 'OK') session.enable(['UTF8=ACCEPT']);
    },
    signal,
  });
  if (done.status !== 'OK') throw new ImapCommandError('ENABLE', done.status, done.code, done.text);
}
