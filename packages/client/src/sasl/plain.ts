// PLAIN (RFC 4616): user and password in one word.
//
//   message = [authzid] NUL authcid NUL passwd

import { nothingMore, type Mechanism } from './mechanism.ts';

/** @throws RangeError where user or password holds NUL */
export function plain(user: string, pass: string): Mechanism {
  if (`${user}${pass}`.includes('\0')) throw new RangeError('user and password must not contain NUL');
  return {
    name: 'PLAIN',
    initial: new TextEncoder().encode(`\0${user}\0${pass}`),
    respond: nothingMore('PLAIN'),
  };
}
