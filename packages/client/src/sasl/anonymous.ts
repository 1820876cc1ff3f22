// ANONYMOUS (RFC 4505): as a guest.
//
//   message = [ email / token ]      ;; token: 1*255 characters without "@"

import { nothingMore, type Mechanism } from './mechanism.ts';
import { encode } from './octets.ts';

/** @param trace for the server's log: an e-mail address, or up to 255 characters without `@`, or nothing */
export function anonymous(trace = ''): Mechanism {
  if (/\p{Cc}/u.test(trace) || (!trace.includes('@') && Array.from(trace).length > 255)) {
    throw new RangeError(
      'the trace of ANONYMOUS is an e-mail address or at most 255 characters, on one line',
    );
  }
  return { name: 'ANONYMOUS', initial: encode(trace), respond: nothingMore('ANONYMOUS') };
}
