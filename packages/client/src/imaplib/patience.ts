// Waiting for the server no longer than was agreed: so many seconds without a word from it.

import { after } from '../session/timer.ts';

/**
 * Does the work, and gives up after so many seconds without a sign of life.
 *
 * @param seconds null for no limit
 * @param lastSign when something was last heard or sent, in the time of `performance.now()`
 * @throws DOMException named TimeoutError
 */
export async function within<T>(
  what: string,
  seconds: number | null,
  lastSign: () => number,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (seconds === null) return work(undefined);
  const giveUp = new AbortController();
  const started = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    const left = Math.max(started, lastSign()) + seconds * 1000 - performance.now();
    // One timer that looks at the clock when it fires, instead of a new one for each byte.
    if (left > 1) {
      timer = after(left, look);
      return;
    }
    const message = `${what} timed out: no word from the server for ${seconds} s`;
    giveUp.abort(new DOMException(message, 'TimeoutError'));
  };
  look();
  try {
    return await work(giveUp.signal);
  } finally {
    clearTimeout(timer);
  }
}
