// CRAM-MD5 (RFC 2195): the password as the key of a digest over the server's challenge. It hides the password from who
// listens, not from who guesses; SCRAM is what replaced it.

import { hmacMd5 } from './md5.ts';
import { nothingMore, type Mechanism } from './mechanism.ts';
import { concat, encode } from './octets.ts';

export function cramMd5(user: string, pass: string): Mechanism {
  let isAnswered = false;
  return {
    name: 'CRAM-MD5',
    initial: null,
    secrets: [pass],
    respond: (challenge) => {
      if (isAnswered) return nothingMore('CRAM-MD5')(challenge);
      isAnswered = true;
      return answerCramMd5(encode(user), encode(pass), challenge);
    },
  };
}

/** The answer to a challenge: user, space, digest in hexadecimal. */
export function answerCramMd5(user: Uint8Array, pass: Uint8Array, challenge: Uint8Array): Uint8Array {
  const digest = Array.from(hmacMd5(pass, challenge), (octet) => octet.toString(16).padStart(2, '0'));
  return concat(user, encode(` ${digest.join('')}`));
}
