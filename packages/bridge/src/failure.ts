// The system's errors in the protocol's words: a code, a stage, and a sentence that says what to do next.

import { TransportError } from '@imaplib/client/protocol';
import type { TransportErrorCode, TransportFailure, TransportStage } from '@imaplib/client/protocol';

/** A target that the policy does not allow. The reason is for the log, never for the page. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** The system's own word for an error: `ECONNREFUSED`, `ENOTFOUND`. */
export function reasonOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

const WORDS: Readonly<Record<string, readonly [TransportErrorCode, string]>> = {
  ECONNREFUSED: ['refused', 'refused the connection: nothing listens there; check the port'],
  ENOTFOUND: ['unreachable', 'was not found: no address is known for this name; check its spelling'],
  ENODATA: ['unreachable', 'was not found: no address is known for this name; check its spelling'],
  EAI_AGAIN: ['unreachable', 'was not found: the name service did not answer; try again'],
  EHOSTUNREACH: ['unreachable', 'cannot be reached from the bridge: there is no way to this host'],
  ENETUNREACH: ['unreachable', 'cannot be reached from the bridge: there is no way to its network'],
  ECONNRESET: ['unreachable', 'cut the connection'],
  EPIPE: ['unreachable', 'closed the connection while bytes were on their way to it'],
  ETIMEDOUT: ['timeout', 'did not answer in time'],
};

/** A failure of the system, told as the protocol tells it. */
export function transportFailure(
  stage: TransportStage,
  who: string,
  error: unknown,
  failure: TransportFailure = {},
): TransportError {
  const reason = reasonOf(error);
  const isTls =
    reason?.startsWith('ERR_SSL_') === true || reason?.startsWith('ERR_TLS_') === true || reason === 'EPROTO';
  const [code, words] = isTls
    ? (['tls', `and the bridge could not go on speaking TLS: ${(error as Error).message.trim()}`] as const)
    : (WORDS[reason ?? ''] ?? (['unreachable', `cannot be reached: ${reason ?? 'unknown reason'}`] as const));
  return new TransportError(code, stage, `${who} ${words}`, {
    ...failure,
    ...(reason === undefined ? {} : { reason }),
    cause: error,
  });
}
