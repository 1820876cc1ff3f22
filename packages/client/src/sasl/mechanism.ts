// What a SASL mechanism is (RFC 4422): a name, perhaps a first word, and answers to challenges.

/** One run of a mechanism; made anew for each authentication. */
export interface Mechanism {
  readonly name: string;
  /** What the client says first, or null where the server begins. */
  readonly initial: Uint8Array | null;
  /** What it proves to know without sending it: hidden, should the server say it. */
  readonly secrets?: readonly string[];
  /** The answer to a challenge. Where it throws, the exchange is cancelled. */
  respond(challenge: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Called with the server's OK. Where it throws, the server has not done its part: the connection is closed. */
  succeeded?(): void;
  /** Called with the server's NO: what it has said within the exchange, for the error. */
  refused?(): string;
}

/** For mechanisms in which the client speaks once. */
export function nothingMore(name: string): (challenge: Uint8Array) => never {
  return () => {
    throw new Error(`the server asks for more than ${name} has to say`);
  };
}
