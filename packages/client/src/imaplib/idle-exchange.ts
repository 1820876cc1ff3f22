// How IDLE goes over the wire (RFC 2177): the command, `+`, and much later DONE and the tagged answer.
//
//   idle = "IDLE" CRLF "DONE"

import type { Completion, Request } from '../session/request.ts';
import { encode } from '../wire/ascii.ts';
import { bytesRepr } from './byte-string.ts';
import { abort, error } from './errors.ts';
import type { IdleReceiver } from './idler.ts';
import type { Link } from './link.ts';
import { taggedText } from './untagged.ts';

/** An IDLE that the server has agreed to. */
export interface IdleExchange {
  /** Sends DONE. */
  readonly finish: () => void;
  readonly answered: Promise<Completion>;
}

/**
 * Sends IDLE and waits for `+`.
 *
 * @throws error where the server answers NO, abort where it answers anything else
 */
export async function beginIdle(link: Link, request: Request, receiver: IdleReceiver): Promise<IdleExchange> {
  let finish!: () => void;
  const done = new Promise<Uint8Array>((resolve) => {
    finish = () => resolve(encode('DONE'));
  });
  let agree!: (refusal: null) => void;
  const agreed = new Promise<null>((resolve) => {
    agree = resolve;
  });
  const continuation = (): Promise<Uint8Array> => {
    agree(null);
    return done;
  };
  const answered = link.execute({ ...request, quiet: true, continuation });
  answered.catch((reason: unknown) => receiver.fail(reason));
  try {
    const refusal = await link.soon('IDLE', Promise.race([agreed, answered]));
    if (refusal === null) return { finish, answered };
    const text = bytesRepr(taggedText(refusal.response));
    throw refusal.status === 'NO'
      ? new error(`idle denied: [${text}]`)
      : new abort(`unexpected status response: ${text}`);
  } catch (reason) {
    // Should the server still agree, it need not wait for us.
    finish();
    throw reason;
  }
}

/** Sends DONE and waits for the tagged answer. */
export async function endIdle(link: Link, { finish, answered }: IdleExchange): Promise<void> {
  finish();
  const { status, response } = await link.soon('DONE', answered);
  if (status === 'BAD') throw new error(`IDLE command error: BAD [${bytesRepr(taggedText(response))}]`);
}
