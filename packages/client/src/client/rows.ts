// Rows for a caller: a loop, or all at once.

import type { Rows } from './types.ts';

/** Makes rows out of what begins them; each loop asks anew. */
export function rowsOf<T>(begin: () => AsyncGenerator<T, void, undefined>): Rows<T> {
  return {
    [Symbol.asyncIterator]: begin,
    async toArray() {
      const rows: T[] = [];
      for await (const row of begin()) rows.push(row);
      return rows;
    },
  };
}
