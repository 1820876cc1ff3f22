// What a session tells of itself to whoever watches it. Secrets are hidden in all of it. `Trace` is the observer that
// keeps what it is told; an observer must not throw.

/** Watches connections, one after the other or several at once. */
export interface Observer {
  /** A connection stands, and nothing has been said on it. `peer`: who is at the other end, for people. */
  connected(peer: string): ConnectionObserver;
}

/** Watches one connection. */
export interface ConnectionObserver {
  /** Whether anybody looks at lines: where not, none is put together. */
  readonly wantsLines: boolean;
  greeted(): void;
  /** Octets have come. */
  heard(octets: number): void;
  /** A line as it may be shown: secrets as `***`, literals folded, cut where it is very long. */
  line(direction: 'C' | 'S', line: string): void;
  /** A command is called; its name without arguments. */
  command(name: string): CommandObserver;
  /** Null where the end was in order. */
  ended(error: string | null): void;
}

/** Watches one command. */
export interface CommandObserver {
  /** Its first octet is about to leave. */
  sent(tag: string): void;
  /** Octets of it have been handed to the transport. */
  wrote(octets: number): void;
  /** It goes no further without a `+`. */
  waits(): void;
  /** The `+` has come. */
  continued(): void;
  /** Octets of its own answer have come. */
  answered(octets: number): void;
  completed(status: 'OK' | 'NO' | 'BAD', code: string | null, text: string): void;
  /** Its call has failed; an answer may still come. */
  failed(error: string): void;
}
