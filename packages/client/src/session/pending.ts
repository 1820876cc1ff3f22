// One command on its way: queued, being sent, waiting for its answer.

import type { Backlog } from './back-pressure.ts';
import { ImapConnectionError } from './errors.ts';
import type { LiteralStream } from './literal-stream.ts';
import type { CommandObserver } from './observer.ts';
import type { Completion, Request } from './request.ts';
import { tell } from './tell.ts';
import type { Response } from '../wire/response.ts';

/** How far a command has come. `sending`: its last byte has not left; only closing the connection takes it back. */
export type Phase = 'queued' | 'sending' | 'sent' | 'answered';

/** A request with its tag and its caller's promise. */
export class Pending {
  readonly request: Request;
  readonly promise: Promise<Completion>;
  tag = '';
  phase: Phase = 'queued';
  /** Its caller has gone; its answer is still to come, and is dropped. */
  abandoned = false;
  /** Is told how far it has come. */
  observer: CommandObserver | null = null;
  /** It is about to answer a `+`; or it has, and has nothing more to say. */
  isAnswering = false;
  /** Answers to `+` that the transport has not taken yet. */
  unwritten = 0;
  /** It has sent a secret. */
  isSecret = false;
  /** The server has nothing to say for now: an IDLE that has begun. */
  quiet = false;
  /** Literals of the server that it takes as streams, and that are not yet read to their ends. */
  #literals: LiteralStream[] = [];
  #interrupted = false;
  #resolve!: (completion: Completion) => void;
  #reject!: (error: unknown) => void;
  #stopListening: (() => void) | null = null;

  constructor(request: Request) {
    this.request = request;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Calls `onAbort` when the caller's signal aborts before the command is answered. */
  watch(onAbort: (reason: unknown) => void): void {
    const signal = this.request.signal;
    if (signal === undefined) return;
    const listener = (): void => onAbort(signal.reason);
    signal.addEventListener('abort', listener, { once: true });
    this.#stopListening = () => signal.removeEventListener('abort', listener);
  }

  /** What waits for whoever reads it. */
  get backlogs(): readonly Backlog[] {
    const { rows } = this.request;
    return rows === undefined ? this.#literals : [rows, ...this.#literals];
  }

  /** Takes a literal as a stream, where it wants to; where its caller has gone, the octets are dropped. */
  take(size: number, head: () => Response, isContested: boolean): LiteralStream | null {
    const literal = this.request.literal?.(size, head, isContested) ?? null;
    if (literal === null) return null;
    this.#literals = [...this.#literals.filter(({ isRead }) => !isRead), literal];
    if (this.abandoned) literal.fail(new DOMException('nobody reads it any more', 'AbortError'));
    return literal;
  }

  /** Offers a response; true where this command takes it. */
  collect(response: Response, isContested: boolean): boolean {
    return this.request.collect?.(response, isContested, this.tag) === true;
  }

  /** Another command has to wait behind this one. */
  interrupt(): void {
    if (this.#interrupted) return;
    this.#interrupted = true;
    tell(this.request.interrupt);
  }

  /** The tagged line has come. */
  settle(completion: Completion): void {
    this.phase = 'answered';
    this.#stopListening?.();
    this.#resolve(completion);
  }

  /** Its caller gets an error; an answer that still comes is drained, and what never ends by itself is ended. */
  fail(error: unknown): void {
    this.abandoned = true;
    this.quiet = false;
    if (this.request.quiet === true) this.interrupt();
    this.#stopListening?.();
    this.#reject(error);
    for (const backlog of this.backlogs) backlog.fail(error);
  }

  /** The connection is gone. That is told once, by the session: calls that nobody looks at need not repeat it. */
  lose(error: ImapConnectionError): void {
    this.promise.catch(() => {});
    if (this.abandoned) return;
    this.fail(
      new ImapConnectionError(
        this.phase === 'queued'
          ? `${this.request.name} was not sent: ${error.message}`
          : `${this.request.name} got no answer: ${error.message}`,
        {
          cause: error.cause ?? error,
          bye: error.bye,
          sent: this.phase === 'queued' ? 'nothing' : this.phase === 'sending' ? 'part' : 'all',
        },
      ),
    );
  }
}
