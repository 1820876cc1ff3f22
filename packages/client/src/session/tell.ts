// Calling what a caller has given to be told of something. A listener that throws harms neither the connection nor
// anybody else.

/** Calls the listener, if there is one. What it throws goes where the platform sends errors of its own listeners. */
export function tell<Args extends readonly unknown[]>(
  listener: ((...args: Args) => void) | undefined,
  ...args: Args
): void {
  try {
    listener?.(...args);
  } catch (error) {
    if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
    else {
      setTimeout(() => {
        throw error;
      });
    }
  }
}
