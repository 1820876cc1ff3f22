// Who may open a WebSocket at all, decided before the upgrade and answered in HTTP.

import type { IncomingMessage } from 'node:http';
import { BEARER_PREFIX, SUBPROTOCOL } from '@imaplib/client/protocol';
import { networkOf } from './address.ts';
import type { Limits } from './limits.ts';
import type { Tokens } from './policy.ts';

/** A request that is not let in: what the asker learns, and what the log learns. */
export interface Rejection {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reason: string;
}

/** What is asked of everybody. */
export interface EntryRules {
  readonly origins: ReadonlySet<string>;
  readonly tokens: Tokens;
  readonly allowNoOrigin: boolean;
}

/** The subprotocols that a request offers. */
function offered(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
}

/** Checks origin, token and subprotocol. Null where the request may come in. */
export function checkEntry(request: IncomingMessage, rules: EntryRules): Rejection | null {
  const { origin } = request.headers;
  const forbidden = 'This bridge does not serve this origin; its operator decides which pages may connect.';
  if (origin === undefined && !rules.allowNoOrigin) {
    return { status: 403, message: forbidden, reason: 'no origin' };
  }
  if (origin !== undefined && !rules.origins.has(origin)) {
    return { status: 403, message: forbidden, reason: `origin ${origin} is not allowed` };
  }
  const protocols = offered(request);
  if (rules.tokens.areNeeded) {
    const bearer = protocols.find((protocol) => protocol.startsWith(BEARER_PREFIX));
    if (bearer === undefined || !rules.tokens.accept(bearer.slice(BEARER_PREFIX.length))) {
      return {
        status: 401,
        message: 'This bridge asks for a token, offered as the subprotocol bearer.<token>.',
        headers: { 'WWW-Authenticate': 'Bearer' },
        reason: bearer === undefined ? 'no token' : 'wrong token',
      };
    }
  }
  if (!protocols.includes(SUBPROTOCOL)) {
    return {
      status: 400,
      message: `This bridge speaks the subprotocol ${SUBPROTOCOL}.`,
      reason: 'no common subprotocol',
    };
  }
  return null;
}

interface Visitor {
  connections: number;
  /** Attempts left, as of `at`. */
  attempts: number;
  at: number;
}

/** Counts connections in all and of each network, and how fast they come. */
export class Visitors {
  readonly #limits: Limits;
  readonly #visitors = new Map<string, Visitor>();
  #connections = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Connections that are counted now. */
  get connections(): number {
    return this.#connections;
  }

  /** Takes note of an attempt. Null where it may go on. */
  attempt(address: string): Rejection | null {
    const { burstPerAddress, ratePerAddress, connections, connectionsPerAddress } = this.#limits;
    const visitor = this.#visitor(address);
    const busy = (reason: string): Rejection => ({
      status: 429,
      message: 'Too many connections; try again in a moment.',
      headers: { 'Retry-After': '5' },
      reason,
    });
    const now = performance.now();
    visitor.attempts = Math.min(
      burstPerAddress,
      visitor.attempts + ((now - visitor.at) / 1000) * ratePerAddress,
    );
    visitor.at = now;
    if (visitor.attempts < 1) return busy('too many attempts of this address');
    visitor.attempts -= 1;
    if (visitor.connections >= connectionsPerAddress) return busy('too many connections of this address');
    if (this.#connections >= connections) return busy('too many connections in all');
    return null;
  }

  /** Counts a connection. Returns what counts it out again. */
  enter(address: string): () => void {
    const visitor = this.#visitor(address);
    visitor.connections += 1;
    this.#connections += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      visitor.connections -= 1;
      this.#connections -= 1;
    };
  }

  /** Forgets who has no connection and all attempts again. */
  sweep(): void {
    const { burstPerAddress, ratePerAddress } = this.#limits;
    const now = performance.now();
    for (const [network, visitor] of this.#visitors) {
      const attempts = visitor.attempts + ((now - visitor.at) / 1000) * ratePerAddress;
      if (visitor.connections === 0 && attempts >= burstPerAddress) this.#visitors.delete(network);
    }
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
