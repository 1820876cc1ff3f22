// Typed events. A listener that throws harms neither the connection nor the other listeners.

import { tell } from '../session/tell.ts';

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

  /** As {@link on}, for several at once. */
  onAll(listeners: { readonly [Type in keyof Events]?: (event: Events[Type]) => void }): void {
    for (const type of Object.keys(listeners) as (keyof Events)[]) {
      const listener = listeners[type];
      if (listener !== undefined) this.on(type, listener);
    }
  }

  emit<Type extends keyof Events>(type: Type, event: Events[Type]): void {
    // Those that are here now: one that is added meanwhile, by a listener that begins anew, waits for the next event.
    for (const listener of [...(this.#listeners.get(type) ?? [])]) {
      tell(listener as (event: Events[Type]) => void, event);
    }
  }
}
