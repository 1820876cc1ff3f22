// A bearer token instead of a password: OAUTHBEARER (RFC 7628), and XOAUTH2, which came before it.
//
//   OAUTHBEARER: gs2-header %x01 *("key" "=" value %x01) %x01      gs2-header = "n,a=" saslname ","
//   XOAUTH2:     "user=" user %x01 "auth=Bearer " token %x01 %x01
//
// A server that refuses says why in a challenge of JSON, wants an answer that means nothing, and says NO then.

import { nothingMore, type Mechanism } from './mechanism.ts';
import { decode, encode, saslName } from './octets.ts';

/** An error's JSON is shown up to this length. */
const MOST_SHOWN = 500;

/** @throws RangeError where the token has characters that no token has (RFC 6750 2.1) */
export function oauthBearer(
  user: string,
  token: string,
  { host, port }: { readonly host?: string | undefined; readonly port?: number | undefined } = {},
): Mechanism {
  const pairs = [
    `n,a=${saslName(checked(user))},`,
    ...(host === undefined ? [] : [`host=${checked(host)}`]),
    ...(port === undefined ? [] : [`port=${port}`]),
    `auth=Bearer ${checkedToken(token)}`,
  ];
  return bearer('OAUTHBEARER', `${pairs.join('\x01')}\x01\x01`, token, '\x01');
}

/** @throws RangeError where the token has characters that no token has (RFC 6750 2.1) */
export function xoauth2(user: string, token: string): Mechanism {
  return bearer('XOAUTH2', `user=${checked(user)}\x01auth=Bearer ${checkedToken(token)}\x01\x01`, token, '');
}

function bearer(name: string, initial: string, token: string, dummy: string): Mechanism {
  let refusal: string | null = null;
  return {
    name,
    initial: encode(initial),
    respond: (challenge) => {
      if (refusal !== null) return nothingMore(name)(challenge);
      refusal = decode(challenge).replaceAll(token, '***').slice(0, MOST_SHOWN);
      return encode(dummy);
    },
    refused: () => refusal ?? '',
  };
}

function checked(value: string): string {
  if (/\p{Cc}/u.test(value)) throw new RangeError('user and host must not contain control characters');
  return value;
}

function checkedToken(token: string): string {
  if (!/^[!-~]+$/.test(token)) {
    throw new RangeError('an access token is one word of printable ASCII; this one is not');
  }
  return token;
}
