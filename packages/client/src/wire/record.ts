// Records whose keys a server chooses: they have no prototype, so that no key can reach one.

/** A record without a prototype. */
export function record<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

/** The record that holds nothing; it cannot be changed. */
export const emptyRecord: Readonly<Record<string, never>> = Object.freeze(record<never>());
