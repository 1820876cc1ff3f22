// What all processes of a bridge count together: connections of each address and token, how fast they come, used
// tokens, running commands. One process keeps its own; of several, the first keeps it for all.

import { networkOf } from './address.ts';
import type { Limits } from './limits.ts';
import { Replays } from './replays.ts';

/** Why somebody has to stay outside. */
export type Busy =
  | 'too many attempts of this address'
  | 'too many connections of this address'
  | 'too many connections of this token'
  | 'too many connections in all'
  | 'the token was used before';

/** Who wants to come in. */
export interface Visit {
  readonly address: string;
  /** Whose token he brings; null where none is needed. */
  readonly bearer: string | null;
  /** Set for a token that opens one connection only. */
  readonly use: { readonly id: string; readonly until: number } | null;
}

type Awaitable<T> = T | Promise<T>;

/** Counts; the answers may come from another process. */
export interface Ledger {
  /** Takes note of an attempt. Null where it may go on. */
  attempt(address: string): Awaitable<Busy | null>;
  /** Counts a connection. Returns what counts it out again, or why it must not come in. */
  enter(visit: Visit): Awaitable<(() => void) | Busy>;
  /** Counts a command. Returns what counts it out again, null where too many run. */
  startProcess(): Awaitable<(() => void) | null>;
  /** Forgets what does not matter any more. Called every `pingMs`. */
  sweep(): void;
}

interface Visitor {
  connections: number;
  /** Attempts left, as of `at`. */
  attempts: number;
  at: number;
}

/** What runs once, however often it is called. */
function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

/** The ledger of one process. */
export class LocalLedger implements Ledger {
  readonly #limits: Limits;
  readonly #visitors = new Map<string, Visitor>();
  readonly #bearers = new Map<string, number>();
  readonly #replays: Replays;
  #connections = 0;
  #processes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#replays = new Replays(limits.usedTokens);
  }

  /** Connections that are counted now. */
  get connections(): number {
    return this.#connections;
  }

  attempt(address: string): Busy | null {
    const { burstPerAddress, ratePerAddress } = this.#limits;
    const visitor = this.#visitor(address);
    const now = performance.now();
    visitor.attempts = Math.min(
      burstPerAddress,
      visitor.attempts + ((now - visitor.at) / 1000) * ratePerAddress,
    );
    visitor.at = now;
    if (visitor.attempts < 1) return 'too many attempts of this address';
    visitor.attempts -= 1;
    return this.#isFull(address, null);
  }

  enter({ address, bearer, use }: Visit): (() => void) | Busy {
    const full = this.#isFull(address, bearer);
    if (full !== null) return full;
    // Last, so that a token is not used up by a connection that does not come about.
    if (use !== null && !this.#replays.use(use.id, use.until)) return 'the token was used before';
    const visitor = this.#visitor(address);
    visitor.connections += 1;
    this.#connections += 1;
    if (bearer !== null) this.#bearers.set(bearer, (this.#bearers.get(bearer) ?? 0) + 1);
    return once(() => {
      visitor.connections -= 1;
      this.#connections -= 1;
      if (bearer === null) return;
      const left = (this.#bearers.get(bearer) ?? 1) - 1;
      if (left > 0) this.#bearers.set(bearer, left);
      else this.#bearers.delete(bearer);
    });
  }

  startProcess(): (() => void) | null {
    if (this.#processes >= this.#limits.processes) return null;
    this.#processes += 1;
    return once(() => {
      this.#processes -= 1;
    });
  }

  sweep(): void {
    const { burstPerAddress, ratePerAddress } = this.#limits;
    const now = performance.now();
    for (const [network, visitor] of this.#visitors) {
      const attempts = visitor.attempts + ((now - visitor.at) / 1000) * ratePerAddress;
      // Who has no connection and all attempts again is a stranger again.
      if (visitor.connections === 0 && attempts >= burstPerAddress) this.#visitors.delete(network);
    }
    this.#replays.sweep();
  }

  #isFull(address: string, bearer: string | null): Busy | null {
    const { connections, connectionsPerAddress, connectionsPerToken } = this.#limits;
    if (this.#visitor(address).connections >= connectionsPerAddress)
      return 'too many connections of this address';
    if (bearer !== null && (this.#bearers.get(bearer) ?? 0) >= connectionsPerToken)
      return 'too many connections of this token';
    return this.#connections >= connections ? 'too many connections in all' : null;
  }

  #visitor(address: string): Visitor {
    const network = networkOf(address);
    let visitor = this.#visitors.get(network);
    if (visitor === undefined) {
      visitor = { connections: 0, attempts: this.#limits.burstPerAddress, at: performance.now() };
      this.#visitors.set(network, visitor);
    }
    return visitor;
  }
}
