// One of several processes of a bridge: it carries connections, and lets the first process count them. It ends when
// the first process says so, or is gone.

import cluster from 'node:cluster';
import process from 'node:process';
import { AggregatorRegistry, Registry, collectDefaultMetrics } from 'prom-client';
import { createBridge } from './bridge.ts';
import type { Invocation } from './config.ts';
import { logTo } from './log.ts';
import { isOrder } from './messages.ts';
import type { Notice, Question } from './messages.ts';
import { ConfigError } from './options.ts';
import { RemoteLedger } from './remote-ledger.ts';

/** A registry whose text is that of all processes. */
class SharedRegistry extends Registry {
  readonly #ledger: RemoteLedger;

  constructor(ledger: RemoteLedger) {
    super();
    this.#ledger = ledger;
  }

  override metrics(): Promise<string> {
    return this.#ledger.metrics();
  }
}

const send = (message: Question | Notice, sent: () => void = () => {}): void => {
  // The first process may be gone in this moment; its end is this one's, too.
  if (process.connected) process.send!(message, undefined, undefined, sent);
};

/** Runs a worker until the first process wants its end. */
export async function runWorker({ options, logLevel, where }: Invocation): Promise<void> {
  const ledger = new RemoteLedger({ send, listen: (onMessage) => void process.on('message', onMessage) });
  const registry = new SharedRegistry(ledger);
  collectDefaultMetrics({ register: registry });
  // Its making is what lets this process answer for its metrics.
  void new AggregatorRegistry();
  AggregatorRegistry.setRegistries([registry]);
  try {
    const bridge = createBridge({
      ...options,
      ledger,
      registry,
      log: logTo({ level: logLevel, worker: cluster.worker!.id }),
    });
    const end = (ms: number | undefined): void => {
      (ms === 0 ? bridge.close() : bridge.drain(ms)).then(
        // Without the first process it ends by itself, its last log lines written.
        () => process.connected && process.disconnect(),
        () => process.exit(1),
      );
    };
    process.on('message', (message) => {
      if (!isOrder(message)) return;
      if (message.order === 'reload') bridge.reload();
      else end(message.order === 'close' ? 0 : (message.ms ?? undefined));
    });
    process.on('disconnect', () => end(0));
    // A terminal and a service manager signal all processes; the first one decides what that means.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
    await bridge.listen();
    send({ tell: 'listening', url: bridge.url });
  } catch (error) {
    const isConfig = error instanceof ConfigError;
    const place = isConfig && error.at.length > 0 && where !== null ? `${where(error.at)}: ` : '';
    send({ tell: 'failed', message: `${place}${(error as Error).message}`, isConfig }, () => process.exit(1));
  }
}
