// What a session tells of itself. It is told everything, and passes on what somebody wants to hear.

import { latin1 } from '../wire/ascii.ts';
import { codeName } from '../wire/response-code.ts';
import { readHead, type Response } from '../wire/response.ts';
import type { ReaderOptions } from '../wire/reader.ts';
import type { Piece } from '../wire/writer.ts';
import { describeCommand, describeResponse, FOLD_AT, folded } from './line-log.ts';
import type { ConnectionObserver } from './observer.ts';
import type { SessionOptions } from './options.ts';
import type { Pending } from './pending.ts';
import type { Completion } from './request.ts';
import { HIDDEN, Secrets } from './secrets.ts';
import { tell } from './tell.ts';

/** The observed side of one connection. */
export class Observation {
  readonly #connection: ConnectionObserver | undefined;
  readonly #onLine: SessionOptions['onLine'];
  readonly #secrets = new Secrets();

  constructor({ trace, onLine }: Pick<SessionOptions, 'trace' | 'onLine'>, peer: string) {
    this.#connection = trace?.connected(peer);
    this.#onLine = onLine;
  }

  // The connection

  greeted(): void {
    this.#connection?.greeted();
  }

  /** Bytes have come. */
  heard(octets: number): void {
    this.#connection?.heard(octets);
  }

  ended(error: Error | null): void {
    this.#connection?.ended(error === null ? null : this.#shown(error.message));
    // Not before the commands that end with it have been told why.
    queueMicrotask(() => this.#secrets.forget());
  }

  // A command; what needs no masking it tells its observer itself

  queued(pending: Pending): void {
    if (this.#connection === undefined) return;
    const observer = this.#connection.command(pending.request.name);
    pending.observer = observer;
    pending.promise.catch((error: unknown) =>
      observer.failed(this.#shown(error instanceof Error ? error.message : String(error))),
    );
  }

  /** The first byte is about to leave. */
  sent(pending: Pending, pieces: readonly Piece[]): void {
    const { request, tag } = pending;
    pending.isSecret = this.#secrets.learn(pieces, request);
    pending.observer?.sent(tag);
    if (this.#wantsLines) this.#tellLine('C', describeCommand(tag, request.name, pieces, this.#enough));
  }

  /** It answers a `+` with this line. */
  answers({ request: { secret } }: Pending, line: Uint8Array): void {
    if (secret === true) this.#secrets.add(line);
    if (this.#wantsLines)
      this.#tellLine('C', secret === true ? HIDDEN : describeResponse(line, this.#enough));
  }

  completed({ observer, isSecret }: Pending, { status, code, text }: Completion): void {
    observer?.completed(status, code === null ? null : codeName(code), this.#shown(text));
    const isObserved = this.#connection !== undefined || this.#onLine !== undefined;
    if (isSecret && !isObserved) this.#secrets.forget();
  }

  // Responses

  /** A response has come; `isChallenge`: it is part of an exchange of secrets. */
  received(bytes: Uint8Array, isChallenge: boolean): void {
    if (this.#wantsLines)
      this.#tellLine('S', isChallenge ? `+ ${HIDDEN}` : describeResponse(bytes, this.#enough));
  }

  /**
   * A status response that comes while a secret is being checked, as everybody gets it: some servers say what they
   * were told.
   */
  withoutSecrets(response: Response, options: ReaderOptions): Response {
    const [, head = '', text = ''] = /^(\S* *\S* *(?:\[.*?\])?)(.*)$/s.exec(latin1(response.bytes)) ?? [];
    const masked = this.#secrets.mask(text);
    if (masked === text) return response;
    return readHead(
      Uint8Array.from(head + masked, (character) => character.charCodeAt(0)),
      options,
    );
  }

  get #wantsLines(): boolean {
    return this.#onLine !== undefined || this.#connection?.wantsLines === true;
  }

  /** So that no secret is cut before it is found. */
  get #enough(): number {
    return FOLD_AT + this.#secrets.longest;
  }

  #shown(text: string): string {
    return folded(this.#secrets.mask(text));
  }

  #tellLine(direction: 'C' | 'S', shown: string): void {
    const line = this.#shown(shown);
    tell(this.#onLine, direction, line);
    if (this.#connection?.wantsLines === true) this.#connection.line(direction, line);
  }
}
