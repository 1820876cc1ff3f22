// One step of a connection that must end in time.

/**
 * Runs `step`, which settles by one of its two callbacks and returns what cleans up behind it. Rejects with
 * `expired()` after `ms`, and with the signal's reason when it is aborted.
 */
export function within<T>(
  ms: number,
  signal: AbortSignal,
  expired: () => Error,
  step: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    signal.throwIfAborted();
    let isSettled = false;
    let cleanUp: (() => void) | null = null;
    const settle = (act: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      cleanUp?.();
      act();
    };
    const onAbort = (): void => settle(() => reject(signal.reason as Error));
    const timer = setTimeout(() => settle(() => reject(expired())), ms);
    signal.addEventListener('abort', onAbort);
    cleanUp = step(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
    // A step may settle before it has told how to clean up.
    if (isSettled) cleanUp();
  });
}
