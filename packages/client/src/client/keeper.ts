// The seam between a client and what keeps it going when its connection is lost. A client without `reconnect` has none.

import type { Completion, Request } from '../session/request.ts';
import type { ClientRunner } from './client-runner.ts';
import type { Auth, ConnectOptions } from './types.ts';

/** Keeps one client going; made by a {@link Reconnect}. */
export interface Keeper {
  /** The connection is lost, and another one is being made. */
  readonly isAway: boolean;
  /** As the session's: at once, or when there is a connection again. */
  execute(request: Request): Promise<Completion>;
  /** The client has signed in; `auth` is how, where it was not by the options. */
  signedIn(signal: AbortSignal | undefined, auth?: Auth): Promise<void>;
  /** The connection is over; true where another one will take its place. */
  lost(error: Error | null): boolean;
  /** The other side wants the connection to end. */
  drain(): void;
  /** Nothing is queued and nothing is unanswered. */
  quiet(): void;
  /** The client closes: nothing is tried any more, and what waits is rejected. */
  stop(error: Error | null): void;
}

/** What `reconnect` takes: `reconnecting({ … })`. */
export type Reconnect = (client: ClientRunner, options: ConnectOptions) => Keeper;
