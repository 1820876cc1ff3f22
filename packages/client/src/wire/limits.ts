// How much a server may send before it is too much. Every limit can be set; each has its own clear error.

/** Bounds on what one response may hold. */
export interface Limits {
  /** A line, or a response without its literals, in bytes. A SEARCH of 200,000 hits is 1.4 MB. */
  readonly line: number;
  /** The literals of one response that are kept in memory, all together, in bytes. */
  readonly literal: number;
  /** What is beyond `line` or `literal` is dropped as it arrives, up to this; beyond it the connection closes. */
  readonly discard: number;
  /** Nested parentheses. */
  readonly depth: number;
  /** Values in one response. */
  readonly tokens: number;
}

/** The limits that hold where nothing else is said. */
export const defaultLimits: Limits = {
  line: 16 * 1024 * 1024,
  literal: 64 * 1024 * 1024,
  discard: 1024 * 1024 * 1024,
  depth: 100,
  tokens: 1_000_000,
};
