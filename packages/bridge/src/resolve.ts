// From a name to addresses that may be connected to: asked once, every answer checked, so that nothing that a name
// server says later can lead elsewhere.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { TransportError } from '@imaplib/client/protocol';
import { isSpecial } from './address.ts';
import { Refusal, transportFailure } from './failure.ts';
import type { ResolvedAddress } from './options.ts';
import { within } from './within.ts';

/** How a name becomes addresses. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/** The system's own way: files and name servers, in the order that the system prefers. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/** What is looked up. */
export interface Question {
  readonly host: string;
  /** Host and port, for people to read. */
  readonly who: string;
  /** Whether the answer may lie in a special range. */
  readonly allowSpecial: boolean;
  readonly resolve: Resolve;
  readonly ms: number;
  readonly signal: AbortSignal;
}

/** The addresses, and how long the asking took; an address needs no asking. */
export interface Answer {
  readonly addresses: readonly string[];
  readonly dnsMs?: number;
}

// More than anybody has time to try.
const MAX_ADDRESSES = 8;

function check(addresses: readonly string[], { who, allowSpecial }: Question): readonly string[] {
  // `127.1` and `0x7f000001` are no addresses to Node, but the system's lookup reads them as such: it is the
  // answers that count. One bad answer spoils all, or a mixed one would be a matter of luck.
  const bad = allowSpecial ? undefined : addresses.find(isSpecial);
  if (bad !== undefined)
    throw new Refusal(`${who} leads to ${bad}, a special range, and private addresses are not allowed`);
  return addresses.slice(0, MAX_ADDRESSES);
}

/**
 * The addresses to try, in order.
 *
 * @throws Refusal where one of them lies in a special range, TransportError where there is none
 */
export async function resolveHost(question: Question): Promise<Answer> {
  const { host, who, resolve, ms, signal } = question;
  if (isIP(host) !== 0) return { addresses: check([host], question) };
  const begin = performance.now();
  const timings = (): { dnsMs: number } => ({ dnsMs: performance.now() - begin });
  let found: readonly ResolvedAddress[];
  try {
    found = await within<readonly ResolvedAddress[]>(
      ms,
      signal,
      () =>
        new TransportError(
          'timeout',
          'resolve',
          `${who} was not found: no answer from the name service within ${ms} ms`,
          {
            timings: timings(),
          },
        ),
      (accept, reject) => {
        resolve(host).then(accept, reject);
        return () => {};
      },
    );
  } catch (error) {
    if (signal.aborted || error instanceof TransportError) throw error;
    throw transportFailure('resolve', who, error, { timings: timings() });
  }
  if (found.length === 0) {
    throw new TransportError(
      'unreachable',
      'resolve',
      `${who} was not found: no address is known for this name`,
      {
        timings: timings(),
      },
    );
  }
  return {
    addresses: check(
      found.map(({ address }) => address),
      question,
    ),
    ...timings(),
  };
}
