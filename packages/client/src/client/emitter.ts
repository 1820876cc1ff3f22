// Typed events. A listener that throws harms neither the connection nor the other listeners.

/** Listeners by the name of what they wait for. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();

  /** Calls `listener` for each event of that kind; returns what ends it. */
  on<Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void): () => void {
    // Wrapped, so that the same function may be given twice.
    const entry = (event: Events[Type]): void => listener(event);
    let entries = this.#listeners.get(type);
    if (entries === undefined) this.#listeners.set(type, (entries = new Set()));
    entries.add(entry);
    return () => entries.delete(entry);
  }

  emit<Type extends keyof Events>(type: Type, event: Events[Type]): void {
    for (const listener of this.#listeners.get(type) ?? []) {
      try {
        (listener as (event: Events[Type]) => void)(event);
      } catch (error) {
        // As the platform does with listeners of its own: told to the page, not to the sender.
        reportError(error);
      }
    }
  }
}

function reportError(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else
    setTimeout(() => {
      throw error;
    });
}
