// From the greeting to a signed-in, protected session: STARTTLS where the line needs it, then the login. No secret
// leaves before the line is as safe as the caller asked for.

import { authenticate } from '../commands/authenticate.ts';
import { capability } from '../commands/capability.ts';
import { run, type Runner } from '../commands/command.ts';
import { login } from '../commands/login.ts';
import { starttls } from '../commands/starttls.ts';
import { login as saslLogin } from '../sasl/login.ts';
import { plain } from '../sasl/plain.ts';
import { ImapCapabilityError, ImapCommandError, ImapConnectionError } from '../session/errors.ts';
import { abortable } from '../transport/abort.ts';
import type { Secret } from '../transport/byte-stream.ts';
import type { Auth, CallOptions, ConnectOptions } from './types.ts';

/** Makes sure that the capabilities are those of the line as it is now. */
export async function learnCapabilities(runner: Runner, options: CallOptions = {}): Promise<void> {
  if (!runner.session.capabilitiesKnown) await run(runner, capability, undefined, options);
}

/**
 * Protects the line as `security` says.
 *
 * @throws ImapCapabilityError where STARTTLS is needed and not offered; ImapConnectionError where it fails
 */
export async function secure(
  runner: Runner,
  { security = 'required', servername, signal }: ConnectOptions,
): Promise<void> {
  const { session } = runner;
  const isProtected = session.info.tls !== null || (session.info.peer.local && security !== 'starttls');
  if (isProtected || security === 'none') return;
  const isNeeded = security !== 'opportunistic';
  if (session.state !== 'notAuthenticated') {
    // PREAUTH on a plain line: STARTTLS is no longer legal, and whoever sits in between may have made it so.
    if (isNeeded) {
      throw new ImapConnectionError(
        `${session.info.peer.name} signed in (PREAUTH) on an unencrypted line, where TLS is required`,
      );
    }
    return;
  }
  await learnCapabilities(runner, { signal });
  if (!session.supports('STARTTLS')) {
    if (!isNeeded) return;
    const hint = "connect with TLS from the start (port 993), or allow the plain line with security: 'none'";
    throw new ImapCapabilityError('A protected connection', 'STARTTLS', hint);
  }
  if (!isNeeded && session.stream.startTls === undefined) return;
  try {
    await starttls(session, { servername, signal });
  } catch (error) {
    // Refused: the plain line is as good as before, and that was good enough.
    if (!isNeeded && error instanceof ImapCommandError) return;
    throw error;
  }
  // Nothing else goes out before the server has said what it can do on the protected line.
  await run(runner, capability, undefined, { signal });
}

/**
 * Signs in with the mechanism that was asked for, else the first that both sides have.
 *
 * @throws ImapCommandError where the server refuses, ImapCapabilityError where there is no way
 */
export async function signIn(runner: Runner, auth: Auth, options: CallOptions = {}): Promise<void> {
  const { session } = runner;
  await learnCapabilities(runner, options);
  const way = auth.mechanism ?? chooseMechanism(session.capabilities);
  const pass = await abortable(reveal(auth.pass), options.signal);
  session.forgetCapabilities();
  if (way === 'PLAIN') await authenticate(runner, plain(auth.user, pass), options);
  else if (way === 'LOGIN') await authenticate(runner, saslLogin(auth.user, pass), options);
  else await run(runner, login, { user: auth.user, pass }, options);
  await learnCapabilities(runner, options);
}

function chooseMechanism(capabilities: ReadonlySet<string>): 'PLAIN' | 'LOGIN' | 'command' {
  if (capabilities.has('AUTH=PLAIN')) return 'PLAIN';
  if (!capabilities.has('LOGINDISABLED')) return 'command';
  if (capabilities.has('AUTH=LOGIN')) return 'LOGIN';
  throw new ImapCapabilityError('Signing in with a password', 'AUTH=PLAIN');
}

async function reveal(secret: Secret): Promise<string> {
  return typeof secret === 'function' ? secret() : secret;
}
