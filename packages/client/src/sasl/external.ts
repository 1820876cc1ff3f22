// EXTERNAL (RFC 4422 appendix A): who the user is, something outside has shown: a client certificate, a socket's owner.
//
//   extern-initial-resp = [authz-id-string]

import { nothingMore, type Mechanism } from './mechanism.ts';
import { encode } from './octets.ts';

/** @param user whom to act as; empty: as whoever the server takes us for */
export function external(user = ''): Mechanism {
  if (user.includes('\0')) throw new RangeError('user must not contain NUL');
  return { name: 'EXTERNAL', initial: encode(user), respond: nothingMore('EXTERNAL') };
}
