// What a session tells of itself. It is told everything, and passes on what somebody wants to hear.

import { latin1 } from '../wire/ascii.ts';
import { codeName } from '../wire/response-code.ts';
import { readHead, type Response } from '../wire/response.ts';
import type { ReaderOptions } from '../wire/reader.ts';
import type { Piece } from '../wire/writer.ts';
import { describeCommand, describeResponse, FOLD_AT, folded } from './line-log.ts';
import type { CommandPhase, CommandRecord, ConnectionRecord, Written } from './observer.ts';
import type { SessionOptions } from './options.ts';
import type { Pending } from './pending.ts';
import type { Completion } from './request.ts';
import { HIDDEN, Secrets } from './secrets.ts';
import { tell } from './tell.ts';

let connections = 0;

/** The observed side of one connection. */
export class Observation {
  readonly #trace: SessionOptions['trace'];
  readonly #onLine: SessionOptions['onLine'];
  readonly #secrets = new Secrets();
  readonly #connection: Written<ConnectionRecord>;

  constructor({ trace, onLine }: Pick<SessionOptions, 'trace' | 'onLine'>, peer: string) {
    this.#trace = trace;
    this.#onLine = onLine;
    this.#connection = {
      number: ++connections,
      peer,
      opened: performance.now(),
      greeted: null,
      ended: null,
      error: null,
      bytesOut: 0,
      bytesIn: 0,
    };
    this.#tellConnection();
  }

  // The connection

  greeted(): void {
    this.#connection.greeted = performance.now();
    this.#tellConnection();
  }

  ended(error: Error | null): void {
    this.#connection.ended = performance.now();
    this.#connection.error = error === null ? null : this.#secrets.mask(error.message);
    this.#tellConnection();
    this.#secrets.forget();
  }

  /** Bytes have come. */
  heard(octets: number): void {
    this.#connection.bytesIn += octets;
  }

  // A command, phase by phase

  queued(pending: Pending): void {
    if (this.#trace === undefined) return;
    const record: Written<CommandRecord> = {
      connection: this.#connection,
      name: pending.request.name,
      tag: '',
      queued: performance.now(),
      sent: null,
      waiting: null,
      continued: null,
      waited: 0,
      answered: null,
      completed: null,
      bytesOut: 0,
      bytesIn: 0,
      status: null,
      code: null,
      text: '',
      error: null,
    };
    pending.record = record;
    this.#tellCommand(pending, 'queued');
    pending.promise.catch((error: unknown) => {
      record.error = this.#secrets.mask(error instanceof Error ? error.message : String(error));
      this.#tellCommand(pending, 'failed');
    });
  }

  /** The first byte is about to leave. */
  sent(pending: Pending, pieces: readonly Piece[]): void {
    const { request, record, tag } = pending;
    pending.isSecret = this.#secrets.learn(pieces, request);
    if (record !== null) {
      record.tag = tag;
      record.sent = performance.now();
      this.#tellCommand(pending, 'sent');
    }
    if (this.#wantsLines) this.#tellLine('C', describeCommand(tag, request.name, pieces, this.#enough));
  }

  wrote(pending: Pending, octets: number): void {
    this.#connection.bytesOut += octets;
    if (pending.record !== null) pending.record.bytesOut += octets;
  }

  /** It goes no further without a `+`. */
  waits(pending: Pending): void {
    const { record } = pending;
    if (record === null) return;
    pending.waitsSince = performance.now();
    record.waiting ??= pending.waitsSince;
    this.#tellCommand(pending, 'waiting');
  }

  continued(pending: Pending): void {
    const { record } = pending;
    if (record === null) return;
    record.continued = performance.now();
    record.waited += record.continued - (pending.waitsSince ?? record.continued);
    pending.waitsSince = null;
    this.#tellCommand(pending, 'continued');
  }

  /** It answers a `+` with this line. */
  answers(pending: Pending, line: Uint8Array): void {
    const { secret } = pending.request;
    if (pending.record !== null) pending.waitsSince = performance.now();
    if (secret === true) this.#secrets.add(line);
    if (this.#wantsLines)
      this.#tellLine('C', secret === true ? HIDDEN : describeResponse(line, this.#enough));
  }

  /** So much of a response of its own has come. */
  answered(pending: Pending, octets: number): void {
    const { record } = pending;
    if (record === null) return;
    record.bytesIn += octets;
    if (record.answered !== null) return;
    record.answered = performance.now();
    this.#tellCommand(pending, 'answered');
  }

  completed(pending: Pending, { status, code, text }: Completion): void {
    const { record } = pending;
    if (record !== null) {
      record.completed = performance.now();
      record.status = status;
      record.code = code === null ? null : codeName(code);
      record.text = this.#secrets.mask(text);
      this.#tellCommand(pending, 'completed');
    }
    const isObserved = this.#trace !== undefined || this.#onLine !== undefined;
    if (pending.isSecret && !isObserved) this.#secrets.forget();
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
    return this.#onLine !== undefined || this.#trace?.wantsLines === true;
  }

  /** So that no secret is cut before it is found. */
  get #enough(): number {
    return FOLD_AT + this.#secrets.longest;
  }

  #tellLine(direction: 'C' | 'S', shown: string): void {
    const line = folded(this.#secrets.mask(shown));
    tell(this.#onLine, direction, line);
    const trace = this.#trace;
    if (trace?.wantsLines !== true) return;
    tell(() => trace.line({ connection: this.#connection, direction, line, at: performance.now() }));
  }

  #tellCommand({ record }: Pending, phase: CommandPhase): void {
    if (record !== null) tell(() => this.#trace?.command(record, phase));
  }

  #tellConnection(): void {
    tell(() => this.#trace?.connection(this.#connection));
  }
}
