// From the greeting to a signed-in, protected session: STARTTLS where the line needs it, then the login. No secret
// leaves before the line is as safe as the caller asked for.

import { authenticate } from '../commands/authenticate.ts';
import { capability } from '../commands/capability.ts';
import { run, type Runner } from '../commands/command.ts';
import { login } from '../commands/login.ts';
import { starttls } from '../commands/starttls.ts';
import { anonymous } from '../sasl/anonymous.ts';
import { cramMd5 } from '../sasl/cram-md5.ts';
import { external } from '../sasl/external.ts';
import { login as saslLogin } from '../sasl/login.ts';
import type { Mechanism } from '../sasl/mechanism.ts';
import { oauthBearer, xoauth2 } from '../sasl/oauth.ts';
import { plain } from '../sasl/plain.ts';
import { hasScram, scram, scramHashes, type ScramHash } from '../sasl/scram.ts';
import {
  ImapCapabilityError,
  ImapCommandError,
  ImapConnectionError,
  ImapStateError,
} from '../session/errors.ts';
import type { Session } from '../session/session.ts';
import { abortable } from '../transport/abort.ts';
import type { Secret } from '../transport/byte-stream.ts';
import { codeName } from '../wire/response-code.ts';
import type { Auth, CallOptions, ConnectOptions, PasswordAuth, PasswordMechanism } from './types.ts';

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

/** How a call signs in: `security` says what may be sent on an unprotected line. */
export interface SignInOptions extends CallOptions {
  readonly security?: ConnectOptions['security'] | undefined;
}

/**
 * Signs in with what was asked for, else with the strongest mechanism that both sides have.
 *
 * @throws ImapCommandError where the server refuses, ImapCapabilityError where there is no way, ImapStateError where
 *   this line or this page is not made for it
 */
export async function signIn(runner: Runner, auth: Auth, options: SignInOptions = {}): Promise<void> {
  const { session } = runner;
  const { signal } = options;
  await learnCapabilities(runner, { signal });
  if ('pass' in auth) {
    await withPassword(runner, auth, signal);
  } else {
    const mechanism = await abortable(mechanismOf(session, auth, options), signal);
    session.forgetCapabilities();
    await authenticate(runner, mechanism, { signal });
  }
  await learnCapabilities(runner, { signal });
}

async function withPassword(
  runner: Runner,
  auth: PasswordAuth,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { session } = runner;
  const ways = auth.mechanism === undefined ? passwordWays(session) : [auth.mechanism];
  if (auth.mechanism?.startsWith('SCRAM-') === true && !hasScram()) {
    throw new ImapStateError(`${auth.mechanism} ${insecurePage}`);
  }
  const pass = await abortable(reveal(auth.pass), signal);
  session.forgetCapabilities();
  for (const [index, way] of ways.entries()) {
    // Whether the server may have seen that we know the password: PLAIN sends it at once.
    let isShown = way === 'PLAIN' || way === 'command';
    try {
      if (way === 'command') return await run(runner, login, { user: auth.user, pass }, { signal });
      const mechanism = await passwordMechanism(way, auth, pass);
      const respond = (challenge: Uint8Array): Uint8Array | Promise<Uint8Array> => {
        isShown = true;
        return mechanism.respond(challenge);
      };
      return await authenticate(runner, { ...mechanism, respond }, { signal });
    } catch (error) {
      // Refused before it could judge the password, so the mechanism was to blame. A password that was judged wrong
      // is tried no second time: a weaker mechanism would only give it away, and accounts are locked for less.
      if (index === ways.length - 1 || isShown || !isOfMechanism(error)) throw error;
    }
  }
}

/**
 * The ways to use a password here, the first to be tried first. SCRAM, its stronger hashes first, shows the password to
 * nobody, not even to a server in whose place somebody else stands. On an encrypted line PLAIN comes next (RFC 3501
 * 6.1.1 wants every server to have it): it lets servers keep passwords hashed, while CRAM-MD5 needs them readable and,
 * where they are not, is offered and fails. On a plain line CRAM-MD5 at least hides them from who only listens, and
 * nothing that can be read is sent where the server knows either.
 */
function passwordWays({ capabilities, info }: Session): readonly PasswordWay[] {
  const has = (way: PasswordWay): boolean =>
    way === 'command' ? !capabilities.has('LOGINDISABLED') : capabilities.has(`AUTH=${way}`);
  const scrams = hasScram() ? scramHashes.map((hash) => `SCRAM-${hash}` as const).filter(has) : [];
  const readable = (['PLAIN', 'command', 'LOGIN'] as const).filter(has).slice(0, 1);
  const hashed = (['CRAM-MD5'] as const).filter(has);
  const isProtected = info.tls !== null || info.peer.local;
  const hidden = [...scrams, ...(isProtected && readable.length > 0 ? [] : hashed)];
  const ways = isProtected || hidden.length === 0 ? [...hidden, ...readable] : hidden;
  if (ways.length > 0) return ways;
  const offered = [...capabilities].filter((name) => name.startsWith('AUTH=')).map((name) => name.slice(5));
  const lacks =
    hasScram() || !offered.some((name) => name.startsWith('SCRAM-')) ? '' : `; SCRAM ${insecurePage}`;
  const hint =
    offered.length === 0 ? 'it offers no way to sign in' : `it offers ${offered.join(', ')}${lacks}`;
  throw new ImapCapabilityError('Signing in with a password', 'AUTH=PLAIN', hint);
}

/** `command`: LOGIN as a command, where `LOGIN` is the mechanism. */
type PasswordWay = PasswordMechanism | 'command';

const insecurePage =
  "needs the browser's cryptography (crypto.subtle), which only pages over https or from this machine have";

function passwordMechanism(
  way: PasswordMechanism,
  { user, maxIterations }: PasswordAuth,
  pass: string,
): Mechanism | Promise<Mechanism> {
  if (way === 'PLAIN') return plain(user, pass);
  if (way === 'LOGIN') return saslLogin(user, pass);
  if (way === 'CRAM-MD5') return cramMd5(user, pass);
  return scram(way.slice(6) as ScramHash, user, pass, { maxIterations });
}

/** Whether the server, or our own rules, found fault with the mechanism and not with the user. */
function isOfMechanism(error: unknown): boolean {
  if (!(error instanceof ImapCommandError)) return error instanceof RangeError;
  return error.status === 'BAD' || error.code === null || codeName(error.code) === 'CANNOT';
}

async function mechanismOf(
  { capabilities, info }: Session,
  auth: Exclude<Auth, PasswordAuth>,
  { security }: SignInOptions,
): Promise<Mechanism> {
  if (!('accessToken' in auth)) {
    if (auth.mechanism === 'EXTERNAL') return external(auth.user);
    return auth.mechanism === 'ANONYMOUS' ? anonymous(auth.trace) : auth.mechanism();
  }
  // Whoever reads a token can use it (RFC 6750 5.3), and it is no password that servers knew how to hide.
  if (info.tls === null && !info.peer.local && security !== 'none') {
    throw new ImapStateError(
      "an access token is not sent on an unencrypted line: connect with TLS, or allow it with security: 'none'",
    );
  }
  const way =
    auth.mechanism ?? (['OAUTHBEARER', 'XOAUTH2'] as const).find((name) => capabilities.has(`AUTH=${name}`));
  if (way === undefined) throw new ImapCapabilityError('Signing in with an access token', 'AUTH=OAUTHBEARER');
  const token = await reveal(auth.accessToken);
  return way === 'XOAUTH2' ? xoauth2(auth.user, token) : oauthBearer(auth.user, token);
}

async function reveal(secret: Secret): Promise<string> {
  return typeof secret === 'function' ? secret() : secret;
}
