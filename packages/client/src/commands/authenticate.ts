// AUTHENTICATE: a SASL exchange in base64 (RFC 3501 6.2.2), its first word in the command itself where the server
// has SASL-IR (RFC 4959).
//
//   authenticate = "AUTHENTICATE" SP auth-type [SP (base64 / "=")] *(CRLF base64)

import { ImapCommandError, ImapConnectionError } from '../session/errors.ts';
import type { Mechanism } from '../sasl/mechanism.ts';
import { fromBase64, toBase64 } from '../sasl/base64.ts';
import type { Runner, RunOptions } from './command.ts';
import { notAuthenticated } from './states.ts';

const encoder = new TextEncoder();

/** No mechanism here needs a challenge nearly as long. */
const LONGEST_CHALLENGE = 64 * 1024;

/**
 * Runs a mechanism.
 *
 * @throws ImapCommandError where the server refuses; what the mechanism throws, after cancelling the exchange;
 *   ImapConnectionError where the server says OK before it has done its part: the connection is closed then
 */
export async function authenticate(
  runner: Runner,
  mechanism: Mechanism,
  options: RunOptions = {},
): Promise<void> {
  const { session } = runner;
  const name = `AUTHENTICATE ${mechanism.name}`;
  // Asked when the command's turn comes: a capability may have been heard in between.
  let first = mechanism.initial;
  const answerTo = (challenge: Uint8Array): Uint8Array | Promise<Uint8Array> => {
    if (first !== null) {
      const answer = first;
      first = null;
      return answer;
    }
    if (challenge.length > LONGEST_CHALLENGE) {
      throw new Error(`${name}: the server's challenge has ${challenge.length} octets; that is no challenge`);
    }
    return mechanism.respond(fromBase64(challenge));
  };
  const done = await session.execute({
    name,
    states: notAuthenticated,
    barrier: true,
    secret: true,
    secrets: mechanism.secrets ?? [],
    write: (out) => {
      out.atom('AUTHENTICATE').atom(mechanism.name);
      if (first === null || !session.supports('SASL-IR')) return;
      out.secretAtom(first.length === 0 ? '=' : toBase64(first));
      first = null;
    },
    continuation: async (challenge) => {
      const answer = await answerTo(challenge);
      // Nobody wants to sign in any more: `*` takes the place of the secret.
      options.signal?.throwIfAborted();
      return encoder.encode(toBase64(answer));
    },
    completed: ({ status }) => {
      if (status !== 'OK') return;
      const unproven = unprovenOf(mechanism);
      if (unproven === null) session.enter('authenticated');
      else session.close(unproven);
    },
    signal: options.signal,
  });
  runner.answered(done);
  if (done.status === 'OK') {
    const unproven = unprovenOf(mechanism);
    if (unproven === null) return;
    throw unproven;
  }
  const reason = mechanism.refused?.() ?? '';
  const text = reason === '' ? done.text : `${done.text} (${reason})`;
  throw new ImapCommandError(name, done.status, done.code, text);
}

/** What the server has not shown, where the mechanism wants it to. */
function unprovenOf(mechanism: Mechanism): ImapConnectionError | null {
  try {
    mechanism.succeeded?.();
    return null;
  } catch (cause) {
    return new ImapConnectionError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
