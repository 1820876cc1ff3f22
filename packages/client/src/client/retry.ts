// Whether to try again, and when: exponential back-off with jitter, cut short by whatever makes success likely.

import { ImapCommandError, ImapConnectionError } from '../session/errors.ts';
import { after } from '../session/timer.ts';
import { TransportError } from '../transport/byte-stream.ts';
import { onWake } from '../transport/wake.ts';
import { codeName } from '../wire/response-code.ts';

/** What a server says that is busy or being restarted (RFC 5530), or has enough connections of this user. */
const passing = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'EXPUNGEISSUED']);

/** Errors and their causes, the outermost first. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (
    let at = error;
    at !== undefined && causes.length < 10;
    at = at instanceof Error ? at.cause : undefined
  )
    causes.push(at);
  return causes;
}

/** Whether the server refused for a while only, and not for a reason that stays. */
export function isPassing({ code }: ImapCommandError): boolean {
  return code !== null && passing.has(codeName(code));
}

/**
 * Whether trying again would not help: credentials that are refused, a bridge that does not let us, a certificate
 * that is not to be trusted, less security than before.
 */
export function isFinal(error: unknown): boolean {
  const causes = causesOf(error);
  const transport = causes.find((cause) => cause instanceof TransportError);
  // A handshake that was cut off may work the next time.
  if (transport !== undefined)
    return transport.code === 'policy' || transport.tls?.authorizationError !== undefined;
  const refused = causes.find((cause) => cause instanceof ImapCommandError);
  if (refused !== undefined) return !isPassing(refused);
  return (
    !causes.some((cause) => cause instanceof ImapConnectionError) ||
    causes.some((cause) => cause instanceof RangeError)
  );
}

/** Milliseconds before this attempt, counted from 1: half of it fixed, half by chance, so that clients spread. */
export function backOff(
  attempt: number,
  { firstMs, longestMs }: { readonly firstMs: number; readonly longestMs: number },
): number {
  // Node has a navigator that knows nothing of it.
  const navigator: { readonly onLine?: boolean } | undefined = globalThis.navigator;
  const isOffline = navigator?.onLine === false;
  const step = isOffline ? longestMs : Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(step * (0.5 + Math.random() / 2));
}

/** A wait that ends early when the page wakes or comes online, or when it is told to. */
export class Pause {
  readonly over: Promise<void>;
  /** Ends it. */
  end!: () => void;

  constructor(ms: number, signal: AbortSignal) {
    this.over = new Promise((resolve) => {
      this.end = resolve;
    });
    const timer = after(ms, () => this.end());
    const stopWatching = onWake(() => this.end());
    signal.addEventListener('abort', this.end, { once: true });
    void this.over.then(() => {
      clearTimeout(timer);
      stopWatching();
      signal.removeEventListener('abort', this.end);
    });
    if (signal.aborted) this.end();
  }
}
