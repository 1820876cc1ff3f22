// Timers for waits that may be as long as a caller likes, `Infinity` included.

/** Beyond this, some 25 days, `setTimeout` would fire at once. */
const LONGEST_TIMER = 0x7fffffff;

/** As `setTimeout`; what is longer than a timer can be waits as long as it can. */
export function after(ms: number, callback: () => void): ReturnType<typeof setTimeout> {
  return setTimeout(callback, Math.min(ms, LONGEST_TIMER));
}
