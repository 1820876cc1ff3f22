// What is counted, in the text form that Prometheus reads.

import type { TransportErrorCode } from '@imaplib/client/protocol';

/** What a bridge carries at this moment. */
export interface Now {
  readonly connections: number;
  readonly processes: number;
  /** Bytes of the connections that are open. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** Counts of one bridge since it started. */
export class Metrics {
  /** Connections that reached their far end. */
  opened = 0;
  /** Bytes of connections that have ended. */
  bytesUp = 0;
  bytesDown = 0;
  readonly #failures = new Map<string, number>();
  readonly #refusals = new Map<number, number>();

  /** A connection ended with an error frame. */
  failed(code: TransportErrorCode): void {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
  }

  /** A request was refused before the upgrade. */
  refused(status: number): void {
    this.#refusals.set(status, (this.#refusals.get(status) ?? 0) + 1);
  }

  /** The text of `/metrics`. */
  render(now: Now): string {
    const lines: string[] = [];
    const metric = (
      name: string,
      type: 'counter' | 'gauge',
      help: string,
      samples: Iterable<readonly [string, number]>,
    ) => {
      lines.push(`# HELP imaplib_bridge_${name} ${help}`, `# TYPE imaplib_bridge_${name} ${type}`);
      for (const [labels, value] of samples) lines.push(`imaplib_bridge_${name}${labels} ${value}`);
    };
    metric('connections', 'gauge', 'WebSockets that are open.', [['', now.connections]]);
    metric('processes', 'gauge', 'Commands that are running.', [['', now.processes]]);
    metric('opened_total', 'counter', 'Connections that reached their far end.', [['', this.opened]]);
    metric('bytes_total', 'counter', 'Bytes relayed.', [
      ['{direction="up"}', this.bytesUp + now.bytesUp],
      ['{direction="down"}', this.bytesDown + now.bytesDown],
    ]);
    metric(
      'failures_total',
      'counter',
      'Connections that ended with an error.',
      [...this.#failures].map(([code, count]) => [`{code="${code}"}`, count]),
    );
    metric(
      'refusals_total',
      'counter',
      'Requests refused before the upgrade.',
      [...this.#refusals].map(([status, count]) => [`{status="${status}"}`, count]),
    );
    return `${lines.join('\n')}\n`;
  }
}
