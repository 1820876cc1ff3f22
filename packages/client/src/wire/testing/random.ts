// Chance from a seed: the same on every machine, so that what was found once is found again.

// The rooms here know nothing of Node; in tests it is there.
const { env } = (globalThis as unknown as { process: { env: Readonly<Record<string, string | undefined>> } })
  .process;

/**
 * Where chance begins, and how often a case is tried. More on demand, and a failure again:
 *
 *     FUZZ_SEED=7 FUZZ_CASES=1000000 npx vitest run --project node fuzz
 */
export const fuzzSeed = Number(env['FUZZ_SEED'] ?? 20261122);

/** The number of cases, of which a test takes its share. */
export const fuzzCases = Number(env['FUZZ_CASES'] ?? 100_000);

/** Numbers that only look random. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) | 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True so often. */
  is(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from.at(this.below(from.length)) as T;
  }

  /** Up to `most` of what `make` makes. */
  many<T>(most: number, make: () => T, least = 0): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }

  /** Some of them, in another order. */
  some<T>(from: readonly T[]): T[] {
    const left = [...from];
    return Array.from({ length: this.below(from.length + 1) }, () =>
      left.splice(this.below(left.length), 1),
    ).flat();
  }
}
