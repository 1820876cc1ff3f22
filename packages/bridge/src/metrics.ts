// What is counted, for Prometheus.

import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Timings, TransportErrorCode } from '@imaplib/client/protocol';

/** What a bridge carries at this moment. */
export interface Now {
  readonly connections: number;
  readonly processes: number;
  /** Bytes that wait in the bridge, in either direction. */
  readonly queued: number;
  /** Bytes of the connections that are open. */
  readonly bytes: { readonly up: number; readonly down: number };
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const name = (suffix: string): string => `imaplib_bridge_${suffix}`;

/** The metrics of one bridge. Their labels are words of the bridge, never what somebody sent. */
export class Metrics {
  readonly #opened: Counter;
  readonly #failures: Counter<'code'>;
  readonly #refusals: Counter<'status'>;
  readonly #stages: Histogram<'stage'>;
  /** Bytes of connections that have ended. */
  readonly #ended = { up: 0, down: 0 };

  /** @param now asked when the metrics are */
  constructor(registry: Registry, now: () => Now) {
    const registers = [registry];
    const gauge = (suffix: string, help: string, read: () => number): void => {
      void new Gauge({
        name: name(suffix),
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    gauge('connections', 'WebSockets that are open.', () => now().connections);
    gauge('processes', 'Commands that are running.', () => now().processes);
    gauge('queued_bytes', 'Bytes that wait in the bridge.', () => now().queued);
    const ended = this.#ended;
    void new Counter({
      name: name('bytes_total'),
      help: 'Bytes relayed.',
      labelNames: ['direction'],
      registers,
      collect() {
        const { up, down } = now().bytes;
        this.reset();
        this.inc({ direction: 'up' }, ended.up + up);
        this.inc({ direction: 'down' }, ended.down + down);
      },
    });
    this.#opened = new Counter({
      name: name('opened_total'),
      help: 'Connections that reached their far end.',
      registers,
    });
    this.#failures = new Counter({
      name: name('failures_total'),
      help: 'Connections that ended with an error.',
      labelNames: ['code'],
      registers,
    });
    this.#refusals = new Counter({
      name: name('refusals_total'),
      help: 'Requests refused before the upgrade.',
      labelNames: ['status'],
      registers,
    });
    this.#stages = new Histogram({
      name: name('connect_seconds'),
      help: 'How long a step of reaching the far end took.',
      labelNames: ['stage'],
      buckets: SECONDS,
      registers,
    });
  }

  /** A connection reached its far end. */
  opened({ dnsMs, tcpMs, tlsMs }: Timings): void {
    this.#opened.inc();
    for (const [stage, ms] of Object.entries({ dns: dnsMs, tcp: tcpMs, tls: tlsMs })) {
      if (ms !== undefined) this.#stages.observe({ stage }, ms / 1000);
    }
  }

  /** A connection ended with an error. */
  failed(code: TransportErrorCode): void {
    this.#failures.inc({ code });
  }

  /** A request was refused before the upgrade. */
  refused(status: number): void {
    this.#refusals.inc({ status });
  }

  /** A connection ended. */
  ended({ up, down }: Now['bytes']): void {
    this.#ended.up += up;
    this.#ended.down += down;
  }
}
