// From the greeting to a connection that is ready for use; the first one, and each that takes its place.

import type { Runner } from '../commands/command.ts';
import { learnCapabilities, secure, signIn } from './sign-in.ts';
import { signedIn } from './signed-in.ts';
import type { ConnectOptions } from './types.ts';

/** Secures the line and signs in, as the options say. */
export async function establish(runner: Runner, options: ConnectOptions): Promise<void> {
  const { auth, signal } = options;
  await secure(runner, options);
  // A server that has signed us in already (PREAUTH) wants to hear of no password.
  const isAsked = runner.session.state === 'notAuthenticated';
  if (auth !== undefined && isAsked) await signIn(runner, auth, options);
  else await learnCapabilities(runner, { signal });
  await signedIn(runner.session, options, { signal });
}
