// The first of several processes of a bridge: it starts the others, counts for all of them, starts one again that
// has died, and ends them in order. It carries no connection itself.

import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import process from 'node:process';
import { AggregatorRegistry } from 'prom-client';
import type { Invocation } from './config.ts';
import { LocalLedger } from './ledger.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Limits } from './limits.ts';
import { createLog, logTo } from './log.ts';
import type { Log } from './log.ts';

import { isNotice, isQuestion } from './messages.ts';
import type { Answer, Order, Question } from './messages.ts';
import { ConfigError } from './options.ts';

/** Before a worker that has died is started again, so that one that cannot live does not eat the machine. */
const RESTART_MS = 1_000;

// A worker's garbage is large buffers with small objects that hold them: with a small young generation they go in
// cheap collections of it, otherwise in expensive ones of everything.
const YOUNG = '--max-semi-space-size=1';

/** Tells a worker something. One that is gone in this moment need not hear it, and is noticed by its exit. */
function say(worker: Worker, message: Answer | Order): void {
  if (worker.isConnected()) worker.send(message, () => {});
}

/** Counts for the workers, and forgets with each of them what it held. */
class Clerk {
  readonly #ledger: LocalLedger;
  readonly #metrics = new AggregatorRegistry();
  readonly #held = new Map<number, Map<number, () => void>>();

  constructor(limits: Limits) {
    this.#ledger = new LocalLedger(limits);
    setInterval(() => this.#ledger.sweep(), limits.pingMs).unref();
  }

  async answer(worker: Worker, question: Question): Promise<void> {
    const answer = await this.#decide(worker, question);
    say(worker, { ...answer, answer: question.id });
  }

  leave(worker: Worker, id: number): void {
    const held = this.#held.get(worker.id);
    held?.get(id)?.();
    held?.delete(id);
  }

  /** A worker is gone, and with it all that it held. */
  forget(worker: Worker): void {
    for (const leave of this.#held.get(worker.id)?.values() ?? []) leave();
    this.#held.delete(worker.id);
  }

  async #decide(worker: Worker, question: Question): Promise<Omit<Answer, 'answer'>> {
    switch (question.ask) {
      case 'attempt':
        return { busy: this.#ledger.attempt(question.address) };
      case 'enter':
        return { busy: this.#hold(worker, question.id, this.#ledger.enter(question.visit)) };
      case 'process':
        return {
          busy: this.#hold(
            worker,
            question.id,
            this.#ledger.startProcess() ?? ('too many processes' as const),
          ),
        };
      case 'metrics':
        return { text: await this.#metrics.clusterMetrics().catch(() => '') };
    }
  }

  #hold<T extends string>(worker: Worker, id: number, got: (() => void) | T): T | null {
    if (typeof got === 'string') return got;
    let held = this.#held.get(worker.id);
    if (held === undefined) this.#held.set(worker.id, (held = new Map()));
    held.set(id, got);
    return null;
  }
}

/** The workers, from their start to their end. */
class Workers {
  readonly #count: number;
  readonly #clerk: Clerk;
  readonly #log: Log;
  /** How they are to end, once they are. */
  #ending: Order | null = null;
  #listening = 0;

  constructor(count: number, clerk: Clerk, log: Log) {
    this.#count = count;
    this.#clerk = clerk;
    this.#log = log;
  }

  /** Starts them. Resolves with their address once all listen; rejects where one cannot. */
  start(): Promise<string> {
    return new Promise((resolve, reject) => {
      cluster.on('message', (worker, message: unknown) => {
        if (isQuestion(message)) void this.#clerk.answer(worker, message);
        else if (isNotice(message)) {
          if (message.tell === 'leave') this.#clerk.leave(worker, message.id);
          else if (message.tell === 'failed') {
            this.#log('error', 'worker-failed', { reason: message.message });
            reject(message.isConfig ? new ConfigError(message.message) : new Error(message.message));
          } else {
            // One that was only starting may not have heard of the end.
            if (this.#ending !== null) say(worker, this.#ending);
            if (++this.#listening === this.#count) resolve(message.url);
          }
        }
      });
      cluster.on('exit', (worker, code: number | null, signal: string | null) => {
        this.#clerk.forget(worker);
        if (this.#ending !== null) return;
        this.#log('error', 'worker-died', { worker: worker.id, code, signal });
        setTimeout(() => {
          if (this.#ending === null) cluster.fork();
        }, RESTART_MS);
      });
      cluster.setupPrimary({ execArgv: [...process.execArgv, YOUNG] });
      for (let n = 0; n < this.#count; n++) cluster.fork();
    });
  }

  tell(order: Order): void {
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker !== undefined) say(worker, order);
    }
  }

  /** Ends all of them. Resolves when the last one is gone. */
  async end(order: Order): Promise<void> {
    this.#ending = order;
    this.tell(order);
    const all = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      all
        .filter((worker) => !worker.isDead())
        .map((worker) => new Promise((resolve) => worker.once('exit', resolve))),
    );
  }
}

/** Runs a bridge of several processes. */
export async function runPrimary({ options, workers: count, drainMs, logLevel }: Invocation): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const log = createLog(logTo({ level: logLevel }));
  const workers = new Workers(count, new Clerk(limits), log);
  let isEnding = false;
  const end = (drain: boolean) => (): void => {
    const order: Order =
      drain && !isEnding ? { order: 'drain', ms: drainMs ?? limits.drainMs } : { order: 'close' };
    isEnding = true;
    void workers.end(order);
  };
  process
    .on('SIGTERM', end(true))
    .on('SIGINT', end(false))
    .on('SIGHUP', () => workers.tell({ order: 'reload' }));
  try {
    const url = await workers.start();
    process.stdout.write(`listening ${url}\n`);
  } catch (error) {
    await workers.end({ order: 'close' });
    throw error;
  }
}
