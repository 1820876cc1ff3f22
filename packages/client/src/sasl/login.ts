// LOGIN: user and password one after the other (draft-murchison-sasl-login). Older than PLAIN, still all that some
// servers offer.

import type { Mechanism } from './mechanism.ts';
import { nothingMore } from './mechanism.ts';

export function login(user: string, pass: string): Mechanism {
  const answers = [user, pass];
  return {
    name: 'LOGIN',
    initial: null,
    // What the two challenges say differs from server to server; their order does not.
    respond: (challenge) => {
      const answer = answers.shift();
      return answer === undefined ? nothingMore('LOGIN')(challenge) : new TextEncoder().encode(answer);
    },
  };
}
