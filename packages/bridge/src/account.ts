// What is told of one connection, in the log and in the metrics: its opening, its failure, its end. The page learns of a
// failure what it may know; the log keeps the reason.

import { FrameError, TransportError } from '@imaplib/client/protocol';
import type { TransportStage } from '@imaplib/client/protocol';
import type { Endpoint } from './endpoint.ts';
import { Refusal } from './failure.ts';
import type { Log } from './log.ts';
import type { Metrics, Now } from './metrics.ts';
import { POLICY_MESSAGE } from './policy.ts';

type Fields = Readonly<Record<string, string | number | null>>;

/** Keeps account of one connection. */
export class Account {
  readonly #id: number;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #begin = performance.now();

  constructor(id: number, { log, metrics }: { readonly log: Log; readonly metrics: Metrics }) {
    this.#id = id;
    this.#log = log;
    this.#metrics = metrics;
  }

  log(level: 'info' | 'warn' | 'error', event: string, fields: Fields): void {
    this.#log(level, event, { id: this.#id, ...fields });
  }

  /** The far end is reached. */
  opened({ peer, timings, tls }: Endpoint): void {
    this.#metrics.opened(timings);
    this.log('info', 'opened', {
      peer: peer.name,
      address: peer.address ?? null,
      tls: tls?.protocol ?? null,
    });
  }

  /** No sign of life came back. */
  lost(): void {
    this.log('info', 'lost', { reason: 'pings without an answer' });
  }

  /**
   * Something failed.
   *
   * @param about what was being done, and with whom
   * @returns what the page may know of it
   */
  failed(error: unknown, about: { readonly stage: TransportStage; readonly target: string }): TransportError {
    const failure = explain(error, about.stage);
    const { code, stage, reason, message } = failure;
    const isOurs = code === 'internal';
    this.#metrics.failed(code);
    this.log(isOurs ? 'error' : 'info', 'failed', {
      code,
      stage,
      reason: error instanceof Refusal || isOurs ? (error as Error).message : (reason ?? message),
      target: about.target,
    });
    return failure;
  }

  /** Nothing is left of it. */
  closed(code: number, { up, down }: Now['bytes']): void {
    this.#metrics.ended({ up, down });
    const ms = Math.round(performance.now() - this.#begin);
    this.log('info', 'closed', { code, bytesUp: up, bytesDown: down, ms });
  }
}

function explain(error: unknown, stage: TransportStage): TransportError {
  if (error instanceof TransportError) return error;
  if (error instanceof Refusal) return new TransportError('policy', 'policy', POLICY_MESSAGE);
  if (error instanceof FrameError)
    return new TransportError('protocol', stage, `the page broke the protocol: ${error.message}`);
  return new TransportError('internal', stage, 'the bridge failed; its log has more');
}
